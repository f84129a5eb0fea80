// Our side of the training benchmarks: what has to train, by the engine that users have.
import Foundation
import Randomness
import Tensors
import Training
import Transformers

/// A model in training: parameters, optimizer and a pool of batches.
///
/// It does what `Python/train.py` does: eight batches of uniformly random tokens with random targets (of a perceptron:
/// normal points with the sine of their first coordinate), taken in turn; AdamW with rate 1e-3, decay rates 0.9 and
/// 0.999, epsilon 1e-8, weight decay 0.01; no clipping.
protocol TrainingContender {
  /// The parameters of all replicas.
  var parameterCount: Int { get }

  /// Takes `count` steps on as many batches, and returns the loss of each: the mean over replicas.
  mutating func steps(_ count: Int) throws -> [Double]
}

/// Makes the contender that `benchmark trainer` runs.
enum TrainingContenders {
  static func engine(
    _ shape: TrainingShape, _ precision: TrainingPrecision, threads: Int
  ) throws -> any TrainingContender {
    let rounding: NativeProducts.Precision = precision == .float32 ? .float32 : .bfloat16
    let products = try MatrixProductsChoice.automatic(for: rounding).products(precision: rounding)
    switch shape.kind {
    case .llama: return try LlamaContender(shape, products: products, threads: threads)
    case .perceptron: return try PerceptronContender(shape, products: products)
    }
  }

  /// AdamW as both sides use it.
  fileprivate static let settings = TrainingSettings(
    optimizer: OptimizerSettings(.adamW(), weightDecay: 0.01, decays: .all),
    schedule: LearningRateSchedule(peak: 1e-3))

  fileprivate static let batchCount = 8
}

/// The batches of a pool in turn, without end.
private struct Pool<Batch: Sendable>: BatchSource {
  var batches: [Batch]
  var position = 0

  mutating func next() -> Batch? {
    defer { position += 1 }
    return batches[position % batches.count]
  }

  mutating func seek(to position: Int) { self.position = position }
}

/// LLaMAs: one by `Trainer`, several by `ReplicaEngine` with an optimizer each.
private struct LlamaContender: TrainingContender {
  let parameterCount: Int
  private let step: () throws -> Double

  init(_ shape: TrainingShape, products: any MatrixProducts, threads: Int) throws {
    guard let layers = shape.layers, let heads = shape.heads, let feedForward = shape.feedForward,
      let vocabulary = shape.vocabulary, let length = shape.length
    else { throw BenchmarkFailure("a LLaMA's shape has layers, heads, hidden units, a vocabulary and a length") }
    let objective = try DecoderObjective(
      ModelConfiguration(
        vocabularySize: vocabulary, hiddenSize: shape.hidden, intermediateSize: feedForward, layerCount: layers,
        headCount: heads, maximumPositionCount: length))
    let replicas = shape.replicas ?? 1
    parameterCount = objective.layout.parameterCount * replicas
    let pools = (0..<replicas).map { replica in
      let tokens = Int32(vocabulary)
      var random = Philox(seed: UInt64(replica)).split("batches")
      return (0..<TrainingContenders.batchCount).map { _ in
        let count = shape.batch * length
        return TokenBatch(
          sequenceCount: shape.batch, length: length,
          inputs: (0..<count).map { _ in Int32.random(in: 0..<tokens, using: &random) },
          targets: (0..<count).map { _ in Int32.random(in: 0..<tokens, using: &random) })
      }
    }
    let first = (0..<replicas).map {
      objective.initialParameters(.normal(), random: Philox(seed: UInt64($0)), as: Float.self)
    }
    guard replicas > 1 else {
      let trainer = Trainer(
        objective, settings: TrainingContenders.settings, source: Pool(batches: pools[0]), parameters: first[0],
        products: products, threadCount: threads)
      step = { try trainer.step()?.loss ?? .nan }
      return
    }
    let engine = ReplicaEngine(objective, parameters: first, products: products, threadCount: threads)
    let optimizers = first.map { _ in
      ReplicaOptimizer(
        optimizer: Optimizer<Float>(TrainingContenders.settings.optimizer, layout: objective.layout))
    }
    var number = 0
    step = {
      let place = number % TrainingContenders.batchCount
      let losses = engine.step(batches: { [pools[$0][place]] }) { replica, _, parameters, gradients in
        optimizers[replica].optimizer.update(
          parameters, by: gradients, learningRate: TrainingContenders.settings.schedule.peak)
      }
      number += 1
      return losses.reduce(0) { $0 + ($1 ?? .nan) } / Double(losses.count)
    }
  }

  mutating func steps(_ count: Int) throws -> [Double] { try (0..<count).map { _ in try step() } }
}

/// A replica's optimizer, which only the thread that takes the replica's step touches.
private struct ReplicaOptimizer: @unchecked Sendable { let optimizer: Optimizer<Float> }

/// A perceptron by `Trainer`.
private struct PerceptronContender: TrainingContender {
  let parameterCount: Int
  private let trainer: Trainer<PerceptronObjective, Pool<VectorBatch>, Float>

  init(_ shape: TrainingShape, products: any MatrixProducts) throws {
    guard let inputs = shape.inputs, let outputs = shape.outputs else {
      throw BenchmarkFailure("a perceptron's shape has inputs and outputs")
    }
    let objective = PerceptronObjective(PerceptronConfiguration(widths: [inputs, shape.hidden, outputs]))
    parameterCount = objective.layout.parameterCount
    var random = Philox(seed: 0).split("batches")
    let batches = (0..<TrainingContenders.batchCount).map { _ in
      let points = (0..<shape.batch * inputs).map { _ in Float(random.normal()) }
      let targets = (0..<shape.batch).flatMap { row in
        Array(repeating: Foundation.sin(points[row * inputs]), count: outputs)
      }
      return VectorBatch(count: shape.batch, inputs: points, targets: targets)
    }
    trainer = Trainer(
      objective, settings: TrainingContenders.settings, source: Pool(batches: batches),
      parameters: objective.initialParameters(random: Philox(seed: 0), as: Float.self), products: products)
  }

  mutating func steps(_ count: Int) throws -> [Double] { try (0..<count).map { _ in try trainer.step()?.loss ?? .nan } }
}
