// `wright construct`: from a circuit to a model folder.
import ArgumentParser
import Circuits
import Constructions
import ExactArithmetic
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
      Prints the cost model first, then writes a model folder that transformers loads, with wright.json, which says what the tokens mean. \
      The form llama is a LLaMA whose tokens carry wire and value; li is the transformer of Li et al. with the circuit in its absolute \
      positions, as a GPT-2, or with --precision as the paper has it, in constant precision.

      EXAMPLE:
        wright construct adder64.txt -o adder64-llama
        wright construct adder64.txt -o adder64-f02 --form li --precision 0,2
      """)

  @OptionGroup var source: CircuitSource

  @Option(name: [.short, .long], help: "The folder to write; not needed for --dry-run.", completion: .directory)
  var output: String?

  @Option(name: .long, help: "The construction.")
  var form: SimulationForm = .llama

  @Option(name: .long, help: Precision.help)
  var precision: Precision?

  @Option(
    name: .long,
    help:
      "Layers of a LLaMA: with D of them a token computes up to D levels of gates. The folder's circuit.blif is what its tokens then say."
  )
  var layers = 1

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
    /// F_{e,s}, where the numbers are those of a finite precision, and the least s that is right for e.
    var precision: String?
    var leastSignificandBits: Int?
    var folder: String?
    var seconds: Double?
  }

  func validate() throws {
    if output == nil, !dryRun { throw ValidationError("Missing expected argument '--output <output>'.") }
    if precision != nil, form != .li { throw ValidationError("--precision is for --form li.") }
    if layers < 1 { throw ValidationError("--layers is at least 1.") }
    if layers > 1, form != .llama || keepInverters || dropDeadGates {
      throw ValidationError("--layers is for --form llama, without --keep-inverters and --drop-dead-gates.")
    }
  }

  func run() throws {
    let circuit = try source.circuit()
    let target = dryRun ? nil : output
    if let target { try folder.checkPlace(target) }
    let clock = ContinuousClock.now
    guard circuit.wireCount < 1 << 28 else {
      throw Failure.refused(source.file, expected: "fewer than 2^28 wires", found: "\(circuit.wireCount)")
    }
    let greatest = form == .llama ? LlamaCircuitLayout.maximumFanIn : PositionalCircuitLayout.maximumFanIn
    guard circuit.maximumFanIn <= greatest else {
      throw Failure.refused(
        source.file, expected: "gates of at most \(greatest) operands for the form \(form.rawValue)",
        found: "one of \(circuit.maximumFanIn)")
    }
    let simulation = try simulation(of: circuit)
    if !report.json { try StandardOutput.print(Construct.text(simulation)) }
    if let target {
      // Nothing stands on the disk before the weights are made, so that until then Ctrl-C ends the program at once.
      let (model, tokenizer) = (simulation.model(), try simulation.tokenizer())
      try Interruption.deferring {
        try Failure.writingFolder {
          var options = folder.writeOptions()
          if let trees = simulation.trees { options.extraFiles["circuit.blif"] = trees.circuit.bytes(as: .blif) }
          try simulation.write(model, tokenizer, to: target, options: options)
        }
      }
    }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    let written = Report(
      cost: simulation.cost, form: form.rawValue, precision: simulation.manifest.precisionName,
      leastSignificandBits: simulation.leastSignificandBits, folder: target,
      seconds: target.map { _ in seconds })
    try report.print(written) { target.map { "\($0): written in \(Quantity.seconds(seconds))\n" } ?? "" }
  }

  private func simulation(of circuit: Circuit) throws -> CircuitSimulation {
    if layers > 1 {
      let size = max(2, circuit.simplified().circuit.maximumFanIn)
      guard TreeChain.isPossible(tableInputs: size, levels: layers) else {
        throw Failure.refused(
          source.file, expected: "gates of k operands with k^\(layers) at most \(TreeChain.maximumLeafCount)",
          found: "gates of \(size); wright circuit map makes smaller ones")
      }
      return CircuitSimulation(of: TreeChain(circuit, tableInputs: size, levels: layers))
    }
    var options = CircuitChain.Options()
    options.foldsInverters = !keepInverters
    options.dropsDeadGates = dropDeadGates
    guard let precision else { return CircuitSimulation(of: circuit, form: form.form, options: options) }
    do {
      return try CircuitSimulation(of: circuit, target: precision.target, options: options)
    } catch {
      throw Failure(.refusedInput, "\(source.file): \(error.description)")
    }
  }

  /// The cost model as a table.
  static func text(_ simulation: CircuitSimulation) -> String {
    let cost = simulation.cost
    var rows = [
      ("wires, T", Quantity.exact(cost.wireCount)),
      ("chain of thought", "\(Quantity.exact(cost.stepCount)) tokens"),
      ("depth of the circuit", Quantity.exact(cost.depth)),
      ("vocabulary", "\(Quantity.exact(cost.vocabularySize)) tokens"),
      ("width", "\(cost.hiddenSize), \(cost.intermediateSize) hidden units"),
      ("layers, heads", "\(cost.layerCount), \(cost.headCount)"),
      ("parameters", "\(Quantity.exact(cost.parameterCount)) (\(Quantity.bytes(cost.parameterBytes)) in float32)"),
      ("cache", Quantity.bytes(cost.cacheBytes)),
      ("live wires at once", Quantity.exact(cost.liveWireCount)),
    ]
    if let name = simulation.manifest.precisionName {
      let least = simulation.leastSignificandBits.map { "; s = \($0) is the least that is right, for any T" } ?? ""
      rows.append(("precision", name + least))
    }
    for (engine, rate) in [
      ("dense", cost.expectedDenseTokensPerSecond), ("indexed", cost.expectedIndexedTokensPerSecond),
      ("bitsliced", cost.expectedBitslicedTokensPerSecond), ("finite precision", cost.expectedFiniteTokensPerSecond),
    ] {
      if let rate { rows.append(("expected, \(engine)", "about \(Quantity.text(rate)) tokens/s a core")) }
    }
    return table(rows)
  }
}

extension CircuitSimulation {
  /// The least s for which F_{e,s} is right with the exponent bits of this simulation's precision.
  fileprivate var leastSignificandBits: Int? {
    guard let bits = manifest.precision?.exponentAndSignificandBits else { return nil }
    return PositionalCircuitLayout.leastSignificandBits(exponentBits: bits.exponentBits, fanIn: chain.fanIn)
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
  func checkPlace(_ path: String) throws { try FolderOptions.checkPlace(path, force: force) }

  /// The same for a folder that `force` allows to replace.
  static func checkPlace(_ path: String, force: Bool) throws {
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
