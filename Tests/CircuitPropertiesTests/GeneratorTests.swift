// Circuits are valid, in the ranges asked for, odd in every way that the documentation promises, and shrink to the least of a kind.
import CircuitProperties
import Circuits
import PropertyTesting
import Testing

/// The first circuits of a generator.
private func drawn(_ generator: Generator<Circuit>, count: Int = 1000) throws -> [Circuit] {
  var seen: [Circuit] = []
  try forAll(generator, count: count, seed: "random-1-c") { seen.append($0) }
  return seen
}

@Test func everyCircuitIsValidAndKeepsToTheRanges() throws {
  typealias Ranges = (
    inputs: ClosedRange<Int>, gates: ClosedRange<Int>, operands: ClosedRange<Int>, outputs: ClosedRange<Int>
  )
  let cases: [Ranges] = [
    (0...5, 0...20, 0...3, 0...3), (0...0, 0...0, 0...0, 0...0), (0...0, 1...4, 0...0, 1...2),
    (2...2, 0...3, 2...2, 1...1),
    (1...9, 5...7, 6...6, 0...0), (1...3, 2...2, 1...6, 2...5), (3...4, 0...0, 0...3, 4...4),
  ]
  for (inputs, gates, operands, outputs) in cases {
    let seen = try drawn(circuits(inputs: inputs, gates: gates, operands: operands, outputs: outputs), count: 400)
    for circuit in seen {
      #expect(circuit.violatedInvariant == nil)
      #expect(inputs.contains(circuit.inputCount) && gates.contains(circuit.gateCount))
      for g in 0..<circuit.gateCount {
        let fanIn = circuit.fanIn(ofGate: g)
        #expect(operands.contains(fanIn) || (fanIn == 0 && circuit.inputCount + g == 0))
      }
      #expect(outputs.contains(circuit.outputCount) || (circuit.outputCount == 0 && circuit.wireCount == 0))
    }
    #expect(Set(seen.map(\.inputCount)) == Set(inputs) && Set(seen.map(\.gateCount)) == Set(gates))
  }
}

@Test func numbersOfGatesAndInputsAreUniform() throws {
  let seen = try drawn(circuits(inputs: 0...5, gates: 0...9), count: 6000)
  func chiSquare(_ counts: [Int]) -> Double {
    let expected = Double(counts.reduce(0, +)) / Double(counts.count)
    return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
  }
  // 99.9 % quantiles: 5 degrees of freedom 20.5, 9: 27.9.
  #expect(chiSquare((0...5).map { n in seen.count { $0.inputCount == n } }) < 20.5)
  #expect(chiSquare((0...9).map { n in seen.count { $0.gateCount == n } }) < 27.9)
}

@Test func oddCircuitsComeOften() throws {
  try forAll(circuits(), count: 1000) { circuit in
    let gates = (0..<circuit.gateCount).map(circuit.gate)
    let read = Set(gates.flatMap(\.operands) + circuit.outputs.map(\.wire))
    cover("constant gate", minimumPercent: 30, when: gates.contains { $0.operands.isEmpty })
    cover("repeated operand", minimumPercent: 30, when: gates.contains { Set($0.operands).count < $0.operands.count })
    cover(
      "table that ignores an operand", minimumPercent: 30,
      when: gates.contains { gate in
        gate.operands.indices.contains { !gate.table.depends(onInput: $0) }
      })
    cover(
      "dead gate", minimumPercent: 30,
      when: (0..<gates.count).contains { !read.contains(Wire(circuit.inputCount + $0)) })
    cover("output that is an input", minimumPercent: 10, when: circuit.outputs.contains { circuit.isInput($0.wire) })
    cover("complemented output", minimumPercent: 30, when: circuit.outputs.contains(where: \.isComplemented))
    cover("no inputs", minimumPercent: 10, when: circuit.inputCount == 0)
    cover("no gates", minimumPercent: 2, when: circuit.gateCount == 0)
    cover("depth above 3", minimumPercent: 5, when: circuit.depth > 3)
  }
}

@Test func circuitsShrinkToTheLeastOfAKind() throws {
  /// The minimal circuits without a property, over thirty seeds.
  func least(_ generator: Generator<Circuit> = circuits(), _ holds: (Circuit) -> Bool) throws -> [String: Int] {
    var found: [String: Int] = [:]
    for seed in 1...30 {
      let options = PropertyOptions(count: 3000, seed: "random-1-\(String(seed, radix: 16))")
      let outcome = try check(generator, options: options, holds)
      found[outcome.counterexample?.minimal.description ?? "none", default: 0] += 1
    }
    return found
  }
  #expect(try least { _ in false } == ["Circuit(inputs: 0, gates: [], outputs: [])": 30])
  #expect(try least { $0.inputCount < 2 } == ["Circuit(inputs: 2, gates: [], outputs: [])": 30])
  #expect(try least { $0.outputCount < 1 } == ["Circuit(inputs: 1, gates: [], outputs: [w0])": 30])
  let gates = try least { $0.gateCount < 2 }
  #expect(gates == ["Circuit(inputs: 0, gates: [w0 = 0(), w1 = 0()], outputs: [])": 30])
  #expect(
    try least { $0.maximumFanIn < 3 } == ["Circuit(inputs: 1, gates: [w1 = 00000000(w0, w0, w0)], outputs: [])": 30])
  let inverting = try least { circuit in
    !circuit.outputs.contains { $0.isComplemented && !circuit.isInput($0.wire) }
  }
  #expect(inverting == ["Circuit(inputs: 0, gates: [w0 = 0()], outputs: [!w0])": 30])
  let ranged = circuits(inputs: 1...3, gates: 2...9, operands: 2...2, outputs: 1...2)
  let leastRanged = try least(ranged) { _ in false }
  #expect(
    leastRanged == ["Circuit(inputs: 1, gates: [w1 = 0000(w0, w0), w2 = 0000(w0, w0)], outputs: [w0])": 30])
}

@Test func truthTablesHaveTheInputsAskedFor() throws {
  for k in 0...6 {
    var seen: Set<TruthTable> = []
    try forAll(truthTables(inputCount: k), count: 400) { _ = seen.insert($0) }
    #expect(seen.allSatisfy { $0.inputCount == k })
    #expect(seen.count >= [2, 4, 16, 100, 200, 200, 200][k])
    #expect(seen.contains(TruthTable(bits: .max, inputCount: k)) && seen.contains(TruthTable(bits: 0, inputCount: k)))
  }
}

@Test func theAssignmentsToTryAreAllOrCornersAndRandomOnes() {
  for n in 0...8 {
    let tried = assignmentsToTry(CircuitBuilder(inputCount: n).circuit(outputs: []))
    #expect(tried.count == 1 << n && Set(tried).count == 1 << n && tried.allSatisfy { $0.count == n })
  }
  let many = assignmentsToTry(CircuitBuilder(inputCount: 100).circuit(outputs: []))
  #expect(many.count == 2 + 128 + 64 && Set(many).count == many.count)
  #expect(many[0].allSatisfy { !$0 } && many[1].allSatisfy { $0 })
  #expect(many == assignmentsToTry(CircuitBuilder(inputCount: 100).circuit(outputs: [])))
}
