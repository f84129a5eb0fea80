// Running and checking a simulation from Swift: every engine and form, folders, counterexamples, plans of assignments.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import Transformers

@Suite struct ChainRunnerTests {
  /// The simulations of `circuit` in every form.
  static func simulations(_ circuit: Circuit) throws -> [CircuitSimulation] {
    let formats = [(0, 3), (3, 4), (8, 8)].map { FloatFormat(exponentBits: $0.0, significandBits: $0.1) }
    return [CircuitSimulation(of: circuit), CircuitSimulation(of: circuit, form: .li)]
      + [try CircuitSimulation(of: circuit, target: .float32)]
      + (try formats.map { (format) throws in try CircuitSimulation(of: circuit, target: .finitePrecision(format)) })
  }

  static let circuits: [Circuit] = [
    .rippleCarryAdder(width: 2), .majority(5), .parity(3), .decoder(width: 2), .multiplexer(selectWidth: 1),
  ]

  @Test(arguments: circuits.indices)
  func everyFormAndEnginePassesTheExhaustiveCheck(index: Int) throws {
    let circuit = Self.circuits[index]
    let all = 1 << circuit.inputCount
    for simulation in try Self.simulations(circuit) {
      let engines: [DecodingEngine?] =
        simulation.manifest.precision == nil
        ? [.dense, .indexed, .bitsliced, .reference] : [nil, .indexed, .bitsliced]
      for engine in engines {
        var runner = try ChainRunner(simulation, engine: engine)
        #expect(runner.fallback == nil)
        var generator = Philox(seed: 1)
        let check = try runner.check(against: circuit, using: &generator)
        #expect(check.isEqual && check.plan.mode == .exhaustive && check.assignmentCount == all)
        #expect(check.tokensCompared == all * simulation.manifest.emittedTokenCount)
        #expect(check.outputsCompared == all * circuit.outputCount)
        let inputs = (0..<circuit.inputCount).map { $0 % 3 == 0 }
        #expect(try runner.outputs(for: inputs) == circuit.simulate([inputs])[0])
        #expect(try runner.outputs(for: [inputs, inputs]).count == 2)
      }
    }
  }

  @Test func allFormsWithTheSameVocabularyEmitTheSameTokens() throws {
    let circuit = Circuit.rippleCarryAdder(width: 3)
    let assignments = (0..<8).map { n in (0..<6).map { n >> ($0 % 3) & 1 != 0 } }
    let texts = try Self.simulations(circuit).dropFirst().map { (simulation) throws in
      var runner = try ChainRunner(simulation)
      return try runner.tokens(for: assignments)
    }
    #expect(texts.count == 5 && texts.allSatisfy { $0 == texts[0] })
  }

  @Test func aModelInFinitePrecisionRunsInNoOther() throws {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let simulation = try CircuitSimulation(of: .parity(3), target: .finitePrecision(format))
    let runner = try ChainRunner(simulation, engine: .dense)
    #expect(runner.engine == .reference)
    #expect(runner.fallback?.contains("F_{0,2}") == true)
  }

  @Test func aFolderReadsBackWithItsMeaning() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let circuit = Circuit.rippleCarryAdder(width: 2)
    for (number, simulation) in try Self.simulations(circuit).enumerated() {
      let path = folder.appending(path: "\(number)").path
      try simulation.write(to: path)
      let read = try SimulationFolder(path)
      #expect(read.manifest == simulation.manifest)
      var runner = try ChainRunner(read)
      var generator = Philox(seed: 1)
      #expect(try runner.check(against: circuit, using: &generator).isEqual)
      let reading = try read.reading()
      for step in 0..<simulation.chain.stepCount {
        let gate = reading.gate(ofStep: step)
        #expect(gate.table == simulation.chain.table(ofStep: step))
        #expect(gate.operands == simulation.chain.operands(ofStep: step).map { Int($0) })
      }
    }
    #expect(throws: FolderError.self) { try SimulationFolder(folder.path) }
  }

  @Test(arguments: [SimulationManifest.Form.llama, .li])
  func aLiveCacheEmitsTheSameTokensFromLess(_ form: SimulationManifest.Form) throws {
    let circuit = Circuit.rippleCarryAdder(width: 64)
    let simulation = CircuitSimulation(of: circuit, form: form)
    var runner = try ChainRunner(simulation, engine: .dense)
    let inputs = (0..<128).map { $0 % 3 != 1 }
    let whole = try runner.tokens(for: [inputs])[0]
    let run = try runner.tokensWithLiveCache(for: inputs)
    #expect(run.tokens == whole)
    let session = try runner.denseEngine().makeSession()
    session.append([whole.dropLast().map { Int($0) }], logits: .none)
    #expect(run.allocatedBytes < session.cacheBytes)
    #expect(run.positionCount == session.cachedPositionCount)
    // A wire is held from its emission to its last use; <s> and the token that is being read are held besides.
    #expect(run.heldPositionCount <= simulation.chain.liveWireCount + 2)
    #expect(run.heldPositionCount < run.positionCount / 2)
  }

  @Test func aManifestThatMixesUpBlocksDoesNotChangeTheLiveCache() throws {
    let simulation = CircuitSimulation(of: Circuit.rippleCarryAdder(width: 8))
    var manifest = simulation.manifest
    let places = try ["own", "operand0"].map { name in
      try #require(manifest.residualStream.firstIndex { $0.name == name })
    }
    manifest.residualStream.swapAt(places[0], places[1])
    var runner = try ChainRunner(simulation.model(), manifest, engine: .dense)
    let inputs = (0..<16).map { $0 % 3 != 1 }
    #expect(try runner.tokensWithLiveCache(for: inputs).tokens == runner.tokens(for: [inputs])[0])
  }

  // MARK: What the check must reject

  @Test func aChangedGateIsFoundWithItsPlace() throws {
    let circuit = Circuit.rippleCarryAdder(width: 2)
    for simulation in try Self.simulations(circuit) {
      var model = simulation.model()
      let manifest = simulation.manifest
      // The truth table of the last step, in the row that precedes it, negated.
      let table = try #require(manifest.residualStream.firstIndex { $0.name == "table" })
      let start = manifest.residualStream[..<table].reduce(0) { $0 + $1.size }
      let last = manifest.wireCount - 2
      for column in start..<(start + manifest.residualStream[table].size) {
        if manifest.form == .llama {
          for value in 0...1 { model.weights.tokenEmbedding[2 * last + value, column] *= -1 }
        } else {
          model.weights.positionEmbedding?[last, column] *= -1
          let half = manifest.residualStream.reduce(0) { $0 + $1.size }
          if half < model.configuration.hiddenSize { model.weights.positionEmbedding?[last, half + column] *= -1 }
        }
      }
      var runner = try ChainRunner(model, manifest)
      var generator = Philox(seed: 1)
      let check = try runner.check(against: circuit, using: &generator)
      guard case .different(let counterexample) = check.verdict else {
        Issue.record("the changed gate was not found in \(manifest.form), \(manifest.precisionName ?? "float32")")
        continue
      }
      let source = simulation.chain.sourceWires[manifest.wireCount - 1].index
      #expect(
        counterexample.place == .step(manifest.stepCount, wire: manifest.wireCount - 1, circuitWire: source))
      #expect(counterexample.inputs.count == 4 && counterexample.expected != counterexample.found)
      #expect(check.assignmentCount == 1)
    }
  }

  @Test func anotherCircuitIsNotTakenForTheModels() throws {
    var runner = try ChainRunner(CircuitSimulation(of: .rippleCarryAdder(width: 2)))
    var generator = Philox(seed: 1)
    for other in [Circuit.rippleCarryAdder(width: 3), .prefixAdder(width: 2), .parity(4)] {
      let check = try runner.check(against: other, using: &generator)
      if case .equal = check.verdict { Issue.record("a model of an adder passed for another circuit") }
    }
    guard case .anotherCircuit(let reason) = try runner.check(against: .parity(3), using: &generator).verdict else {
      Issue.record("a circuit of three inputs was run")
      return
    }
    #expect(reason == "the circuit has 3 inputs and the model 4")
  }

  @Test func tokensThatAreNoChainAreRefused() throws {
    let runner = try ChainRunner(CircuitSimulation(of: .parity(2)))
    let short = #expect(throws: ChainFault.self) { try runner.outputs(ofTokens: [6, 0, 2]) }
    #expect(short?.wire == 2 && short?.token == nil)
    let foreign = #expect(throws: ChainFault.self) { try runner.outputs(ofTokens: [6, 0, 0, 4]) }
    #expect(foreign?.wire == 1 && foreign?.token == 0)
    #expect(try runner.outputs(ofTokens: [6, 0, 3, 5]) == [true])
  }

  // MARK: Plans

  @Test func aSmallPlanHasEveryAssignmentOnce() {
    for inputCount in 0...8 {
      var generator = Philox(seed: 3)
      let plan = AssignmentPlan(inputCount: inputCount)
      #expect(plan.mode == .exhaustive && plan.count == 1 << inputCount)
      #expect(Set(plan.assignments(0..<plan.count, using: &generator)).count == plan.count)
    }
    #expect(AssignmentPlan(inputCount: 20).mode == .exhaustive)
    #expect(AssignmentPlan(inputCount: 21).mode == .sampled)
    #expect(AssignmentPlan(inputCount: 21, maximumCount: 1 << 21).mode == .exhaustive)
    #expect(AssignmentPlan(inputCount: 3, maximumCount: 7).mode == .sampled)
  }

  @Test func aSampleBeginsWithCornersAndDependsOnTheSeed() {
    let plan = AssignmentPlan(inputCount: 100, maximumCount: 40)
    #expect(plan.mode == .sampled && plan.count == 40 && plan.cornerCount == 20)
    func assignments(seed: UInt64) -> [[Bool]] {
      var generator = Philox(seed: seed)
      return plan.assignments(0..<13, using: &generator) + plan.assignments(13..<40, using: &generator)
    }
    let sample = assignments(seed: 5)
    #expect(sample == assignments(seed: 5))
    #expect(sample[..<20] == assignments(seed: 6)[..<20] && sample != assignments(seed: 6))
    #expect(sample[0].allSatisfy { !$0 } && sample[1].allSatisfy { $0 })
    for corner in sample[4..<20] { #expect([1, 99].contains(corner.count(where: { $0 }))) }
    #expect(Set(sample).count == 40)
  }
}
