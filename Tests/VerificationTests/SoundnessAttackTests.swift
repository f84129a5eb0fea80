// Attacks on the checker: damaged models, and decoders that round as badly as the certified rounding model allows.
//
// A certificate says that no such decoder emits another token; each test here runs thousands of them and looks for one that does.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Tensors
import Testing
import Transformers
import Verification

@Suite struct SoundnessAttackTests {
  private static let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"

  /// Models that an earlier checker certified for roundings under which a decoder emits other tokens: by overflow where nothing reads, by products
  /// of codes that a factor makes inexact, by underflow relative to a factor.
  private static let onceWrong: [UInt64] = [30130, 60365, 60666, 62658]

  private static func assignments(_ form: PromptForm) -> [[Bool]] {
    (0..<(1 << form.inputCount)).map { k in (0..<form.inputCount).map { k >> $0 & 1 != 0 } }
  }

  /// Runs of the decoder in a manner, against what was certified: the number of runs, and the first that differs.
  private static func attack(
    _ program: LookupProgram, _ weights: AdverseWeights, _ manner: AdverseArithmetic.Manner, isHard: Bool = false,
    rounds: Int, seed: UInt64
  ) -> (runs: Int, difference: String?) {
    var runs = 0
    for round in 0..<rounds {
      for (k, inputs) in assignments(program.form).enumerated() {
        var decoder = AdverseDecoder(weights, manner, isHard: isHard, seed: seed &* 1_000_003 &+ UInt64(64 * round + k))
        let expected = program.emittedTokens(inputs)
        let found = decoder.generate(after: program.form.prompt(inputs), count: expected.count)
        runs += 1
        if found != expected { return (runs, "inputs \(inputs): \(found) instead of \(expected)") }
      }
    }
    return (runs, nil)
  }

  /// The rounding models of `unit`: in float16's range and in float32's.
  private static func models(unit: Double) -> [RoundingModel] {
    var wide = RoundingModel(unit: unit)
    wide.smallestNormal = 0x1p-126
    wide.largest = Double(Float.greatestFiniteMagnitude)
    return [RoundingModel(unit: unit), wide]
  }

  /// The greatest unit, up to 2^(1/32), that is certified in a range, with what is certified.
  private static func greatestUnit(_ checker: Checker, _ isWide: Bool) -> (
    model: RoundingModel, program: LookupProgram
  )? {
    func model(_ k: Double) -> RoundingModel { models(unit: Foundation.exp2(0 - k))[isWide ? 1 : 0] }
    var (fails, works) = (0.0, 53.0)
    guard var best = try? checker.derive(.rounded(model(works))) else { return nil }
    while works - fails > 1.0 / 32 {
      let k = (works + fails) / 2
      if let proof = try? checker.derive(.rounded(model(k))) { (works, best) = (k, proof) } else { fails = k }
    }
    return (model(works), best.program)
  }

  @Test func aDecoderWithoutRoundingEmitsWhatIsCertifiedForRealNumbers() throws {
    var certified = 0
    for seed in 0..<UInt64(Self.isSlow ? 3000 : 150) {
      let damaged = DamagedModel(seed: seed)
      let weights = AdverseWeights(damaged.model)
      for (semantics, isHard) in [(Semantics.ideal, true), (.softmax, false)] {
        // Double precision says nothing of sums that cancel from 10^12 on.
        guard let proof = try? Checker(damaged.model, form: damaged.form).derive(semantics),
          proof.bounds.largestMagnitude < 1e12
        else { continue }
        certified += 1
        let difference = Self.attack(proof.program, weights, .exact, isHard: isHard, rounds: 1, seed: seed).difference
        #expect(difference == nil, "model \(seed) \(damaged.changes) \(semantics.name)")
      }
    }
    #expect(certified > 150)
  }

  @Test func noDecoderThatRoundsAsBadlyAsIsCertifiedEmitsAnotherToken() throws {
    var runs = 0
    for seed in Array(0..<UInt64(Self.isSlow ? 2000 : 60)) + Self.onceWrong {
      let damaged = DamagedModel(seed: seed)
      let weights = AdverseWeights(damaged.model)
      let checker = Checker(damaged.model, form: damaged.form)
      for isWide in [false, true] {
        guard let (model, program) = Self.greatestUnit(checker, isWide) else { continue }
        let result = Self.attack(program, weights, .adverse(model), rounds: 4, seed: seed)
        runs += result.runs
        #expect(result.difference == nil, "model \(seed) \(damaged.changes) unit \(model.unit)")
      }
    }
    #expect(runs > 500)
  }

  @Test(arguments: [6, 8, 11, 24])
  func noRoundingToNearestEmitsAnotherTokenThanIsCertified(bits: Int) throws {
    var runs = 0
    for seed in 0..<UInt64(Self.isSlow ? 2000 : 80) {
      let damaged = DamagedModel(seed: seed)
      let model = RoundingModel.nearest(bits: bits)
      guard let proof = try? Checker(damaged.model, form: damaged.form).derive(.rounded(model)) else { continue }
      let weights = AdverseWeights(damaged.model)
      for manner in [AdverseArithmetic.Manner.nearest(bits: bits), .adverse(model)] {
        let result = Self.attack(proof.program, weights, manner, rounds: 3, seed: seed)
        runs += result.runs
        #expect(result.difference == nil, "model \(seed) \(damaged.changes)")
      }
    }
    #expect(runs > 50)
  }

  @Test func aDecoderThatRoundsWorseThanIsCertifiedDoesEmitOtherTokens() {
    // The attack has to be able to succeed.
    let succeeded = (0..<UInt64(40)).filter { seed in
      let damaged = DamagedModel(seed: seed)
      guard let (model, program) = Self.greatestUnit(Checker(damaged.model, form: damaged.form), true) else {
        return false
      }
      var worse = model
      worse.unit = min(0.4, 64 * model.unit)
      let weights = AdverseWeights(damaged.model)
      return Self.attack(program, weights, .adverse(worse), rounds: 8, seed: seed).difference != nil
    }
    #expect(succeeded.count >= 3)
  }

  @Test(arguments: [SimulationManifest.Form.llama, .li])
  func theAdverseDecoderWithoutRoundingIsTheReferenceDecoder(form: SimulationManifest.Form) throws {
    let simulation = CircuitSimulation(of: .rippleCarryAdder(width: 2), form: form)
    let (model, prompts) = (simulation.model(), simulation.manifest.promptForm)
    let weights = AdverseWeights(model)
    for inputs in Self.assignments(prompts) {
      var reference = ReferenceDecoder(model, in: DoubleArithmetic())
      var decoder = AdverseDecoder(weights, .exact)
      let prompt = prompts.prompt(inputs)
      #expect(
        try decoder.generate(after: prompt, count: prompts.emittedTokenCount)
          == reference.generate(after: prompt, count: prompts.emittedTokenCount))
    }
  }

  @Test func numbersThatNothingReadsAreNotToOverflowEither() throws {
    let simulation = CircuitSimulation(of: .rippleCarryAdder(width: 2))
    let form = simulation.manifest.promptForm
    let model = simulation.model()
    let coarse = Semantics.rounded(.nearest(bits: 11))
    _ = try Checker(model, form: form).derive(coarse)
    // A query coordinate that meets only zeros in the keys, and is greater than float16's greatest number.
    var query = model
    let keys = model.weights.layers[0].key.weight
    let idle = try #require((0..<keys.rowCount).first { r in (0..<keys.columnCount).allSatisfy { keys[r, $0] == 0 } })
    for c in 0..<keys.columnCount { query.weights.layers[0].query.weight[idle, c] = c < 40 ? 60000 : 0 }
    // Columns may cancel: the sum of magnitudes is what counts.
    _ = try Checker(query, form: form).derive(.softmax)
    #expect(throws: Doubt.self) { try Checker(query, form: form).derive(.rounded(RoundingModel(unit: 0x1p-24))) }
    // A weight that is none in the format.
    var weight = model
    weight.weights.layers[0].query.weight[idle, 0] = 1e6
    _ = try Checker(weight, form: form).derive(.rounded(.float32))
    #expect(throws: Doubt.self) { try Checker(weight, form: form).derive(.rounded(RoundingModel(unit: 0x1p-24))) }
    // A gain that makes too much of a column.
    var gain = model
    gain.weights.finalNormalization.gain[model.configuration.hiddenSize - 1] = 65504
    #expect(throws: Doubt.self) { try Checker(gain, form: form).derive(.rounded(RoundingModel(unit: 0x1p-24))) }
  }

  @Test func aRoundingModelThatMakesNoSenseIsRefused() throws {
    let simulation = CircuitSimulation(of: .rippleCarryAdder(width: 1))
    let checker = Checker(simulation.model(), form: simulation.manifest.promptForm)
    var models = [RoundingModel](repeating: .float32, count: 6)
    models[0].unit = .nan
    models[1].unit = 1
    models[2].keptBits = -200
    models[3].largest = .infinity
    models[4].smallestNormal = -1
    models[5].vanishing = 1
    for model in models { #expect(throws: Doubt.self) { try checker.derive(.rounded(model)) } }
    // Where no exponential vanishes there is less to lean on, and yet no trap.
    var strict = RoundingModel.float32
    strict.vanishing = 0
    _ = try? checker.derive(.rounded(strict))
  }
}
