// The fast exact evaluation of a network: compiled once, then run on flat limbs, one machine a thread.
public import ExactArithmetic

/// A network compiled for points whose coordinates are integers over one common denominator.
///
/// Equal to `IntegerNetwork.outputs(at:)` on every point, bit for bit. Rows that repeat the weights of the row above are summed once; sums that
/// fit in 128 bits are formed in registers, longer ones with GMP's limb functions in buffers that are kept. There is no bound to find beforehand:
/// hidden values are not negative and carry their own length.
public struct NetworkEvaluator: Sendable {
  /// The number of coordinates of a point.
  public let inputCount: Int
  /// The number of outputs.
  public let outputCount: Int
  let program: LimbProgram
  /// Per output: its groups (where in the program's outputs, over which denominator) and its bias.
  private let outputs: [(groups: [(index: Int, denominator: Integer)], bias: Rational)]

  /// Compiles a network.
  ///
  /// - Parameters:
  ///   - network: the network.
  ///   - scale: the positive common denominator s of the points' coordinates: a point of integers X stands for X / s.
  /// - Complexity: linear in the network's weights.
  public init(_ network: IntegerNetwork, scale: Integer = 1) {
    precondition(scale > 0, "a common denominator is positive")
    inputCount = network.inputCount
    outputCount = network.outputs.count
    var program = LimbProgram(inputCount: network.inputCount)
    var scale = scale
    for layer in network.hiddenLayers {
      program.addLayer(layer.activation == .relu ? .relu : .threshold)
      var above: [IntegerNetwork.Term<Integer>]?
      for row in layer.rows {
        if row.terms != above { program.addForm(row.terms.lazy.map { (column: $0.column, weight: $0.weight) }) }
        program.addRow(bias: row.bias * scale)
        above = row.terms
      }
      if layer.activation == .threshold { scale = 1 }
    }
    // The terms of an output are grouped by denominator: one common denominator of all blocks of a network may be as long as all together.
    program.addLayer(.identity)
    var outputs: [(groups: [(index: Int, denominator: Integer)], bias: Rational)] = []
    for row in network.outputs {
      var groups: [(index: Int, denominator: Integer)] = []
      let byDenominator = Dictionary(grouping: row.terms) { $0.weight.denominator }
      let order = byDenominator.sorted { ($0.value.first?.column ?? 0) < ($1.value.first?.column ?? 0) }
      for (denominator, terms) in order {
        program.addForm(terms.lazy.map { (column: $0.column, weight: $0.weight.numerator) })
        groups.append((program.outputCount, denominator * scale))
        program.addRow(bias: 0)
      }
      outputs.append((groups, row.bias))
    }
    self.program = program
    self.outputs = outputs
  }

  /// The outputs at one point, given by the integers X that stand for X / scale.
  ///
  /// - Parameter point: `inputCount` integers.
  /// - Returns: one value an output, exact.
  public func outputs(at point: [Integer]) -> [Rational] {
    precondition(point.count == inputCount, "a point of this network has \(inputCount) coordinates, not \(point.count)")
    let machine = LimbMachine(program)
    machine.begin()
    for value in point { machine.add(value) }
    machine.run()
    return (0..<outputCount).map { output($0, of: machine) }
  }

  /// Output `index` of the machine's last run.
  func output(_ index: Int, of machine: LimbMachine) -> Rational {
    let (groups, bias) = outputs[index]
    return groups.reduce(bias) { sum, group in
      let value = machine.output(group.index)
      return value == 0 ? sum : sum + Rational(value, group.denominator)
    }
  }
}
