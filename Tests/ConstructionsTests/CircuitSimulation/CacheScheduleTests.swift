// The schedule of evictions, found on the weights, against the lives of wires, found on the chain.
import Circuits
import Constructions
import Foundation
import Randomness
import Testing
import TestSupport
import Transformers
import Verification

/// For each position, the last position whose token looks it up, by the chain alone; positions are `<s>`, then the wires.
private func lastLookups(_ chain: CircuitChain) -> [Int] {
  var last = [Int](repeating: -1, count: chain.wireCount + 1)
  // The token that emits step i stands at position inputCount + i (its wire is the one before), and the last of all emits </s>.
  for i in 0...chain.stepCount {
    let position = chain.inputCount + i
    let operands = i < chain.stepCount ? chain.operands(ofStep: i).map { Int($0) + 1 } : []
    for operand in operands { last[operand] = position }
    if operands.count < chain.fanIn { last[0] = position }  // heads without an operand look <s> up
  }
  return last
}

@Suite struct CacheScheduleTests {
  @Test func theScheduleDropsEachPositionAfterItsLastLookup() throws {
    var random = Philox(seed: 71)
    for size in 0..<60 {
      let circuit = oddCircuit(gates: size, inputs: size % 6, fanIn: size % 4 + 1, using: &random)
      let built = ConstructedChain(circuit)
      let chain = built.chain
      let schedule = CacheSchedule(try built.proof().program)
      var expected = [[Int32]](repeating: [], count: chain.wireCount + 1)
      for (position, last) in lastLookups(chain).enumerated() {
        // What is never looked up goes at once, but nothing goes before the prompt is read.
        expected[max(last < 0 ? position : last, chain.inputCount)].append(Int32(position))
      }
      #expect(schedule.evictions == expected)
      var held = 0
      let peak = expected.map { dropped in
        held += 1
        defer { held -= dropped.count }
        return held
      }.max()
      #expect(schedule.peak == peak)
      #expect(held == 0, "everything is dropped at the end")
    }
  }

  @Test func aProgramWhoseEndIsNotKnownKeepsEverythingToTheEnd() throws {
    let built = ConstructedChain(.rippleCarryAdder(width: 2))
    let program = try built.proof().program
    let (first, last) = (program.form.firstAnsweringPosition, program.form.readPositionCount - 1)
    #expect(CacheSchedule(program).evictions[first...].dropLast().contains { !$0.isEmpty })
    let unknown = LookupProgram(
      form: program.form, headCount: program.headCount, operands: program.operands, tables: program.tables)
    let schedule = CacheSchedule(unknown)
    #expect(schedule.peak == last + 1 && schedule.evictions[last].count == last + 1)
  }

  @Test func aChainOfNoTokensDropsNothing() throws {
    let circuit = CircuitBuilder(inputCount: 2).circuit(outputs: [])
    let schedule = CacheSchedule(try ConstructedChain(circuit, form: .li).proof().program)
    #expect(schedule.evictions.allSatisfy { $0.isEmpty })
  }

  @Test func liveWiresAreCountedAsLookingAtEveryTimeCountsThem() {
    var random = Philox(seed: 73)
    for size in 0..<80 {
      let chain = CircuitChain(oddCircuit(gates: size, inputs: size % 9, fanIn: 4, using: &random))
      #expect(chain.liveWireCount == naiveLiveWireCount(chain))
    }
  }

  @Test(.enabled(if: sharedData != nil))
  func sha256HoldsFewPositionsAtOnce() throws {
    let data = try #require(sharedData)
    let circuit = try Circuit(contentsOf: data.appending(path: "circuits/bristol/sha256.txt").path)
    var unfolded = CircuitChain.Options()
    unfolded.foldsInverters = false
    // Reference figure, counted on the netlist gate by gate with its inverters: 1,502 of 135,841 wires.
    #expect(circuit.wireCount == 135_841)
    #expect(circuit.maximumLiveWires() == 1502)
    #expect(CircuitChain(circuit, options: unfolded).liveWireCount == 1502)
    // Folding the 1,856 inverters takes nothing from the widest place.
    let simulation = CircuitSimulation(of: circuit)
    let chain = simulation.chain
    #expect(chain.wireCount == 133_985 && chain.liveWireCount == 1502)
    let proof = try Checker(simulation.model(), form: simulation.manifest.promptForm).derive(.rounded(.float32))
    let schedule = CacheSchedule(proof.program)
    // One more than the live wires: the heads of the last token, which has no gate to evaluate, look <s> up, so it stays to the end.
    #expect(schedule.peak == 1503)
  }
}
