// A model folder that a simulation was written to: weights, and wright.json, which says what the tokens mean.
public import Transformers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A constructed model, read back from its folder with the meaning of its tokens.
///
///     let folder = try SimulationFolder("adder-llama")
///     var runner = try ChainRunner(folder)
///     print(try runner.outputs(for: inputs))
public struct SimulationFolder: Sendable {
  /// The folder's files.
  public let folder: ModelFolder
  /// What the tokens mean.
  public let manifest: SimulationManifest
  /// The weights.
  public let model: Model

  /// Reads the folder at `path`.
  ///
  /// - Throws: `FolderError` where a file is missing, damaged, or does not fit the others.
  public init(_ path: String) throws(FolderError) {
    folder = try ModelFolder(path)
    guard let manifest = try SimulationFolder.manifest(of: folder) else {
      throw FolderError.refusal(
        of: "\(path)/\(SimulationManifest.fileName)",
        expected: "the file in which wright construct says what tokens mean",
        found: "no such file")
    }
    self.manifest = manifest
    model = try folder.model()
  }

  /// What each step of the chain of thought fetches and computes, read off the weights.
  public func reading() throws(FolderError) -> ChainReading {
    try ChainReading(model, manifest, manifestPath: "\(folder.path)/\(SimulationManifest.fileName)")
  }

  /// What a folder says about its tokens, checked against its model's sizes; `nil` where there is no such file.
  public static func manifest(of folder: ModelFolder) throws(FolderError) -> SimulationManifest? {
    guard let bytes = try folder.file(SimulationManifest.fileName) else { return nil }
    let place = "\(folder.path)/\(SimulationManifest.fileName)"
    let manifest: SimulationManifest
    do {
      manifest = try JSONDecoder().decode(SimulationManifest.self, from: Data(bytes))
    } catch {
      throw FolderError.refusal(
        of: place, expected: "what wright construct writes",
        found: (error as? DecodingError).map(SimulationFolder.text) ?? "\(error)")
    }
    if let fault = manifest.violatedInvariant {
      throw FolderError.refusal(of: place, expected: "what wright construct writes", found: fault)
    }
    if let difference = manifest.difference(from: folder.configuration) {
      throw FolderError.refusal(of: place, expected: difference.expected, found: difference.found)
    }
    return manifest
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

extension SimulationManifest {
  /// The first thing that this manifest says and the model's configuration denies.
  fileprivate func difference(from configuration: ModelConfiguration) -> (expected: String, found: String)? {
    let tokens = form == .llama ? 2 * wireCount + 2 : 2
    if configuration.vocabularySize != tokens {
      return ("a manifest for the model's \(configuration.vocabularySize) tokens", "one for \(tokens)")
    }
    let isPositional = configuration.positions == .learned
    if isPositional != (form == .li) {
      return ("form \(isPositional ? "li" : "llama") for this model", form.rawValue)
    }
    if precision != nil, configuration.normalization != .none {
      return ("no precision for a model with normalization", "\(precisionName ?? "")")
    }
    let positions = wireCount + leadingTokenCount
    if configuration.maximumPositionCount < positions {
      return ("at most the model's \(configuration.maximumPositionCount) positions", "\(positions)")
    }
    return nil
  }
}

extension FolderError {
  /// An error of one fault of a whole file.
  static func refusal(of path: String, expected: String, found: String) -> FolderError {
    FolderError([Fault(path: path, expected: expected, found: found)])
  }
}
