// Mutation studies of certifiers whose soundness is known: those that accept all, none, and exactly what dense decoding shows.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Testing
import Transformers
import Verification

@Suite struct MutationStudyTests {
  static let circuit = Circuit.rippleCarryAdder(width: 2)

  func study(
    _ simulation: CircuitSimulation, _ circuit: Circuit = MutationStudyTests.circuit, limit: Int = 300,
    seed: UInt64 = 1, threads: Int? = nil
  ) throws -> MutationStudy {
    var options = MutationStudy.Options()
    options.mutantLimit = limit
    options.threadCount = threads
    var generator = Philox(seed: seed)
    return try MutationStudy(simulation.model(), simulation.manifest, circuit, options: options, using: &generator)
  }

  /// Whether dense decoding of every assignment gives the circuit.
  static func isRight(_ model: Model, _ manifest: SimulationManifest, _ circuit: Circuit) -> Bool {
    guard var runner = try? ChainRunner(model, manifest, engine: .dense) else { return false }
    var generator = Philox(seed: 1)
    return (try? runner.check(against: circuit, using: &generator))?.isEqual ?? false
  }

  @Test(arguments: SimulationManifest.Form.allCases)
  func theJudgeSaysOfEveryMutantWhatDenseDecodingOfAllAssignmentsSays(_ form: SimulationManifest.Form) throws {
    let simulation = CircuitSimulation(of: Self.circuit, form: form)
    let manifest = simulation.manifest
    let study = try study(simulation)
    let judged = study.run { _, _ in true }
    let decoded = study.run { model, circuit in Self.isRight(model, manifest, circuit) }
    #expect(judged.originalIsCertified && judged.original == .equal)
    #expect(judged.total.refused == 0 && judged.total.notJudged == 0 && !judged.isSound)
    #expect(judged.total.wrong > 80 && judged.total.equal > 80)
    // What dense decoding refuses is what the judge calls wrong, kind by kind.
    #expect(judged.rows.map(\.wrong) == decoded.rows.map(\.refused))
    #expect(judged.rows.map(\.equal) == decoded.rows.map(\.equal))
    #expect(decoded.total.wrong == 0 && decoded.isSound && decoded.survivors.isEmpty)
    #expect(judged.survivors.count == min(judged.total.wrong, MutationReport.maximumSurvivorCount))
    for row in judged.rows where row.kind.changesCircuit { #expect(row.wrong > 0) }
  }

  @Test func aWrongTokenCanBeReplayed() throws {
    let simulation = CircuitSimulation(of: Self.circuit)
    let (manifest, chain, study) = (simulation.manifest, simulation.chain, try study(simulation))
    let report = study.run { _, _ in true }
    var replayed = 0
    for survivor in report.survivors where !survivor.mutant.kind.changesCircuit {
      guard case .different(let difference) = survivor.judgement else { continue }
      let values = chain.wireValues(difference.inputs)
      let wires = values.enumerated().map { manifest.token(wire: $0.offset, value: $0.element) }
      let text = [2 * manifest.wireCount] + wires
      let model = survivor.mutant.applied(to: study.model, study.selection.tensors)
      let session = try Engine(model).makeSession()
      let next = text.prefix(difference.position + 1).map { session.stepGreedy($0) }
      #expect(next.last == difference.found && difference.found != difference.expected)
      #expect(difference.position == text.count - 1 || text[difference.position + 1] == difference.expected)
      replayed += 1
    }
    #expect(replayed > 50)
  }

  @Test(arguments: SimulationManifest.Form.allCases)
  func whatTheCheckerCertifiesIsRightInDoubleToo(_ form: SimulationManifest.Form) throws {
    let simulation = CircuitSimulation(of: Self.circuit, form: form)
    let (manifest, chain, study) = (simulation.manifest, simulation.chain, try study(simulation))
    let semantics = Semantics.rounded(RoundingModel(unit: 0x1p-24))
    #expect(manifest.isCertified(study.model, study.circuit, semantics))
    var certified = 0
    var refused = 0
    for mutant in study.selection.mutants {
      let model = mutant.applied(to: study.model, study.selection.tensors)
      guard manifest.isCertified(model, mutant.applied(to: study.circuit), semantics) else {
        refused += 1
        continue
      }
      certified += 1
      // The reference decoder shares no kernel with the judge.
      guard certified % 5 == 0 else { continue }
      for number in 0..<16 {
        let inputs = (0..<4).map { number >> $0 & 1 != 0 }
        let values = chain.wireValues(inputs)
        let expected = (manifest.inputCount..<manifest.wireCount).map { manifest.token(wire: $0, value: values[$0]) }
        var decoder = ReferenceDecoder(model, in: DoubleArithmetic())
        let found = try decoder.generate(after: manifest.prompt(inputs), count: manifest.emittedTokenCount)
        #expect(Array(found.prefix(expected.count)) == expected, "\(mutant.description(study.selection.tensors))")
      }
    }
    #expect(certified > 50 && refused > 50)
  }

  @Test func aGateIsComparedAsAFunctionOfItsWires() throws {
    let simulation = CircuitSimulation(of: Self.circuit)
    let (model, manifest) = (simulation.model(), simulation.manifest)
    let semantics = Semantics.rounded(RoundingModel(unit: 0x1p-24))
    var renamed = CircuitBuilder(inputCount: 4)
    for g in 0..<Self.circuit.gateCount {
      let gate = Self.circuit.gate(g)
      let table = TruthTable(inputCount: gate.operands.count) { values in
        gate.table[values.reversed().enumerated().reduce(0) { $0 | ($1.element ? 1 << $1.offset : 0) }]
      }
      renamed.gate(table, gate.operands.reversed())
    }
    // The same gates with their operands in the opposite order.
    #expect(manifest.isCertified(model, renamed.circuit(outputs: Self.circuit.outputs), semantics))
    var outputs = Self.circuit.outputs
    outputs.swapAt(0, 1)
    #expect(!manifest.isCertified(model, renamed.circuit(outputs: outputs), semantics))
  }

  @Test func aReportIsAFunctionOfTheSeedAlone() throws {
    let simulation = CircuitSimulation(of: Self.circuit)
    let form = simulation.manifest.promptForm
    let certifies = { @Sendable (model: Model, _: Circuit) in
      (try? Checker(model, form: form).derive(.rounded(.float32))) != nil
    }
    let one = try study(simulation, limit: 100, threads: 1)
    let many = try study(simulation, limit: 100, threads: 4)
    let other = try study(simulation, limit: 100, seed: 2)
    #expect(one.selection.mutants == many.selection.mutants && one.selection.mutants != other.selection.mutants)
    let report = one.run(certifies: certifies)
    #expect(report == many.run(certifies: certifies) && report == one.run(certifies: certifies))
    #expect(report.total.refused > 0 && report.total.equal > 0)
    #expect(other.run(certifies: certifies) != report)
  }

  @Test func aCertifierThatLooksAwayFromTheCircuitIsFoundOut() throws {
    let simulation = CircuitSimulation(of: Self.circuit)
    let manifest = simulation.manifest
    let report = try study(simulation).run { model, _ in Self.isRight(model, manifest, Self.circuit) }
    #expect(report.total.wrong > 0 && !report.isSound)
    for row in report.rows where !row.kind.changesCircuit { #expect(row.wrong == 0) }
  }

  @Test func aCertifierThatRefusesEverythingIsNoSuccess() throws {
    let report = try study(CircuitSimulation(of: Self.circuit)).run { _, _ in false }
    #expect(report.total.refused == report.total.mutants && report.total.mutants > 300)
    #expect(!report.originalIsCertified && !report.isSound)
  }

  @Test func aStudyEndsWhereItIsTold() throws {
    let study = try study(CircuitSimulation(of: Self.circuit), threads: 1)
    let report = study.run { _, _ in
      false
    } progress: { done in
      done < 10
    }
    #expect(report.total.mutants == 10 && report.wasStopped)
    #expect(!study.run { _, _ in false }.wasStopped)
  }

  @Test func aStudyOfAnotherCircuitOrAnotherArithmeticIsRefused() throws {
    let simulation = CircuitSimulation(of: Self.circuit)
    #expect(throws: MutationStudy.Refusal.self) { try study(simulation, .rippleCarryAdder(width: 3)) }
    let format = FloatFormat(exponentBits: 0, significandBits: 3)
    let finite = try CircuitSimulation(of: Self.circuit, target: .finitePrecision(format))
    #expect(throws: MutationStudy.Refusal.self) { try study(finite) }
  }
}

@Suite struct MutantSelectionTests {
  @Test(arguments: SimulationManifest.Form.allCases)
  func allMutantsAreDifferentFromTheModelAndFromEachOther(_ form: SimulationManifest.Form) throws {
    let circuit = Circuit.rippleCarryAdder(width: 1)
    let model = CircuitSimulation(of: circuit, form: form).model()
    var generator = Philox(seed: 1)
    let selection = MutantSelection(model, circuit, limit: .max, using: &generator)
    let tensors = selection.tensors
    #expect(tensors.reduce(0) { $0 + $1.count } == model.parameterCount)
    #expect(Set(tensors.map(\.name)).count == tensors.count)
    let nonzero = tensors.reduce(0) { $0 + model[keyPath: $1.elements].count { $0 != 0 } }
    func count(_ kind: Mutant.Kind) -> Int { selection.mutants.count { $0.kind == kind } }
    #expect(count(.perturbedWeight) == model.parameterCount)
    #expect(count(.negatedWeight) == nonzero && count(.zeroedWeight) == nonzero)
    #expect(count(.flippedTableBit) == (0..<circuit.gateCount).reduce(0) { $0 + 1 << circuit.fanIn(ofGate: $1) })
    #expect(count(.rewiredOperand) == (0..<circuit.gateCount).reduce(0) { $0 + circuit.fanIn(ofGate: $1) })
    #expect(count(.swappedHeadRows) > 0 && count(.swappedEmbeddingRows) > 0)
    #expect((count(.swappedPositionRows) > 0) == (form == .li))
    #expect(selection.mutants.count + selection.unchangedCount == selection.populationCount)
    for mutant in selection.mutants {
      if mutant.kind.changesCircuit {
        #expect(mutant.applied(to: model, tensors) == model)
        let changed = mutant.applied(to: circuit)
        #expect(changed != circuit && changed.violatedInvariant == nil)
      } else {
        #expect(mutant.applied(to: circuit) == circuit)
        #expect(mutant.applied(to: model, tensors) != model)
      }
      #expect(!mutant.description(tensors).isEmpty)
    }
    let weights = selection.mutants.compactMap { mutant -> [Int]? in
      guard case .weight(let tensor, let element, _) = mutant.change else { return nil }
      return [tensor, element, Mutant.Kind.allCases.firstIndex(of: mutant.kind) ?? -1]
    }
    #expect(Set(weights).count == weights.count)
  }

  @Test func aSampleIsSpreadOverAllKindsAndTensors() {
    let circuit = Circuit.rippleCarryAdder(width: 2)
    let model = CircuitSimulation(of: circuit, form: .li).model()
    var generator = Philox(seed: 9)
    let selection = MutantSelection(model, circuit, limit: 2000, using: &generator)
    for kind in Mutant.Kind.allCases { #expect(selection.mutants.contains { $0.kind == kind }, "\(kind)") }
    let weights = selection.mutants.compactMap { mutant -> Int? in
      if case .weight(let tensor, _, _) = mutant.change { tensor } else { nil }
    }
    #expect(weights.count == 2000)
    for (t, tensor) in selection.tensors.enumerated() where tensor.count > 300 {
      #expect(weights.contains(t), "\(tensor.name)")
    }
  }
}
