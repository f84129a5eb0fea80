// The function of a small circuit in one hidden layer: the end of the line where nothing is computed and everything is remembered.
public import Circuits
import ExactArithmetic

/// The truth-table network of all outputs of a circuit at once, and the transformer that says the outputs in one token.
///
/// A unit for each row whose outputs are not the most frequent ones; an output changes its most frequent value where its row's unit is on. A Boolean
/// function has min(#f = 0, #f = 1) units (construction C1); a function of m outputs at most 2^n - 1, each met by one word.
public struct CircuitMemorizer: Sendable {
  /// The network: n inputs, one hidden layer, an output for each of the circuit's, each 0 or 1.
  public let network: IntegerNetwork
  /// The words of outputs that occur, output j being bit j, ascending.
  public let words: [Int]
  /// The transformer that has the network as its feedforward layer.
  public let transformer: MemorizingTransformer

  /// The largest numbers of inputs and outputs.
  public static let limits = (inputs: TruthTable.maximumInputCount, outputs: 12)

  /// Remembers all rows of `circuit`.
  ///
  /// - Parameter circuit: a circuit of 1 to 12 inputs and 1 to 12 outputs.
  /// - Throws: `InstallationError` where it has more, or none.
  /// - Complexity: O(2^n (n + m)).
  public init(_ circuit: Circuit) throws(InstallationError) {
    let (n, m) = (circuit.inputCount, circuit.outputCount)
    guard (1...CircuitMemorizer.limits.inputs).contains(n), (1...CircuitMemorizer.limits.outputs).contains(m) else {
      throw InstallationError(
        expected:
          "1 to \(CircuitMemorizer.limits.inputs) inputs and 1 to \(CircuitMemorizer.limits.outputs) outputs",
        found: "\(n) and \(m)")
    }
    let tables = circuit.truthTables()
    let values = (0..<(1 << n)).map { row in
      tables.enumerated().reduce(0) { $0 | ($1.element[row] ? 1 << $1.offset : 0) }
    }
    let counts = Dictionary(values.map { ($0, 1) }, uniquingKeysWith: +)
    // The least of the most frequent ones.
    let usual = counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
    let kept = values.indices.filter { values[$0] != usual }
    let units = kept.map { row in
      IntegerNetwork.Row(
        (0..<n).map { IntegerNetwork.Term($0, row >> $0 & 1 != 0 ? Integer(1) : -1) },
        bias: Integer(1 - row.nonzeroBitCount))
    }
    let outputs = (0..<m).map { j in
      let base = usual >> j & 1
      let terms = kept.enumerated().compactMap { unit, row -> IntegerNetwork.Term<Rational>? in
        let change = (values[row] >> j & 1) - base
        return change == 0 ? nil : IntegerNetwork.Term(unit, Rational(change))
      }
      return IntegerNetwork.Row(units.isEmpty ? [] : terms, bias: Rational(base))
    }
    network = IntegerNetwork(
      uncheckedInputCount: n, hiddenLayers: units.isEmpty ? [] : [IntegerNetwork.Layer(.relu, units)], outputs: outputs)
    words = counts.keys.sorted()
    transformer = try MemorizingTransformer(network, values: 0...1, readOut: .bits(words))
  }

  /// The word of outputs, output j being bit j.
  public static func word(_ outputs: [Bool]) -> Int {
    outputs.enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) }
  }
}
