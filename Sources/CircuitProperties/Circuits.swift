// Generators of circuits, encoded so that deleting and lowering choices gives smaller circuits with the same wiring.
public import Circuits
public import PropertyTesting

/// Random circuits, always valid and in topological order.
///
/// ```swift
/// @Test func ourConstructionIsRight() throws {
///   try forAll(circuits()) { try simulates($0) }
/// }
/// ```
///
/// Every number of inputs, of gates, and of operands of a gate, in its range is equally likely. Operands are drawn with repetition; a
/// table may be constant or ignore operands; gates may be dead; outputs may be inputs, repeated or complemented: whoever claims to
/// handle circuits handles these. A gate has fewer operands than asked only where there are neither inputs nor earlier gates, and there
/// are no outputs where there are no wires.
///
/// Shrinks towards fewer gates, operands, outputs and inputs, then towards inputs in place of gates' wires, smaller wire numbers and truth
/// tables that are smaller numbers.
///
/// - Parameters:
///   - inputs: how many inputs.
///   - gates: how many gates.
///   - operands: how many operands a gate has, within 0 ... 6; 0 makes constants.
///   - outputs: how many outputs.
public func circuits(
  inputs: ClosedRange<Int> = 0...5, gates: ClosedRange<Int> = 0...20, operands: ClosedRange<Int> = 0...3,
  outputs: ClosedRange<Int> = 0...3
) -> Generator<Circuit> {
  precondition(inputs.lowerBound >= 0, "circuits(inputs:) needs counts of at least 0, not \(inputs).")
  precondition(gates.lowerBound >= 0, "circuits(gates:) needs counts of at least 0, not \(gates).")
  precondition(
    operands.lowerBound >= 0 && operands.upperBound <= TruthTable.wordInputCount,
    "circuits(operands:) needs counts in 0 ... 6, not \(operands).")
  precondition(outputs.lowerBound >= 0, "circuits(outputs:) needs counts of at least 0, not \(outputs).")
  return Generator { source in
    let nodes = try source.nodes(inputs: inputs, gates: gates, operands: operands)
    // Nodes may come in any order, wires have the inputs first.
    var wires = [Wire](repeating: Wire(0), count: nodes.count)
    var builder = CircuitBuilder(inputCount: nodes.count { $0 == nil })
    var inputsSoFar = 0
    for (n, node) in nodes.enumerated() {
      if let node {
        wires[n] = builder.gate(node.table, node.operands.map { wires[$0] })
      } else {
        wires[n] = builder.input(inputsSoFar)
        inputsSoFar += 1
      }
    }
    var read: [Literal] = []
    try source.repeating(outputs, atMost: nodes.isEmpty ? 0 : outputs.upperBound) { source in
      let wire = wires[try source.index(below: nodes.count)]
      read.append(Literal(wire, complemented: try source.boolean()))
    }
    return builder.circuit(outputs: read)
  }
}

/// Truth tables of exactly `inputCount` inputs; shrinks towards the constant 0 and smaller numbers.
/// - Precondition: `inputCount` lies in 0 ... 6.
public func truthTables(inputCount: Int) -> Generator<TruthTable> {
  integers(in: 0...TruthTable.mask(inputCount)).map { TruthTable(bits: $0, inputCount: inputCount) }
}

/// Assignments of a circuit's inputs; shrinks towards `false`.
///
/// ```swift
/// let instances = circuits(inputs: 1...40).flatMap { circuit in assignments(of: circuit).map { (circuit, $0) } }
/// try forAll(instances) { try simulates($0.0, assignments: [$0.1]) }
/// ```
public func assignments(of circuit: Circuit) -> Generator<[Bool]> { bits(count: circuit.inputCount) }

/// A gate of a circuit that is being drawn; its operands are numbers of nodes.
private struct DrawnGate {
  let table: TruthTable
  let operands: [Int]
}

extension ChoiceSource {
  /// The inputs (`nil`) and gates of a circuit in one list, in which an operand is the number of an earlier node.
  ///
  /// Inputs stand in the same list as gates, though they are drawn first, so that the shrinker can make an input of a gate, which has fewer
  /// choices, without touching what reads it; and every node begins with the same two choices, so that what follows stays in its place
  /// when a node is deleted.
  fileprivate mutating func nodes(
    inputs: ClosedRange<Int>, gates: ClosedRange<Int>, operands: ClosedRange<Int>
  ) throws -> [DrawnGate?] {
    var nodes: [DrawnGate?] = []
    var (inputCount, gateCount) = (0, 0)
    while true {
      let goesOn = try span { source in
        // One more of each kind with the chance that makes every number equally likely; no input after a gate.
        let input = gateCount == 0 ? ChoiceSource.chanceOfMore(inputs, than: inputCount) : 0
        let gate = (1 - input) * ChoiceSource.chanceOfMore(gates, than: gateCount)
        let wantsMore = try source.boolean(probability: min(1, input + gate))
        let isShort = inputCount < inputs.lowerBound || gateCount < gates.lowerBound
        let isFull = inputCount >= inputs.upperBound && gateCount >= gates.upperBound
        guard isShort || wantsMore, !isFull else { return false }
        // A gate that reads something waits for an input, where there may be one.
        let mayBeGate = !nodes.isEmpty || operands.lowerBound == 0 || inputs.upperBound == 0
        let wantsGate = try source.boolean(
          probability: !mayBeGate || input + gate == 0 ? 0 : min(1, gate / (input + gate)))
        // Only the shrinker asks for what cannot be. Were it given the other kind, it would take one for a simpler form of the other.
        try assume(wantsGate ? mayBeGate && gateCount < gates.upperBound : inputCount < inputs.upperBound)
        guard wantsGate else {
          nodes.append(nil)
          inputCount += 1
          return true
        }
        var reads: [Int] = []
        try source.repeating(operands, atMost: nodes.isEmpty ? 0 : operands.upperBound) { source in
          reads.append(try source.index(below: nodes.count))
        }
        nodes.append(DrawnGate(table: try source.draw(truthTables(inputCount: reads.count)), operands: reads))
        gateCount += 1
        return true
      }
      if !goesOn { return nodes }
    }
  }

  /// The chance of one more than `done` that makes every number of a range equally likely.
  private static func chanceOfMore(_ count: ClosedRange<Int>, than done: Int) -> Double {
    if done < count.lowerBound { return 1 }
    let left = Double(max(0, count.upperBound - done))
    return left / (left + 1)
  }

  /// Runs `body` as many times as a uniform number of `count`, but at most `limit` times; each time is a span that can be left out.
  ///
  /// Whether there is one more is recorded even where it has to be or cannot be, so that all repetitions begin alike.
  fileprivate mutating func repeating(
    _ count: ClosedRange<Int>, atMost limit: Int, _ body: (inout ChoiceSource) throws -> Void
  ) throws {
    if count.upperBound == 0 { return }
    for done in 0...limit {
      let goesOn = try span { source in
        let wantsMore = try source.boolean(probability: ChoiceSource.chanceOfMore(count, than: done))
        guard done < count.lowerBound || wantsMore, done < limit else { return false }
        try body(&source)
        return true
      }
      if !goesOn { return }
    }
  }
}
