// A manifest out of the text of a wright.json, which may come from anybody.
public import Transformers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

extension SimulationManifest {
  /// The manifest in the text of a wright.json.
  ///
  /// What is read has sizes that can be: names and words of as many pins as there are, blocks with columns, outputs that read wires.
  /// Whether it suits a model is for the reader of the folder to check.
  ///
  /// - Throws: `FolderError` with the first fault.
  public init(parsing bytes: [UInt8], path: String = fileName) throws(FolderError) {
    func refusal(_ found: String) -> FolderError {
      FolderError([FolderError.Fault(path: path, place: .whole, expected: "what wright construct writes", found: found)]
      )
    }
    do { self = try JSONDecoder().decode(SimulationManifest.self, from: Data(bytes)) } catch {
      throw refusal((error as? DecodingError).map(SimulationManifest.text) ?? "\(error)")
    }
    if let violatedInvariant { throw refusal(violatedInvariant) }
  }

  /// The text of wright.json.
  package func serialized() throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    return Array(try encoder.encode(self))
  }

  /// A decoding error in one line.
  private static func text(_ error: DecodingError) -> String {
    func path(_ context: DecodingError.Context) -> String {
      let keys = context.codingPath.map(\.stringValue).joined(separator: ".")
      return keys.isEmpty ? "" : "key \(keys): "
    }
    switch error {
    case .keyNotFound(let key, let context): return "\(path(context))no key \(key.stringValue)"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      return path(context) + context.debugDescription
    @unknown default: return "\(error)"
    }
  }
}
