// Random parameters: their distributions, and that each has a stream of its own.
import Randomness
import Tensors
import Testing
import Training
import Transformers

@Suite struct InitializationTests {
  private let configuration = DecoderKind.tiny {
    $0.hiddenSize = 64
    $0.intermediateSize = 128
    $0.layerCount = 8
    $0.vocabularySize = 100
    $0.hasAttentionBiases = true
  }

  private func statistics(_ numbers: [Double]) -> (mean: Double, deviation: Double, greatest: Double) {
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let variance = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(numbers.count)
    return (mean, variance.squareRoot(), numbers.reduce(0) { max($0, abs($1)) })
  }

  @Test(arguments: [
    ("model.layers.3.self_attn.q_proj.weight", Initialization.normal(), 0.02),
    ("model.layers.3.self_attn.o_proj.weight", .normal(), 0.005),
    ("model.layers.3.mlp.down_proj.weight", .normal(), 0.005),
    ("model.layers.3.mlp.down_proj.weight", .normal(standardDeviation: 0.1, scalesResidualProjections: false), 0.1),
    ("model.embed_tokens.weight", .normal(), 0.02), ("lm_head.weight", .normal(standardDeviation: 0.3), 0.3),
    ("model.layers.0.mlp.down_proj.weight", .heNormal, 0.125),
    ("model.layers.0.mlp.up_proj.weight", .uniformFanIn, 0.125 / 3.0.squareRoot()),
  ])
  func matricesHaveTheirDeviation(name: String, scheme: Initialization, deviation: Double) throws {
    let objective = try DecoderObjective(configuration)
    let buffer = objective.initialParameters(scheme, random: Philox(seed: 3), as: Double.self)
    let found = statistics(numbers(name, of: objective, in: buffer))
    #expect(abs(found.deviation / deviation - 1) < 0.05)
    #expect(abs(found.mean) < 0.06 * deviation)
    if scheme == .uniformFanIn { #expect(found.greatest <= deviation * 3.0.squareRoot()) }
  }

  @Test func gainsAreOneAndBiasesZeroOrUniform() throws {
    let objective = try DecoderObjective(configuration)
    let normal = objective.initialParameters(random: Philox(seed: 3), as: Float.self)
    #expect(numbers("model.norm.weight", of: objective, in: normal).allSatisfy { $0 == 1 })
    #expect(numbers("model.layers.0.self_attn.q_proj.bias", of: objective, in: normal).allSatisfy { $0 == 0 })
    let uniform = objective.initialParameters(.uniformFanIn, random: Philox(seed: 3), as: Float.self)
    let bias = statistics(numbers("model.layers.0.self_attn.q_proj.bias", of: objective, in: uniform))
    #expect(bias.greatest <= 0.125 && bias.greatest > 0.1)
  }

  @Test func aSeedMeansTheSameNumbersInEitherTypeAndWhateverElseIsDrawn() throws {
    let objective = try DecoderObjective(configuration)
    var options = DecoderOptions()
    options.auxiliaryHeads = [AuxiliaryHead(layer: 0, weight: 1, hasOwnWeights: true)]
    let other = try DecoderObjective(configuration, options: options)
    let name = "model.layers.7.mlp.gate_proj.weight"
    let float = objective.initialParameters(random: Philox(seed: 5), as: Float.self)
    let double = other.initialParameters(random: Philox(seed: 5), as: Double.self)
    #expect(numbers(name, of: objective, in: float) == numbers(name, of: other, in: double))
    let else6 = objective.initialParameters(random: Philox(seed: 6), as: Float.self)
    #expect(numbers(name, of: objective, in: float) != numbers(name, of: objective, in: else6))
  }
}
