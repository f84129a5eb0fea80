// Tables of tokens compared bit-parallel with simulated wires, against the comparison one assignment at a time.
import Circuits
import Constructions
import Randomness
import Testing
import Verification

@Suite struct WireSimulationTests {
  /// A random circuit of 5 inputs in the LLaMA form.
  static let simulation: CircuitSimulation = {
    var generator = Philox(seed: 2)
    return CircuitSimulation(of: .random(size: 12, inputs: 5, fanIn: 2...3, using: &generator))
  }()
  static let circuit: Circuit = {
    var generator = Philox(seed: 2)
    return .random(size: 12, inputs: 5, fanIn: 2...3, using: &generator)
  }()

  @Test(arguments: [1, 63, 64, 65, 200])
  func theFirstDifferenceOfATableIsTheOneThatALoopFinds(_ count: Int) throws {
    var generator = Philox(seed: UInt64(count))
    let (chain, form) = (Self.simulation.chain, Self.simulation.manifest.promptForm)
    let assignments = AssignmentBlock.random(count: count, signalCount: 5, using: &generator)
    let simulation = WireSimulation(Self.circuit, chain, form: form, assignments: assignments)
    #expect(simulation.outputDifference == nil)
    var found = 0
    for trial in 0..<400 {
      let step = generator.uniform(below: form.emittedTokenCount)
      let wire = form.inputCount + step
      let position = form.firstAnsweringPosition + step
      let k = generator.uniform(below: 5)
      let wires = generator.shuffled(Array(0..<Int32(wire))).prefix(k).sorted()
      let right = wire < form.wireCount ? form.token(wire: wire, value: false) : form.endToken ?? -1
      // Mostly right tokens, so that the first difference comes late.
      let tokens = (0..<1 << k).map { _ -> Int32 in
        let token = right + (wire < form.wireCount ? generator.uniform(below: 2) : 0)
        return Int32(generator.uniform(below: 8) == 0 ? generator.uniform(below: 2 * form.wireCount + 2) : token)
      }
      let answer = DenseTabulation.Answer(position: position, wires: wires, tokens: tokens)
      let expected = (0..<count).first { assignment in
        answer.token(simulation.wireValues(assignment)) != simulation.expectedToken(after: position, assignment)
      }
      #expect(simulation.firstDifference(answer) == expected, "trial \(trial)")
      if expected != nil { found += 1 }
    }
    #expect(found > 100)
  }

  @Test func theTablesOfTheRightModelNeverDiffer() throws {
    let (chain, form) = (Self.simulation.chain, Self.simulation.manifest.promptForm)
    var generator = Philox(seed: 3)
    let assignments = WireSimulation.assignments(inputCount: 5, count: 1000, using: &generator)
    #expect(assignments.count == 32)
    let simulation = WireSimulation(Self.circuit, chain, form: form, assignments: assignments)
    for a in 0..<32 {
      #expect(simulation.inputs(a) == assignments.assignment(a))
      #expect(simulation.wireValues(a) == chain.wireValues(assignments.assignment(a)))
    }
    let tabulation = try DenseTabulation(Self.simulation.model(), form: form)
    #expect(tabulation.answers.count == form.emittedTokenCount)
    for answer in tabulation.answers { #expect(simulation.firstDifference(answer) == nil) }
  }

  @Test func aSampleBeginsWithTheCorners() {
    var generator = Philox(seed: 4)
    let block = WireSimulation.assignments(inputCount: 30, count: 500, using: &generator)
    #expect(block.count == 500)
    #expect(block.assignment(0) == [Bool](repeating: false, count: 30))
    #expect(block.assignment(1) == [Bool](repeating: true, count: 30))
    for i in 0..<30 {
      #expect(block.assignment(2 + 2 * i) == (0..<30).map { $0 == i })
      #expect(block.assignment(3 + 2 * i) == (0..<30).map { $0 != i })
    }
    #expect(Set((62..<500).map { block.assignment($0) }).count == 438)
  }

  @Test func anOutputThatIsReadElsewhereIsNoticed() {
    let builder = { (isComplemented: Bool) -> Circuit in
      var builder = CircuitBuilder(inputCount: 2)
      let wire = builder.gate(bits: 0b1000, Wire(0), Wire(1))
      return builder.circuit(outputs: [Literal(wire, complemented: isComplemented)])
    }
    let chain = CircuitChain(builder(false))
    let form = CircuitSimulation(of: builder(false)).manifest.promptForm
    let block = AssignmentBlock(numbers: 0..<4, signalCount: 2)
    #expect(WireSimulation(builder(false), chain, form: form, assignments: block).outputDifference == nil)
    #expect(WireSimulation(builder(true), chain, form: form, assignments: block).outputDifference == 0)
  }
}
