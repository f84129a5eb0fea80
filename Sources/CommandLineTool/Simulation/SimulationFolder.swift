// A model folder that `construct` wrote: weights, and wright.json, which says what the tokens mean.
import Constructions
import Transformers

/// A constructed model with the meaning of its tokens.
struct SimulationFolder {
  let manifest: SimulationManifest
  let model: Model
  let folder: ModelFolder

  /// Reads the folder at `path`.
  init(_ path: String) throws {
    folder = try ModelFolder(path)
    guard let manifest = try SimulationFolder.manifest(of: folder) else {
      throw Failure.refused(
        "\(path)/\(SimulationManifest.fileName)", expected: "the file in which wright construct says what tokens mean",
        found: "no such file")
    }
    self.manifest = manifest
    model = try folder.model()
  }

  /// What the folder says about its tokens, checked against its model's sizes; `nil` where there is no such file.
  static func manifest(of folder: ModelFolder) throws -> SimulationManifest? {
    let limit = SimulationManifest.sizeLimit
    guard let bytes = try folder.file(SimulationManifest.fileName, limit: limit) else { return nil }
    let place = "\(folder.path)/\(SimulationManifest.fileName)"
    let manifest = try SimulationManifest(parsing: bytes, path: place)
    let configuration = folder.configuration
    let tokens = manifest.form == .llama ? 2 * manifest.wireCount + 2 : 2
    guard configuration.vocabularySize == tokens else {
      throw Failure.refused(
        place, expected: "a manifest for the model's \(configuration.vocabularySize) tokens", found: "one for \(tokens)"
      )
    }
    let isPositional = configuration.positions == .learned
    guard isPositional == (manifest.form == .li) else {
      throw Failure.refused(
        place, expected: "form \(isPositional ? "li" : "llama") for this model", found: manifest.form.rawValue)
    }
    let positions = manifest.wireCount + manifest.leadingTokenCount
    guard configuration.maximumPositionCount >= positions else {
      throw Failure.refused(
        place, expected: "at most the model's \(configuration.maximumPositionCount) positions", found: "\(positions)")
    }
    return manifest
  }

  /// How the inputs of the circuit are written.
  func inputText(isHexadecimal: Bool) -> BitText {
    BitText(widths: manifest.inputWidths, count: manifest.inputCount, isHexadecimal: isHexadecimal)
  }

  /// How the outputs of the circuit are written.
  func outputText(isHexadecimal: Bool) -> BitText {
    BitText(widths: manifest.outputWidths, count: manifest.outputCount, isHexadecimal: isHexadecimal)
  }
}

extension SimulationManifest {
  /// The word of a token, as the folder's tokenizer has it.
  func word(_ token: Int) -> String {
    switch form {
    case .li: "\(token)"
    case .llama:
      token == 2 * wireCount ? "<s>" : token == 2 * wireCount + 1 ? "</s>" : "w\(token >> 1)=\(token & 1)"
    }
  }
}
