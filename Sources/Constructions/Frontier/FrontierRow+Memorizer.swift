// The last row: everything remembered, one token.
import Circuits
import ExactArithmetic
import Transformers
import Verification

extension FrontierRow {
  /// The row of a memorizer, which is to say what `circuit` computes.
  init(_ memorizer: CircuitMemorizer, _ circuit: Circuit, options: Frontier.Options) throws {
    let transformer = memorizer.transformer
    let model = transformer.model()
    let parameters = ParameterStatistics(model)
    let n = circuit.inputCount
    tableInputs = n
    construction = .memorizer
    stepCount = 1
    depth = 1
    layerCount = model.configuration.layerCount
    headCount = model.configuration.headCount
    hiddenUnitCount = model.configuration.intermediateSize
    hiddenSize = model.configuration.hiddenSize
    vocabularySize = model.configuration.vocabularySize
    parameterCount = parameters.count
    nonZeroParameterCount = parameters.nonZero
    distinctParameterCount = parameters.distinct
    parameterBits = parameters.bits
    largestParameterBits = parameters.largestBits
    isExhaustive = true
    assignmentCount = 1 << n

    let assignments = (0..<(1 << n)).map { row in (0..<n).map { row >> $0 & 1 } }
    let words = assignments.map { CircuitMemorizer.word(circuit($0.map { $0 != 0 })) }
    let wrong = assignments.indices.first { row in
      let outputs = memorizer.network.outputs(at: assignments[row].map { Rational($0) })
      return outputs != (0..<circuit.outputCount).map { Rational(words[row] >> $0 & 1) }
    }
    mapping = Check(
      wrong == nil,
      wrong == nil ? "the network is exact on all 2^\(n) inputs" : "the network is wrong on another input")
    let prompts = assignments.map { transformer.prompt($0) }
    let expected = words.map { transformer.token(label: $0) ?? transformer.beginToken }
    let cases = zip(prompts, expected).map { PromptCheck.Case(prompt: $0, expected: [$1]) }
    (certificate, certifiedUnit) = FrontierRow.certify(model, cases, options)
    let engine = try Engine(model)
    var found: [Int] = []
    for start in stride(from: 0, to: prompts.count, by: 64) {
      let part = Array(prompts[start..<min(start + 64, prompts.count)])
      found += engine.makeSession(batchSize: part.count).generate(after: part, maximumNewTokens: 1, stopAt: []).map {
        $0[0]
      }
    }
    let different = found.indices.first { found[$0] != expected[$0] }
    run = Check(
      different == nil,
      different == nil ? "\(found.count) tokens of \(found.count) chains, dense" : "another token on an input")
    let sample = Array(prompts.prefix(ChainRunner.denseBatchSize))
    tokensPerSecond = FrontierRow.rate(options.measuredSeconds) {
      _ = engine.makeSession(batchSize: sample.count).generate(after: sample, maximumNewTokens: 1, stopAt: [])
      return sample.count
    }
  }

  /// The largest unit roundoff 2^-b, b whole, under which every prompt is continued right.
  private static func certify(
    _ model: Model, _ cases: [PromptCheck.Case], _ options: Frontier.Options
  ) -> (Check, unit: Double?) {
    let check = PromptCheck(model)
    func verdict(_ bits: Int) -> PromptCheck.Verdict {
      var rounding = RoundingModel(unit: Double(sign: .plus, exponent: 0 - bits, significand: 1))
      if bits >= 24 { rounding = .float32 }
      return check.check(.rounded(rounding), cases)
    }
    switch verdict(24) {
    case .refuted: return (Check(false, "refuted"), nil)
    case .undecided(_, let doubt): return (Check(false, doubt.reason), nil)
    case .proved: break
    }
    var (fails, works) = (0, 24)
    while options.searchesUnit, cases.count <= 256, works - fails > 1 {
      let bits = (works + fails) / 2
      if case .proved = verdict(bits) { works = bits } else { fails = bits }
    }
    return (Check(true, "proved for all inputs"), Double(sign: .plus, exponent: 0 - works, significand: 1))
  }
}
