// The folder of a memorizing network: its text, and what was checked and counted when it was written.
import ExactArithmetic
import Foundation
import Transformers
import Verification

/// memorizer.json: what a network was written down from, and what it costs.
public struct MemorizerManifest: Sendable, Hashable, Codable {
  /// The version of this file's layout.
  public var version = 1
  /// The construction.
  public var construction: MemorizationConstruction
  /// The points that were memorized, N.
  public var pointCount: Int
  /// Their coordinates, d.
  public var dimension: Int
  /// The seed of random directions.
  public var seed: UInt64
  /// What was checked of the data.
  public var hypotheses: [HypothesisCheck]
  /// Radius and separation of the points.
  public var separation: Separation
  /// Every count of the network.
  public var size: NetworkSize
  /// What the construction's formula says of them.
  public var prediction: SizePrediction
  /// The lower bounds that bear on it.
  public var bounds: LowerBounds
  /// The SHA-256 of network.txt.
  public var network: String

  /// What is known of a memorization of `data`.
  public init(_ memorization: Memorization, of data: MemorizationData, seed: UInt64) {
    construction = memorization.construction
    pointCount = data.pointCount
    dimension = data.dimension
    self.seed = seed
    hypotheses = memorization.hypotheses
    separation = Separation(of: data)
    size = memorization.network.size
    prediction = memorization.prediction
    bounds = LowerBounds(memorization.network, on: data, separation: separation)
    network = MemorizerFolder.digest(of: Array(memorization.network.text.utf8))
  }
}

/// A folder with network.txt and memorizer.json.
public struct MemorizerFolder: Sendable {
  /// The network.
  public let network: IntegerNetwork
  /// What the folder says of it.
  public let manifest: MemorizerManifest
  /// Whether network.txt is the file that was written: its SHA-256 is the one that memorizer.json has.
  public let isAsWritten: Bool

  /// The names of the files.
  public static let (networkName, manifestName) = ("network.txt", "memorizer.json")

  static func digest(of bytes: [UInt8]) -> String { ContentDigest(of: bytes).description }

  /// Writes a network and its manifest as a folder at `path`, whole or not at all.
  ///
  /// - Throws: `FolderError` with the system's reason, or where something stands at `path` that must not be replaced.
  public static func write(
    _ network: IntegerNetwork, _ manifest: MemorizerManifest, to path: String, overwrites: Bool = false
  ) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    let files = [
      networkName: Array(network.text.utf8), manifestName: Array(try encoder.encode(manifest)) + [0x0A],
    ]
    try FilesFolder.write(files, to: path, overwrites: overwrites)
  }

  /// The folder of the two files' bytes.
  ///
  /// - Parameters:
  ///   - bytes: what network.txt holds.
  ///   - json: what memorizer.json holds.
  ///   - path: the folder's name for messages.
  /// - Throws: `MemorizerFolderError` with file, place, expectation and finding.
  public init(network bytes: [UInt8], manifest json: [UInt8], path: String) throws(MemorizerFolderError) {
    do {
      network = try IntegerNetwork(text: bytes)
    } catch {
      throw MemorizerFolderError(description: "\(path)/\(MemorizerFolder.networkName), \(error.description)")
    }
    let decoder = JSONDecoder()
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "infinity", negativeInfinity: "-infinity", nan: "nan")
    do {
      manifest = try decoder.decode(MemorizerManifest.self, from: Data(json))
    } catch {
      throw MemorizerFolderError(
        description:
          "\(path)/\(MemorizerFolder.manifestName): expected what wright memorize writes, found \(Self.text(error))")
    }
    guard manifest.version == 1 else {
      throw MemorizerFolderError(
        description: "\(path)/\(MemorizerFolder.manifestName), key version: expected 1, found \(manifest.version)")
    }
    isAsWritten = manifest.network == MemorizerFolder.digest(of: bytes)
  }

  private static func text(_ error: any Error) -> String {
    switch error as? DecodingError {
    case .keyNotFound(let key, _): "no key \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "other text"
        : "another value of \(context.codingPath.map(\.stringValue).joined(separator: "."))"
    default: "other text"
    }
  }
}

/// Why a memorizer's folder cannot be read.
public struct MemorizerFolderError: Error, Sendable, Equatable, CustomStringConvertible {
  /// File, place, expectation and finding.
  public let description: String
}
