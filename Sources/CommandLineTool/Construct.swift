// `wright construct`: from a circuit to a model folder.
import ArgumentParser
import Circuits
import Constructions
import Transformers

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The subcommand.
struct Construct: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "construct",
    abstract: "Write down the weights of a transformer that evaluates a circuit.",
    discussion: """
      Prints the cost model first, then writes a Hugging Face folder that transformers loads, with wright.json, which says what the tokens mean.
      The form llama is a LLaMA whose tokens carry wire and value; li is the transformer of Li et al. with the circuit in its absolute
      positions, as a GPT-2.

      EXAMPLE:
        wright construct adder64.txt -o adder64-llama
      """)

  @OptionGroup var source: CircuitSource

  @Option(name: [.short, .long], help: "The folder to write.", completion: .directory)
  var output: String

  @Option(name: .long, help: "The construction.")
  var form: SimulationForm = .llama

  @OptionGroup var folder: FolderOptions

  @Flag(name: .long, help: "Spend a token on every gate, inverters, buffers and constants too.")
  var keepInverters = false

  @Flag(name: .long, help: "Leave out gates that no output needs.")
  var dropDeadGates = false

  @Flag(name: .long, help: "Print the cost model and stop.")
  var dryRun = false

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var cost: SimulationCost
    var form: String
    var folder: String?
    var seconds: Double?
  }

  func run() throws {
    let circuit = try source.circuit()
    if !dryRun { try folder.checkPlace(output) }
    let clock = ContinuousClock.now
    var options = CircuitChain.Options()
    options.foldsInverters = !keepInverters
    options.dropsDeadGates = dropDeadGates
    guard circuit.wireCount < 1 << 28 else {
      throw Failure.refused(source.file, expected: "fewer than 2^28 wires", found: "\(circuit.wireCount)")
    }
    let simulation = CircuitSimulation(of: circuit, form: form.form, options: options)
    if !report.json { try StandardOutput.print(Construct.text(simulation.cost)) }
    if !dryRun {
      try Interruption.deferring {
        try Failure.writingFolder { try simulation.write(to: output, options: folder.writeOptions()) }
      }
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    let written = Report(
      cost: simulation.cost, form: form.rawValue, folder: dryRun ? nil : output, seconds: dryRun ? nil : seconds)
    try report.print(written) { dryRun ? "" : "\(output): written in \(Quantity.seconds(seconds))\n" }
  }

  /// The cost model as a table.
  static func text(_ cost: SimulationCost) -> String {
    table([
      ("wires, T", Quantity.exact(cost.wireCount)),
      ("chain of thought", "\(Quantity.exact(cost.stepCount)) tokens"),
      ("depth of the circuit", Quantity.exact(cost.depth)),
      ("vocabulary", "\(Quantity.exact(cost.vocabularySize)) tokens"),
      ("width", "\(cost.hiddenSize), \(cost.intermediateSize) hidden units"),
      ("layers, heads", "\(cost.layerCount), \(cost.headCount)"),
      ("parameters", "\(Quantity.exact(cost.parameterCount)) (\(Quantity.bytes(cost.parameterBytes)) in float32)"),
      ("cache", Quantity.bytes(cost.cacheBytes)),
      ("live wires at once", Quantity.exact(cost.liveWireCount)),
      ("expected, dense", "about \(Quantity.text(cost.expectedDenseTokensPerSecond)) tokens/s"),
      ("expected, indexed", "about \(Quantity.text(cost.expectedIndexedTokensPerSecond)) tokens/s"),
    ])
  }
}

/// The constructions by the names that the command line uses.
enum SimulationForm: String, ExpressibleByArgument, CaseIterable {
  case llama, li

  var form: SimulationManifest.Form { self == .llama ? .llama : .li }
}

/// How a model folder is written.
struct FolderOptions: ParsableArguments {
  /// The types of numbers by the names that the command line uses.
  enum Scalar: String, ExpressibleByArgument, CaseIterable {
    case f32, f16, bf16

    var type: ScalarType {
      switch self {
      case .f32: .float32
      case .f16: .float16
      case .bf16: .bfloat16
      }
    }
  }

  @Option(name: .long, help: "The type of the stored numbers.")
  var scalar: Scalar = .f32

  @Flag(name: .long, help: "Replace a model folder that is there already.")
  var force = false

  /// Refuses early what the writing would refuse after the work is done.
  func checkPlace(_ path: String) throws {
    guard !force, isThere(path) else { return }
    let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    if let names, names.isEmpty { return }
    throw Failure(
      .cannotCreate, names == nil ? "\(path): is there and no folder" : "\(path): is there already; --force replaces it"
    )
  }

  /// The options for the library.
  func writeOptions() -> ModelFolder.WriteOptions {
    var options = ModelFolder.WriteOptions(scalar: scalar.type, policy: .exactOnly, overwrites: force)
    options.isCancelled = { Interruption.isRequested }
    return options
  }
}
