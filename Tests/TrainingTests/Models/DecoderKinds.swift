// Tiny decoders of every kind that the tests of training run through, and their losses as the reference decoder has them.
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import Training
import Transformers

/// A decoder to be tested.
struct DecoderKind: Sendable, CustomTestStringConvertible {
  var name: String
  var configuration: ModelConfiguration
  var options = DecoderOptions()
  var testDescription: String { name }

  func objective() throws -> DecoderObjective { try DecoderObjective(configuration, options: options) }

  /// Parameters that no part of the model can hide in: matrices, gains and biases all random.
  func parameters<Scalar: TensorScalar>(
    of objective: DecoderObjective, seed: UInt64 = 1, as type: Scalar.Type = Scalar.self
  ) -> AlignedBuffer<Scalar> {
    let buffer = objective.initialParameters(.normal(standardDeviation: 0.5), random: Philox(seed: seed), as: type)
    var random = Philox(seed: seed).split("vectors")
    for parameter in objective.layout.parameters where parameter.isVector {
      for index in parameter.range {
        // Numbers that float32 holds, so that conversions are exact.
        buffer.base[index] = Scalar(Float(buffer.base[index]) + Float(0.3 * random.normal()))
      }
    }
    return buffer
  }

  /// Sequences of random tokens, some of them without weight where `isWeighted`.
  func batch(sequences: Int = 3, length: Int = 6, isWeighted: Bool = false, seed: UInt64 = 2) -> TokenBatch {
    var random = Philox(seed: seed).split(name)
    let count = sequences * length
    let vocabulary = configuration.vocabularySize
    return TokenBatch(
      sequenceCount: sequences, length: length,
      inputs: (0..<count).map { _ in Int32(random.uniform(below: vocabulary)) },
      targets: (0..<count).map { _ in Int32(random.uniform(below: vocabulary)) },
      weights: isWeighted ? (0..<count).map { _ in [0, 1, 0.5][random.uniform(below: 3)] } : nil)
  }

  static func tiny(_ change: (inout ModelConfiguration) -> Void = { _ in }) -> ModelConfiguration {
    var configuration = ModelConfiguration(
      vocabularySize: 7, hiddenSize: 8, intermediateSize: 12, layerCount: 2, headCount: 2, maximumPositionCount: 16)
    change(&configuration)
    return configuration
  }

  private static func options(_ change: (inout DecoderOptions) -> Void) -> DecoderOptions {
    var options = DecoderOptions()
    change(&options)
    return options
  }

  static let all = [
    DecoderKind(name: "LLaMA", configuration: tiny()),
    DecoderKind(
      name: "LLaMA with grouped heads, biases, tied embeddings and llama3 angles",
      configuration: tiny {
        $0.keyValueHeadCount = 1
        $0.hasAttentionBiases = true
        $0.hasFeedForwardBiases = true
        $0.tiesEmbeddings = true
        $0.positions = .rotary(
          .init(
            theta: 100,
            scaling: .init(factor: 4, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionCount: 8)))
      }),
    DecoderKind(
      name: "GPT-2",
      configuration: tiny {
        $0.positions = .learned
        $0.normalization = .layer(epsilon: 1e-5)
        $0.feedForward = .geluTanh
        $0.hasAttentionBiases = true
        $0.hasFeedForwardBiases = true
        $0.tiesEmbeddings = true
      }),
    DecoderKind(
      name: "no normalization, rectifiers, a scale of its own",
      configuration: tiny {
        $0.positions = .learned
        $0.normalization = .none
        $0.feedForward = .relu
        $0.attentionScale = 0.7
        $0.hasFeedForwardBiases = true
      }),
    DecoderKind(
      name: "extents that leave gaps in the buffer, so that nothing is joined",
      configuration: tiny {
        $0.hiddenSize = 5
        $0.headCount = 3
        $0.keyValueHeadCount = 1
        $0.headSize = 2
        $0.intermediateSize = 7
        $0.hasAttentionBiases = true
      }),
    DecoderKind(
      name: "a universal transformer with auxiliary heads",
      configuration: tiny { $0.layerCount = 3 },
      options: options {
        $0.sharing = .all
        $0.auxiliaryHeads = [
          AuxiliaryHead(layer: 0, weight: 0.5), AuxiliaryHead(layer: 1, weight: 0.25, hasOwnWeights: true),
        ]
        $0.lossWeight = 0.75
      }),
    DecoderKind(
      name: "a cycle of two layers",
      configuration: tiny {
        $0.layerCount = 3
        $0.normalization = .layer(epsilon: 1e-3)
      }, options: options { $0.sharing = .cycle(2) }),
    DecoderKind(name: "no layers", configuration: tiny { $0.layerCount = 0 }),
  ]
}

/// The mean of the weighted cross-entropies of a batch by the reference decoder in Double.
func referenceLoss(_ model: Model, _ batch: TokenBatch) throws -> Double {
  var sum = 0.0
  for sequence in 0..<batch.sequenceCount {
    var decoder = ReferenceDecoder(model, in: DoubleArithmetic())
    for position in sequence * batch.length..<(sequence + 1) * batch.length {
      let logits = try decoder.step(Int(batch.inputs[position]))
      sum += Double(batch.weights[position]) * negativeLogProbability(of: Int(batch.targets[position]), logits)
    }
  }
  return sum / batch.totalWeight
}

/// log(sum of exp) - the target's logit.
func negativeLogProbability(of target: Int, _ logits: [Double]) -> Double {
  let greatest = logits.max() ?? 0
  return greatest - logits[target] + log(logits.reduce(0.0) { $0 + exp($1 - greatest) })
}

/// The loss and the gradients of a batch.
func gradients<Model: Objective, Scalar: TensorScalar>(
  _ objective: Model, _ batch: Model.Batch, _ parameters: AlignedBuffer<Scalar>, threadCount: Int = 1,
  products: any MatrixProducts = NativeProducts()
) -> (loss: Double, gradients: AlignedBuffer<Scalar>) {
  let engine = GradientEngine<Model, Scalar>(objective, products: products, threadCount: threadCount)
  engine.clear()
  let loss = engine.accumulate(
    batch, parameters: parameters, normalization: 1 / objective.weight(of: batch))
  return (loss, AlignedBuffer(copying: engine.gradients))
}

/// The numbers of one parameter in a buffer.
func numbers<Scalar: TensorScalar>(_ name: String, of objective: some Objective, in buffer: AlignedBuffer<Scalar>)
  -> [Double]
{
  (objective.layout[name]?.range ?? 0..<0).map { Double(buffer.base[$0]) }
}

/// The greatest distance of two lists over the greatest absolute value of the second, or over `floor` where that is less: some gradients
/// (of GPT-2's key biases) are 0 but for rounding.
func relativeDistance(_ a: [Double], _ b: [Double], floor: Double = 1e-4) -> Double {
  guard a.count == b.count, !a.isEmpty else { return .infinity }
  let scale = b.reduce(floor) { max($0, abs($1)) }
  return zip(a, b).reduce(0) { max($0, ($1.0 - $1.1).isNaN ? .infinity : abs($1.0 - $1.1)) } / scale
}
