// The loss of a decoder on the tape against the reference decoder's, and what shards, weights and heads do to it.
import Randomness
import Tensors
import TestSupport
import Testing
import Training
import Transformers

@Suite struct DecoderLossTests {
  /// The loss that the model's own head contributes, without gradients.
  private func loss<Scalar: TensorScalar>(
    _ objective: DecoderObjective, _ batch: TokenBatch, _ parameters: AlignedBuffer<Scalar>
  ) -> Double {
    GradientEngine<DecoderObjective, Scalar>(objective, products: NativeProducts(), threadCount: 1)
      .loss(of: batch, parameters: parameters, normalization: 1 / batch.totalWeight)
  }

  @Test(arguments: DecoderKind.all, [false, true])
  func theLossIsThatOfTheReferenceDecoder(kind: DecoderKind, isWeighted: Bool) throws {
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: objective)
    let batch = kind.batch(isWeighted: isWeighted)
    let model = objective.model(from: parameters)
    // A head after layer l predicts what the model of l + 1 layers does, with the model's head or its own.
    var expected = kind.options.lossWeight * (try referenceLoss(model, batch))
    for (index, head) in kind.options.auxiliaryHeads.enumerated() {
      var shorter = model
      shorter.configuration.layerCount = head.layer + 1
      shorter.weights.layers = Array(model.weights.layers.prefix(head.layer + 1))
      if head.hasOwnWeights {
        let matrix = numbers("auxiliary.\(index).head.weight", of: objective, in: parameters).map { Float($0) }
        shorter.weights.head = Tensor(shape: model.head.shape, elements: matrix)
        shorter.weights.finalNormalization.gain =
          numbers("auxiliary.\(index).norm.weight", of: objective, in: parameters).map { Float($0) }
      }
      expected += head.weight * (try referenceLoss(shorter, batch))
    }
    #expect(abs(loss(objective, batch, parameters) - expected) <= 1e-12 * expected)
    let narrow: AlignedBuffer<Float> = kind.parameters(of: objective)
    #expect(abs(loss(objective, batch, narrow) - expected) <= 1e-5 * expected)
    #expect(abs(gradients(objective, batch, narrow).loss - expected) <= 1e-5 * expected)
  }

  @Test func otherWeightsHaveAnotherLoss() throws {
    let kind = DecoderKind.all[0]
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: objective)
    let expected = try referenceLoss(objective.model(from: parameters), kind.batch())
    parameters.base[objective.layout["model.layers.1.self_attn.v_proj.weight"]?.offset ?? 0] += 1e-4
    #expect(abs(loss(objective, kind.batch(), parameters) - expected) > 1e-9 * expected)
  }

  @Test func evaluationLeavesAuxiliaryHeadsOut() throws {
    let kind = DecoderKind.all[5]
    var objective = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: objective)
    objective.countsAuxiliaryHeads = false
    let expected = 0.75 * (try referenceLoss(objective.model(from: parameters), kind.batch()))
    #expect(abs(loss(objective, kind.batch(), parameters) - expected) <= 1e-12 * expected)
  }

  @Test func theLogitsOfATrainedModelAreThoseOfASession() throws {
    let kind = DecoderKind.all[1]
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Float> = kind.parameters(of: objective)
    let batch = kind.batch(sequences: 2, length: 5)
    let session = try Engine(objective.model(from: parameters)).makeSession(batchSize: 2)
    let texts = (0..<2).map { b in (0..<5).map { Int(batch.inputs[b * 5 + $0]) } }
    let logits = session.append(texts, logits: .all).elements.map(Double.init)
    var expected = 0.0
    for row in 0..<10 {
      expected += negativeLogProbability(of: Int(batch.targets[row]), Array(logits[row * 7..<row * 7 + 7])) / 10
    }
    #expect(abs(loss(objective, batch, parameters) - expected) <= 1e-5 * expected)
  }

  @Test func paddingChangesNothing() throws {
    let kind = DecoderKind.all[2]
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: objective)
    let texts = [[1, 5, 2, 6], [3, 3, 0, 1, 4, 2]]
    let both = gradients(objective, TokenBatch(texts: texts, answerStarts: [2, 1], padding: 0), parameters)
    let other = gradients(objective, TokenBatch(texts: texts, answerStarts: [2, 1], padding: 6), parameters)
    let first = gradients(objective, TokenBatch(texts: [texts[0]], answerStarts: [2]), parameters)
    let second = gradients(objective, TokenBatch(texts: [texts[1]]), parameters)
    #expect(abs(both.loss - (2 * first.loss + 5 * second.loss) / 7) <= 1e-12)
    #expect(both.loss == other.loss)
    for index in 0..<objective.layout.bufferCount {
      let expected = (2 * first.gradients.base[index] + 5 * second.gradients.base[index]) / 7
      #expect(abs(both.gradients.base[index] - expected) <= 1e-12)
    }
  }

  @Test(arguments: [
    (64, 64, 64, 16), (124, 64, 64, 16), (128, 64, 64, 8), (508, 64, 64, 8), (512, 64, 64, 8), (512, 8, 256, 4),
    (256, 32, 128, 8), (256, 8, 256, 4), (256, 1, 4096, 1), (256, 3, 300, 2), (64, 3, 300, 3), (256, 9, 128, 4),
    (256, 5, 512, 5), (64, 2, 16, 1), (512, 2, 16, 1), (64, 1, 127, 1), (64, 2, 64, 2), (512, 2, 64, 2), (4, 7, 100, 4),
  ])
  func aBatchIsCutByItsShape(width: Int, sequences: Int, length: Int, shards: Int) throws {
    var configuration = DecoderKind.tiny()
    (configuration.hiddenSize, configuration.headCount, configuration.keyValueHeadCount) = (width, 2, 2)
    configuration.headSize = width / 2
    configuration.maximumPositionCount = 4096
    let objective = try DecoderObjective(configuration)
    #expect(objective.shardCount(sequenceCount: sequences, length: length) == shards)
  }

  @Test func scopesHaveNames() throws {
    let objective = try DecoderKind.all[0].objective()
    #expect((0...3).map { objective.name(ofScope: $0) } == ["embedding", "layer 0", "layer 1", "head"])
    let flat = try DecoderKind.all[7].objective()
    #expect((0...1).map { flat.name(ofScope: $0) } == ["embedding", "head"])
  }

  @Test func aFaultIsFoundInItsLayer() throws {
    let objective = try DecoderKind.all[0].objective()
    let parameters: AlignedBuffer<Float> = DecoderKind.all[0].parameters(of: objective)
    parameters.base[objective.layout["model.layers.1.mlp.down_proj.weight"]?.offset ?? 0] = .infinity
    let tape = Tape<Float>(products: NativeProducts())
    tape.begin(parameters: parameters, gradients: nil)
    tape.keepsBlocks = true
    _ = objective.loss(of: DecoderKind.all[0].batch(), shard: 0, normalization: 1, on: tape)
    #expect(tape.scopeOfFirstValueThatIsNotFinite().map { objective.name(ofScope: $0) } == "layer 1")
  }
}
