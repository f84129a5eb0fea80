// A model folder that a simulation was written to: weights, and wright.json, which says what the tokens mean.
public import Transformers

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
    let limit = SimulationManifest.sizeLimit
    guard let bytes = try folder.file(SimulationManifest.fileName, limit: limit) else { return nil }
    let place = "\(folder.path)/\(SimulationManifest.fileName)"
    let manifest = try SimulationManifest(parsing: bytes, path: place)
    if let difference = manifest.difference(from: folder.configuration) {
      throw FolderError.refusal(of: place, expected: difference.expected, found: difference.found)
    }
    return manifest
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
