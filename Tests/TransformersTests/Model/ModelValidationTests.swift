// Every fault of a model that validation must find.
import Tensors
import Testing
import Transformers

@Suite struct ModelValidationTests {
  /// A valid LLaMA with two layers.
  static let model = randomModel(seed: 11) {
    $0.positions = .rotary(.init(theta: 10_000))
    $0.normalization = .rootMeanSquare(epsilon: 1e-5)
    $0.feedForward = .gatedSiLU
    $0.layerCount = 2
    $0.hasAttentionBiases = true
    $0.hasFeedForwardBiases = false
    $0.tiesEmbeddings = false
  }

  struct Mutation: Sendable, CustomTestStringConvertible {
    let part: String
    let change: @Sendable (inout Model) -> Void
    init(_ part: String, _ change: @escaping @Sendable (inout Model) -> Void) {
      self.part = part
      self.change = change
    }
    var testDescription: String { part }
  }

  static let mutations: [Mutation] = [
    Mutation("vocabularySize") { $0.configuration.vocabularySize = 0 },
    Mutation("layerCount") { $0.configuration.layerCount = -1 },
    Mutation("keyValueHeadCount") { $0.configuration.keyValueHeadCount = $0.configuration.headCount + 1 },
    Mutation("headSize") { $0.configuration.headSize = 3 },
    Mutation("attentionScale") { $0.configuration.attentionScale = .nan },
    Mutation("normalization.epsilon") { $0.configuration.normalization = .rootMeanSquare(epsilon: -1) },
    Mutation("rotary.theta") { $0.configuration.positions = .rotary(.init(theta: 0)) },
    Mutation("rotary.scaling.lowFrequencyFactor") {
      $0.configuration.positions = .rotary(
        .init(
          theta: 10,
          scaling: .init(factor: 8, lowFrequencyFactor: 4, highFrequencyFactor: 4, originalPositionCount: 32)))
    },
    Mutation("beginToken and endTokens") { $0.configuration.endTokens = [$0.configuration.vocabularySize] },
    Mutation("positionEmbedding") { $0.configuration.positions = .learned },
    Mutation("layers") { $0.weights.layers.removeLast() },
    Mutation("head") { $0.configuration.tiesEmbeddings = true },
    Mutation("head") { $0.weights.head = nil },
    Mutation("tokenEmbedding") { $0.weights.tokenEmbedding = Tensor(shape: [1, 1], repeating: 0) },
    Mutation("tokenEmbedding") { $0.weights.tokenEmbedding.elements[1] = .infinity },
    Mutation("layers[1].query.weight") { $0.weights.layers[1].query.weight.elements[2] = .nan },
    Mutation("layers[1].query.bias") { $0.weights.layers[1].query.bias = nil },
    Mutation("layers[0].gate") { $0.weights.layers[0].gate = nil },
    Mutation("layers[0].down.weight") {
      $0.weights.layers[0].down = Linear(weight: Tensor(shape: [2, 2], repeating: 0))
    },
    Mutation("layers[0].down.bias") {
      $0.weights.layers[0].down.bias = Array(repeating: 0, count: $0.configuration.hiddenSize)
    },
    Mutation("layers[0].attentionNormalization.gain") { $0.weights.layers[0].attentionNormalization.gain = [1] },
    Mutation("finalNormalization.bias") { $0.weights.finalNormalization.bias = [1] },
  ]

  @Test func validModelsOfEveryKindPass() throws {
    for seed in 0..<60 { try randomModel(seed: seed).validate() }
    try Self.model.validate()
  }

  @Test(arguments: mutations)
  func everyMutationIsFoundWhereItIs(_ mutation: Mutation) {
    var model = Self.model
    mutation.change(&model)
    do {
      try model.validate()
      Issue.record("the fault in \(mutation.part) was not found")
    } catch {
      #expect(error.faults.contains { $0.part == mutation.part }, "\(error)")
    }
    #expect(throws: ModelError.self) { try Engine(model) }
  }

  @Test func allFaultsAreReportedAtOnce() {
    var model = Self.model
    model.weights.layers[0].gate = nil
    model.weights.layers[1].query.weight.elements[0] = .nan
    model.weights.head = nil
    let error = #expect(throws: ModelError.self) { try model.validate() }
    #expect(error?.faults.map(\.part) == ["layers[0].gate", "layers[1].query.weight", "head"])
    #expect(error?.description.split(separator: "\n").count == 3)
  }
}
