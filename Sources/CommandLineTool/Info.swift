// `wright info`: what a model folder holds, and whether its weights may be run by lookup.
import ArgumentParser
import Constructions
import Transformers
import Verification

/// The subcommand.
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "info",
    abstract: "Print a model folder's sizes, named directions and what its weights compute.",
    discussion: """
      EXAMPLE:
        wright info adder64-llama
      """)

  @Argument(help: "A model folder.", completion: .directory)
  var folder: String

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    /// The circuit that the folder simulates.
    struct Circuit: Encodable {
      var name: String
      var form: String
      /// F_{e,s}, where every operation rounds to a finite precision.
      var precision: String?
      var inputs: Int
      var outputs: Int
      var wires: Int
      var steps: Int
      var fanIn: Int
      var foldsInverters: Bool
      var dropsDeadGates: Bool
    }
    /// The columns of a named block of the residual stream.
    struct Directions: Encodable {
      var name: String
      var firstColumn: Int
      var size: Int
      var meaning: String?
    }
    /// What the checker derives from the weights, for all inputs and in the model's finite precision or any rounding no worse than float32's.
    struct Structure: Encodable {
      var isIndexed: Bool
      /// Why not, where not.
      var reason: String?
      /// The least lead of a wanted position's score over any other's.
      var scoreGap: Double?
      /// The least lead of the emitted token's score over any other's, before the last normalization's factor.
      var tokenMargin: Double?
      /// How many local cases were evaluated.
      var cases: Int?
    }
    var architecture: String
    var vocabulary: Int
    var hiddenSize: Int
    var intermediateSize: Int
    var layers: Int
    var heads: Int
    var keyValueHeads: Int
    var headSize: Int
    var positions: Int
    var parameters: Int
    var cacheBytes: Int
    var circuit: Circuit?
    var residualStream: [Directions]
    var structure: Structure
  }

  func run() throws {
    let source = try ModelFolder(folder)
    let manifest = try SimulationFolder.manifest(of: source)
    let model = try source.model()
    let c = model.configuration
    let numbers = Report(
      architecture: source.format.rawValue, vocabulary: c.vocabularySize, hiddenSize: c.hiddenSize,
      intermediateSize: c.intermediateSize, layers: c.layerCount, heads: c.headCount,
      keyValueHeads: c.keyValueHeadCount, headSize: c.headSize, positions: c.maximumPositionCount,
      parameters: model.parameterCount, cacheBytes: c.maximumPositionCount * model.cacheNumbersPerPosition * 4,
      circuit: manifest.map(Info.circuit), residualStream: Info.directions(manifest),
      structure: Info.structure(model, manifest))
    try report.print(numbers) { Info.text(numbers) }
  }

  private static func circuit(_ manifest: SimulationManifest) -> Report.Circuit {
    Report.Circuit(
      name: manifest.circuit, form: manifest.form.rawValue, precision: manifest.precisionName,
      inputs: manifest.inputCount, outputs: manifest.outputCount, wires: manifest.wireCount, steps: manifest.stepCount,
      fanIn: manifest.fanIn,
      foldsInverters: manifest.foldsInverters, dropsDeadGates: manifest.dropsDeadGates)
  }

  private static func directions(_ manifest: SimulationManifest?) -> [Report.Directions] {
    var column = 0
    return (manifest?.residualStream ?? []).map { block in
      defer { column += block.size }
      return Report.Directions(
        name: block.name, firstColumn: column, size: block.size, meaning: block.meaning)
    }
  }

  private static func structure(_ model: Model, _ manifest: SimulationManifest?) -> Report.Structure {
    guard let manifest else { return Report.Structure(isIndexed: false, reason: "no \(SimulationManifest.fileName)") }
    do {
      let bounds = try Checker(model, form: manifest.promptForm).derive(
        manifest.precision.map { .finitePrecision($0) } ?? .rounded(.float32)
      ).bounds
      return Report.Structure(
        isIndexed: true, scoreGap: bounds.layers.map(\.scoreGap.value).min(), tokenMargin: bounds.tokenMargin.value,
        cases: bounds.caseCount)
    } catch {
      return Report.Structure(isIndexed: false, reason: error.description)
    }
  }

  private static func text(_ numbers: Report) -> String {
    var rows: [(String, String)] = [
      ("architecture", numbers.architecture),
      ("vocabulary", "\(Quantity.exact(numbers.vocabulary)) tokens"),
      ("width", "\(numbers.hiddenSize), \(numbers.intermediateSize) hidden units"),
      ("layers, heads", "\(numbers.layers), \(numbers.heads) of width \(numbers.headSize)"),
      ("positions", Quantity.exact(numbers.positions)),
      ("parameters", Quantity.exact(numbers.parameters)),
      ("cache", Quantity.bytes(numbers.cacheBytes)),
    ]
    if let circuit = numbers.circuit {
      rows += [
        ("circuit", circuit.name.isEmpty ? "(no name)" : circuit.name),
        ("construction", circuit.form),
        ("precision", circuit.precision ?? "float32"),
        ("inputs, outputs", "\(Quantity.exact(circuit.inputs)), \(Quantity.exact(circuit.outputs))"),
        ("chain of thought", "\(Quantity.exact(circuit.steps)) tokens"),
      ]
    }
    let structure = numbers.structure
    rows.append(
      (
        "derivation",
        structure.isIndexed
          ? "for all inputs in \(numbers.circuit?.precision ?? "float32 or better"): runs by lookup; scores lead by "
            + "\(Quantity.text(structure.scoreGap ?? 0)), \(Quantity.exact(structure.cases ?? 0)) local cases"
          : "\(numbers.circuit?.precision == nil ? "runs densely only" : "runs by the reference only"): "
            + (structure.reason ?? "")
      ))
    var text = table(rows)
    if !numbers.residualStream.isEmpty {
      text += "\nresidual stream\n"
      text += table(
        numbers.residualStream.map { block in
          (
            "  columns \(block.firstColumn)..<\(block.firstColumn + block.size)",
            block.meaning.map { "\(block.name): \($0)" } ?? block.name
          )
        })
    }
    return text
  }
}
