// What the checker states of weights, against sampled runs of decoders that know nothing of it, numbers included.
import Circuits
import Constructions
import ExactArithmetic
import Tensors
import TestSupport
import Testing
import Transformers
import Verification

/// A circuit in one form, and inputs to run it on.
struct CrossCheckCase: CustomTestStringConvertible, Sendable {
  enum Form: String, CaseIterable, Sendable {
    case llama, gpt2, unnormalized
  }

  let name: String
  let form: Form
  let circuit: Circuit
  let chain: CircuitChain
  let manifest: SimulationManifest
  let model: Model
  let assignments: [[Bool]]

  var testDescription: String { "\(name) as \(form.rawValue)" }

  init(_ name: String, _ circuit: Circuit, _ form: Form) throws {
    (self.name, self.form, self.circuit) = (name, form, circuit)
    let simulation =
      switch form {
      case .llama: CircuitSimulation(of: circuit)
      case .gpt2: CircuitSimulation(of: circuit, form: .li)
      case .unnormalized: try CircuitSimulation(of: circuit, target: .float32)
      }
    (chain, manifest, model) = (simulation.chain, simulation.manifest, simulation.model())
    var random = SplitMix64(seed: 70)
    let count = circuit.inputCount
    assignments =
      [[Bool](repeating: false, count: count), [Bool](repeating: true, count: count)]
      + (0..<2).map { _ in (0..<count).map { _ in Bool.random(using: &random) } }
  }

  func proof(_ semantics: Semantics) throws -> Proof {
    try Checker(model, form: manifest.promptForm).derive(semantics)
  }

  func observe<A: Arithmetic>(
    _ proof: Proof, in arithmetic: A, order: SummationOrder = .forwards, isHard: Bool = false, of changed: Model? = nil
  ) throws -> Observation {
    try VerificationTests.observe(
      CrossCheckDecoder(changed ?? model, in: arithmetic, order: order, isHard: isHard), proof.program, assignments,
      circuit: chain.wireValues)
  }

  /// The small circuits: two operands and three, folded inverters, no inputs, and a chain of a few hundred tokens.
  static let all: [CrossCheckCase] = {
    var random = SplitMix64(seed: 71)
    let circuits = [
      ("adder", Circuit.rippleCarryAdder(width: 3)), ("comparator", Circuit.comparator(width: 3)),
      ("majority", Circuit.majority(5)),
      ("irregular", irregularCircuit(inputs: 4, gates: 14, fanIn: 3, outputs: 3, using: &random)),
      ("no inputs", irregularCircuit(inputs: 0, gates: 5, fanIn: 2, outputs: 2, using: &random)),
    ]
    return circuits.flatMap { name, circuit in
      Form.allCases.compactMap { try? CrossCheckCase(name, circuit, $0) }
    }
  }()
}

@Suite struct CrossCheckTests {
  @Test func everyCircuitIsThereInEveryForm() {
    #expect(CrossCheckCase.all.count == 5 * CrossCheckCase.Form.allCases.count)
  }

  @Test(arguments: CrossCheckCase.all)
  func theProgramReadsWhatTheGatesRead(_ here: CrossCheckCase) throws {
    let program = try here.proof(.softmax).program
    for step in 0..<program.stepCount {
      let own = Set(here.chain.operands(ofStep: step).map { Int32($0) })
      let filler: Int32 = here.form == .llama ? -1 : Int32(here.chain.inputCount + step) - 1
      let looked = Set(program.operands(ofStep: step))
      #expect(own.isSubset(of: looked) && looked.subtracting(own).isSubset(of: [filler]), "step \(step)")
    }
  }

  @Test(arguments: CrossCheckCase.all)
  func exactRunsKeepWithinTheBoundsOfTheIdealReading(_ here: CrossCheckCase) throws {
    let proof = try here.proof(.ideal)
    // Sines and cosines are the nearest Doubles, hence the tolerance; without rotation nothing is off.
    let tolerance = here.form == .llama ? 1e-15 : 0
    let observation = try here.observe(proof, in: RationalArithmetic(), isHard: true)
    #expect(observation.violations(of: proof.bounds, tolerance: tolerance) == [])
    #expect(observation.leak == 0 && observation.fetchError == 0)
  }

  @Test(arguments: CrossCheckCase.all)
  func runsInDoubleKeepWithinTheBoundsForRealNumbers(_ here: CrossCheckCase) throws {
    let proof = try here.proof(.softmax)
    for order in SummationOrder.allCases {
      let observation = try here.observe(proof, in: DoubleArithmetic(), order: order)
      #expect(observation.violations(of: proof.bounds, tolerance: 1e-12) == [])
    }
  }

  @Test(arguments: CrossCheckCase.all)
  func runsInFloat32KeepWithinTheBoundsForItsRoundingInEveryOrderOfSums(_ here: CrossCheckCase) throws {
    for semantics in [Semantics.rounded(.float32), .rounded(.nearest(bits: 24))] {
      let proof = try here.proof(semantics)
      for order in SummationOrder.allCases {
        let observation = try here.observe(proof, in: FloatArithmetic(), order: order)
        #expect(observation.violations(of: proof.bounds) == [], "\(order)")
        #expect(observation.peak <= proof.bounds.largestMagnitude)
      }
    }
  }

  @Test(arguments: CrossCheckCase.all, [(FloatFormat.bfloat16, 8), (.binary16, 11)])
  func runsThatRoundEveryOperationToAShortFormatKeepWithinItsBounds(
    _ here: CrossCheckCase, _ format: (FloatFormat, bits: Int)
  ) throws {
    let proof = try here.proof(.rounded(.nearest(bits: format.bits)))
    for order in [SummationOrder.forwards, .inPairs] {
      let observation = try here.observe(proof, in: FiniteArithmetic(format.0), order: order)
      #expect(observation.violations(of: proof.bounds) == [], "\(order)")
      #expect(observation.peak <= proof.bounds.largestMagnitude)
    }
  }

  @Test(arguments: CrossCheckCase.all)
  func runsThatErrAsFarAsTheLargestUnitAllowsKeepWithinItsBounds(_ here: CrossCheckCase) throws {
    let (semantics, proof) = try Checker(here.model, form: here.manifest.promptForm).largestUnit()
    guard case .rounded(let rounding) = semantics else { throw Doubt("not a rounding") }
    var worst = Observation()
    for seed: UInt64 in 0..<6 {
      for order in SummationOrder.allCases {
        let observation = try here.observe(proof, in: ErringArithmetic(rounding, seed: seed), order: order)
        #expect(observation.violations(of: proof.bounds) == [], "seed \(seed), \(order)")
        worst.tokenMargin = min(worst.tokenMargin, observation.tokenMargin)
        worst.scoreGap = min(worst.scoreGap, observation.scoreGap)
        worst.fetchError = max(worst.fetchError, observation.fetchError)
      }
    }
    let layer = proof.bounds.layers[0]
    print(
      "\(here.testDescription), u = \(rounding.unit): margin \(worst.tokenMargin) >= \(proof.bounds.tokenMargin.value), "
        + "gap \(worst.scoreGap) >= \(layer.scoreGap.value), fetch error \(worst.fetchError) <= \(layer.fetchError)")
  }

  @Test(arguments: CrossCheckCase.all)
  func theLibrarysDecodersEmitTheProgramsTokensByTheStatedMargin(_ here: CrossCheckCase) throws {
    let rounded = try here.proof(.rounded(.float32))
    let form = here.manifest.promptForm
    var (single, double, exact) = (Observation(), Observation(), Observation())
    for inputs in here.assignments {
      let tokens = form.tokens(rounded.program.wireValues(inputs))
      #expect(tokens == form.tokens(here.chain.wireValues(inputs)))
      let read = Array(tokens[..<form.readPositionCount])
      func take<A: Arithmetic>(
        _ arithmetic: A, _ attention: AttentionRule, _ observation: inout Observation
      ) throws {
        var decoder = ReferenceDecoder(here.model, in: arithmetic, attention: attention)
        for (position, logits) in try decoder.read(read).enumerated() where position >= form.firstAnsweringPosition {
          // The factor of every one of these models is 1, in Float too: their states have a mean square of 1.
          observation.take(
            logits: logits.map(arithmetic.double), factor: 1, right: tokens[position + 1], after: position)
        }
      }
      try take(FloatArithmetic(), .softmax, &single)
      try take(DoubleArithmetic(), .softmax, &double)
      if here.form == .unnormalized { try take(RationalArithmetic(), .hard, &exact) }
      let session = try Engine(here.model).makeSession()
      let all = session.append([read], logits: .all)
      let width = here.model.configuration.vocabularySize
      for position in form.firstAnsweringPosition..<form.readPositionCount {
        let logits = all.elements[position * width..<(position + 1) * width].map { Double($0) }
        single.take(logits: logits, factor: 1, right: tokens[position + 1], after: position)
      }
    }
    #expect(single.faults + double.faults + exact.faults == [])
    #expect(single.tokenMargin >= rounded.bounds.tokenMargin.value)
    #expect(double.tokenMargin >= (try here.proof(.softmax)).bounds.tokenMargin.value * (1 - 1e-12))
    #expect(exact.tokenMargin >= (try here.proof(.ideal)).bounds.tokenMargin.value)
  }

  // MARK: The comparison can fail

  @Test(arguments: CrossCheckCase.all.filter { $0.circuit.inputCount > 0 })
  func boundsThatPromiseHalfAsMuchAgainAreRefutedByRuns(_ here: CrossCheckCase) throws {
    let proof = try here.proof(.rounded(.float32))
    let observation = try here.observe(proof, in: FloatArithmetic())
    var margin = proof.bounds
    margin.tokenMargin.value *= 1.5
    #expect(observation.violations(of: margin).count == 1)
    var gap = proof.bounds
    gap.layers[0].scoreGap.value *= 1.5
    #expect(observation.violations(of: gap).count == 1)
  }

  @Test func aLeakAndAFetchErrorThatAreStatedTooSmallAreRefutedByRuns() throws {
    let here = try #require(CrossCheckCase.all.first { $0.form == .llama })
    // Scores a thirtieth as large: softmax leaks, and the checker says how much.
    var model = here.model
    for i in model.weights.layers[0].key.weight.elements.indices {
      model.weights.layers[0].key.weight.elements[i] /= 32
    }
    let proof = try Checker(model, form: here.manifest.promptForm).derive(.softmax)
    let observation = try here.observe(proof, in: DoubleArithmetic(), of: model)
    #expect(observation.violations(of: proof.bounds, tolerance: 1e-12) == [])
    #expect(observation.leak > 1e-9 && observation.fetchError > 1e-9)
    var bounds = proof.bounds
    bounds.layers[0].leak.value = observation.leak * 0.9
    bounds.layers[0].fetchError = observation.fetchError * 0.9
    #expect(observation.violations(of: bounds, tolerance: 1e-12).count == 2)
  }

  @Test func weightsOfSmallerScoresAreRefutedByTheBoundsOfTheOldOnes() throws {
    for here in CrossCheckCase.all where here.form != .unnormalized && here.circuit.inputCount > 0 {
      let proof = try here.proof(.rounded(.float32))
      var model = here.model
      for i in model.weights.layers[0].key.weight.elements.indices {
        model.weights.layers[0].key.weight.elements[i] /= 2
      }
      let observation = try here.observe(proof, in: FloatArithmetic(), of: model)
      #expect(observation.faults == [])
      #expect(observation.violations(of: proof.bounds).contains { $0.hasPrefix("gap") })
    }
  }

  @Test(arguments: [CrossCheckCase.Form.llama, .gpt2, .unnormalized])
  func arithmeticThatErrsMoreThanTheClaimAllowsBreaksTheBounds(form: CrossCheckCase.Form) throws {
    let here = try #require(CrossCheckCase.all.first { $0.form == form })
    let proof = try here.proof(.rounded(.float32))
    let worse = ErringArithmetic(RoundingModel(unit: 0x1p-6), seed: 1)
    #expect(try !here.observe(proof, in: worse).violations(of: proof.bounds).isEmpty)
  }
}
