// Parity, majority, decoder, multiplexer, the word problem of S5 and random circuits against their definitions.
import Circuits
import Testing
import TestSupport

struct LogicGeneratorTests {
  @Test func parityAndMajorityCountTheirInputs() {
    for n in 1...12 {
      let circuits = [Circuit.parity(n, shape: .tree), .parity(n, shape: .chain), .majority(n)]
      for block in circuits[0].exhaustiveBlocks(of: 1000) {
        let outputs = circuits.map { $0.simulate(block) }
        for i in 0..<block.count {
          let ones = block.assignment(i).count { $0 }
          #expect(outputs[0][i, 0] == (ones % 2 == 1) && outputs[1][i, 0] == (ones % 2 == 1))
          #expect(outputs[2][i, 0] == (2 * ones > n))
        }
      }
    }
  }

  @Test func largeMajoritiesAndParitiesCountTheirInputs() {
    var generator = SplitMix64(seed: 5)
    for n in [63, 64, 101, 1000] {
      let block = AssignmentBlock.random(count: 300, signalCount: n, using: &generator)
      let majority = Circuit.majority(n).simulate(block)
      let parity = Circuit.parity(n).simulate(block)
      for i in 0..<block.count {
        let ones = block.assignment(i).count { $0 }
        #expect(majority[i, 0] == (2 * ones > n) && parity[i, 0] == (ones % 2 == 1))
      }
    }
    for n in [1, 2, 3, 100, 128] {
      #expect(Circuit.parity(n, shape: .chain).depth == n - 1 && Circuit.parity(n).gateCount == n - 1)
      #expect(Circuit.parity(n).depth == (1..<n).reduce(0) { $1 & ($1 - 1) == 0 ? $0 + 1 : $0 })
      #expect(Circuit.majority(n).gateCount < 6 * n)
    }
  }

  @Test func decodersSetOneOutput() {
    for width in 1...8 {
      let circuit = Circuit.decoder(width: width)
      for x in 0..<(1 << width) {
        #expect(circuit(x.bits(width)) == (0..<(1 << width)).map { $0 == x })
      }
    }
    #expect(Circuit.decoder(width: 16).gateCount <= 65536 + 2 * 256 + 100)
    #expect(Circuit.decoder(width: 16).depth == 4)
  }

  @Test func multiplexersSelectAWord() {
    var generator = SplitMix64(seed: 6)
    for (selectWidth, width) in [(1, 1), (2, 1), (3, 5), (5, 2)] {
      let circuit = Circuit.multiplexer(selectWidth: selectWidth, width: width)
      #expect(circuit.gateCount == 3 * width * (1 << selectWidth - 1))
      for select in 0..<(1 << selectWidth) {
        let words = (0..<(1 << selectWidth)).map { _ in generator.next().bits(width) }
        #expect(circuit(words.flatMap { $0 } + select.bits(selectWidth)) == words[select])
      }
    }
  }

  @Test func everyPairOfPermutationsComposes() {
    let circuit = Circuit.s5WordProblem(length: 2)
    let elements = SymmetricGroup5.elements
    #expect(elements.count == 120 && Set(elements).count == 120)
    let pairs = elements.flatMap { p in elements.map { (p, $0) } }
    let outputs = circuit.simulate(pairs.map { SymmetricGroup5.bits(of: $0.0) + SymmetricGroup5.bits(of: $0.1) })
    for (pair, output) in zip(pairs, outputs) {
      #expect(SymmetricGroup5.permutation(fromBits: output) == (0..<5).map { pair.1[pair.0[$0]] })
    }
  }

  @Test(arguments: ReductionShape.allCases)
  func longWordsOfPermutationsCompose(shape: ReductionShape) throws {
    var generator = SplitMix64(seed: 7)
    for length in [1, 2, 3, 5, 8, 21] {
      let circuit = Circuit.s5WordProblem(length: length, shape: shape)
      for _ in 0..<30 {
        let word = try (0..<length).map { _ in try #require(SymmetricGroup5.elements.randomElement(using: &generator)) }
        let expected = word.dropFirst().reduce(word[0], SymmetricGroup5.compose)
        #expect(SymmetricGroup5.permutation(fromBits: circuit(word.flatMap(SymmetricGroup5.bits))) == expected)
      }
    }
    #expect(SymmetricGroup5.permutation(fromBits: [Bool](repeating: false, count: 15)) == nil)
    #expect(
      Circuit.s5WordProblem(length: 64, shape: .tree).depth
        < Circuit.s5WordProblem(length: 64, shape: .chain).depth / 5)
  }

  @Test func randomCircuitsHaveExactlyTheAskedSizeOrDepth() {
    var generator = SplitMix64(seed: 8)
    for trial in 0..<200 {
      let fanIn = 1 + trial % 6
      let size = trial % 40
      let bySize = Circuit.random(
        size: size, inputs: 1 + trial % 9, fanIn: 1...fanIn, outputs: trial % 3 == 0 ? 1 : nil, using: &generator)
      #expect(bySize.gateCount == size && bySize.inputCount == 1 + trial % 9)
      #expect(trial % 3 == 0 || size == 0 || bySize.statistics().deadGates == 0)
      let byDepth = Circuit.random(
        depth: trial % 20, width: 1 + trial % 5, inputs: 1 + trial % 4, fanIn: fanIn...fanIn,
        outputs: trial % 2 == 0 ? 1 : nil, using: &generator)
      #expect(byDepth.depth == trial % 20 && byDepth.gateCount == (trial % 20) * (1 + trial % 5))
      for circuit in [bySize, byDepth] {
        for g in 0..<circuit.gateCount {
          let gate = circuit.gate(g)
          #expect(Set(gate.operands).count == gate.operands.count)
          #expect(gate.operands.indices.allSatisfy { gate.table.depends(onInput: $0) })
        }
      }
    }
  }

  @Test func equalSeedsMakeEqualCircuits() {
    let circuits = [1, 1, 2].map { seed in
      var generator = SplitMix64(seed: UInt64(seed))
      return Circuit.random(size: 100, inputs: 10, fanIn: 1...6, using: &generator)
    }
    #expect(circuits[0] == circuits[1] && circuits[0] != circuits[2])
  }
}
