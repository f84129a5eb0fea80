// `wright circuit simulate`: a circuit's outputs under given assignments, without any transformer.
import ArgumentParser
import Circuits

/// The subcommand.
struct CircuitSimulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Evaluate a circuit under given assignments, or under all of them.",
    discussion: """
      Prints one line of output bits for each line of input bits; with --exhaustive, input and output bits.

      \(BitText.documentation)

      EXAMPLE:
        wright circuit simulate adder64.txt --hex --input 000000000000000f,0000000000000001
      """)

  @OptionGroup var source: CircuitSource
  @OptionGroup var bits: InputOptions

  @Flag(name: .long, help: "Evaluate all assignments, input 0 changing fastest; up to 20 inputs.")
  var exhaustive = false

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var inputs: [String]
    var outputs: [String]
  }

  /// The largest number of inputs of an exhaustive table.
  static let exhaustiveLimit = 20

  func validate() throws {
    if exhaustive == (bits.input != nil) { throw ValidationError("Give either --input or --exhaustive.") }
    if source.file == "-", bits.input == "-" {
      throw ValidationError("The circuit and the assignments cannot both come from standard input.")
    }
  }

  func run() throws {
    let circuit = try source.circuit()
    let inputs = BitText(widths: circuit.names.inputWidths, count: circuit.inputCount, isHexadecimal: bits.hex)
    let outputs = BitText(widths: circuit.names.outputWidths, count: circuit.outputCount, isHexadecimal: bits.hex)
    var block: AssignmentBlock
    if exhaustive {
      guard circuit.inputCount <= CircuitSimulate.exhaustiveLimit else {
        throw Failure.refused(
          source.file, expected: "at most \(CircuitSimulate.exhaustiveLimit) inputs for --exhaustive",
          found: "\(circuit.inputCount)")
      }
      block = AssignmentBlock(numbers: 0..<(1 << UInt64(circuit.inputCount)), signalCount: circuit.inputCount)
    } else {
      block = AssignmentBlock(try bits.assignments(inputs), signalCount: circuit.inputCount)
    }
    let results = Simulator(circuit).outputs(of: block)
    if report.json {
      let lines = Report(
        inputs: (0..<block.count).map { inputs.text(block.assignment($0)) },
        outputs: (0..<block.count).map { outputs.text(results.assignment($0)) })
      return try StandardOutput.print(ReportOptions.json(lines) + "\n")
    }
    var output = StandardOutput()
    for i in 0..<block.count {
      if exhaustive { try output.write(inputs.text(block.assignment(i)) + " ") }
      try output.writeLine(outputs.text(results.assignment(i)))
    }
    try output.flush()
  }
}
