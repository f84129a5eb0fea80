// Gradients of a batch on all cores, with the same bits whatever the number of threads.
//
// A small model's step takes microseconds, of which code for any model and any number would take two thirds: so the hot methods are
// compiled for our own models in float32 besides. Other objectives run the general code.
import Dispatch
public import Tensors

/// Computes losses and gradients of batches.
///
/// The shards of a batch are dealt to lanes, shard s to lane s mod L; a lane walks through its shards one after the other on a tape of its own
/// and adds to gradients of its own, and the lanes' gradients are added in order. Threads only decide which lanes run at the same time:
/// loss and gradient depend on the batch, the parameters, the products and the processor, not on the number of threads.
public final class GradientEngine<Model: Objective, Scalar: TensorScalar> {
  /// What is trained.
  public let objective: Model
  /// What computes the matrix products.
  public let products: any MatrixProducts
  /// The greatest number of lanes that run at once.
  public let threadCount: Int
  /// The sum of the lanes' gradients after ``accumulate(_:parameters:normalization:)``; of the objective's layout.
  public let gradients: AlignedBuffer<Scalar>

  private final class Lane: @unchecked Sendable {
    let tape: Tape<Scalar>
    let gradients: AlignedBuffer<Scalar>
    @exclusivity(unchecked) var loss = 0.0

    init(products: any MatrixProducts, gradients: AlignedBuffer<Scalar>) {
      tape = Tape(products: products)
      self.gradients = gradients
    }
  }
  // A method that the general code of a caller enters runs from there on in the code for its model: so what a step does again and again
  // stands here, and the properties have no checks that would cost as much as what they guard.
  @exclusivity(unchecked) private var lanes: [Lane]
  /// The batches of a step, as ``gather(_:from:)`` found them.
  @exclusivity(unchecked) private(set) var batches: [Model.Batch] = []
  /// The number of those.
  @exclusivity(unchecked) private(set) var batchCount = 0

  /// An engine whose lanes come into being with the first batch that needs them.
  public init(_ objective: Model, products: any MatrixProducts, threadCount: Int) {
    precondition(threadCount >= 1, "at least one thread computes")
    self.objective = objective
    self.products = products
    self.threadCount = threadCount
    gradients = AlignedBuffer(count: objective.layout.bufferCount)
    lanes = [Lane(products: products, gradients: gradients)]
  }

  private func addLane() {
    lanes.append(Lane(products: products, gradients: AlignedBuffer(count: gradients.count)))
  }

  /// Sets the gradients to 0.
  ///
  /// Those of the other lanes are cleared when they are used.
  public func clear() { gradients.clear() }

  // MARK: A step of several batches

  /// Draws the batches of a step, at most `count`, and returns the sum of their weights; ``batches`` holds them.
  @specialized(where Model == PerceptronObjective, Scalar == Float)
  @specialized(where Model == DecoderObjective, Scalar == Float)
  func gather(_ count: Int, from next: () throws -> Model.Batch?) rethrows -> Double {
    try collect(count, from: next)
  }

  @inline(never)
  private func collect(_ count: Int, from next: () throws -> Model.Batch?) rethrows -> Double {
    batches.removeAll(keepingCapacity: true)
    var weight = 0.0
    while batches.count < count, let batch = try next() {
      batches.append(batch)
      weight += objective.weight(of: batch)
    }
    batchCount = batches.count
    return weight
  }

  /// The loss of the batches that were gathered, and the norm of their ``gradients``.
  @specialized(where Model == PerceptronObjective, Scalar == Float)
  @specialized(where Model == DecoderObjective, Scalar == Float)
  func differentiateBatches(
    parameters: AlignedBuffer<Scalar>, normalization: Double
  ) -> (loss: Double, gradientNorm: Double) {
    clear()
    var loss = 0.0
    for index in 0..<batchCount {
      loss += accumulate(batches[index], parameters: parameters, normalization: normalization)
    }
    return (loss, gradients.norm(threadCount: threadCount))
  }

  // MARK: One batch

  /// Adds the gradient of a batch's loss to ``gradients``.
  ///
  /// - Parameter batch: The batch.
  /// - Parameter parameters: The parameters, of the objective's layout.
  /// - Parameter normalization: What the sum of weighted losses is multiplied by.
  /// - Returns: The loss so multiplied.
  @specialized(where Model == PerceptronObjective, Scalar == Float)
  @specialized(where Model == DecoderObjective, Scalar == Float)
  public func accumulate(_ batch: Model.Batch, parameters: AlignedBuffer<Scalar>, normalization: Double) -> Double {
    let shardCount = objective.shardCount(of: batch)
    let laneCount = shardCount == 1 ? 1 : min(objective.laneCount(of: batch), shardCount)
    precondition(laneCount >= 1, "a batch has at least one shard")
    while lanes.count < laneCount { addLane() }
    // One lane needs no closures, which would take longer to set up than a small model's loss takes to compute.
    if laneCount == 1 {
      let tape = lanes[0].tape
      var sum = 0.0
      for shard in 0..<shardCount {
        sum += tape.addGradient(
          of: objective, batch, shard: shard, normalization: normalization, parameters: parameters, to: gradients)
      }
      return sum
    }
    let objective = objective
    forEach(laneCount) { lanes, index in
      let lane = lanes[index]
      if index > 0 { lane.gradients.clear() }
      lane.loss = 0
      for shard in stride(from: index, to: shardCount, by: laneCount) {
        lane.loss += lane.tape.addGradient(
          of: objective, batch, shard: shard, normalization: normalization, parameters: parameters, to: lane.gradients)
      }
    }
    let count = gradients.count
    let parts = count >= 1 << 16 ? max(1, threadCount) : 1
    let blocks = count / 16
    forEach(parts) { lanes, part in
      let first = blocks * part / parts * 16
      let end = part == parts - 1 ? count : blocks * (part + 1) / parts * 16
      for lane in 1..<laneCount {
        Scalar.add(lanes[lane].gradients.base + first, count: end - first, to: lanes[0].gradients.base + first)
      }
    }
    return totalLoss(ofLanes: laneCount)
  }

  /// The loss of a batch, without gradients.
  @specialized(where Model == PerceptronObjective, Scalar == Float)
  @specialized(where Model == DecoderObjective, Scalar == Float)
  public func loss(of batch: Model.Batch, parameters: AlignedBuffer<Scalar>, normalization: Double) -> Double {
    let shardCount = objective.shardCount(of: batch)
    let laneCount = min(objective.laneCount(of: batch), shardCount)
    while lanes.count < laneCount { addLane() }
    let objective = objective
    forEach(laneCount) { lanes, index in
      let lane = lanes[index]
      lane.loss = 0
      for shard in stride(from: index, to: shardCount, by: laneCount) {
        lane.tape.begin(parameters: parameters, gradients: nil)
        let loss = objective.loss(of: batch, shard: shard, normalization: normalization, on: lane.tape)
        lane.loss += Double(lane.tape.scalar(loss))
      }
    }
    return totalLoss(ofLanes: laneCount)
  }

  private func totalLoss(ofLanes count: Int) -> Double {
    var loss = 0.0
    for lane in 0..<count { loss += lanes[lane].loss }
    return loss
  }

  /// The bytes of all lanes: tapes and gradients.
  public var capacityInBytes: Int {
    lanes.reduce(0) { $0 + $1.tape.capacityInBytes + $1.gradients.count * MemoryLayout<Scalar>.stride }
  }

  /// How often the lanes have asked the system for memory.
  public var allocationCount: Int { lanes.reduce(0) { $0 + $1.tape.allocationCount } }

  /// Runs the parts 0 ..< count, at most `threadCount` at once.
  private func forEach(_ count: Int, _ body: @Sendable ([Lane], Int) -> Void) {
    let threads = min(threadCount, count)
    let lanes = lanes
    if threads <= 1 {
      for index in 0..<count { body(lanes, index) }
    } else {
      DispatchQueue.concurrentPerform(iterations: threads) { thread in
        for index in stride(from: thread, to: count, by: threads) { body(lanes, index) }
      }
    }
  }
}

extension Tape {
  /// Adds the gradient of a shard's loss to `gradients` and returns the loss.
  @inline(__always)
  fileprivate func addGradient<Model: Objective>(
    of objective: Model, _ batch: Model.Batch, shard: Int, normalization: Double, parameters: AlignedBuffer<Scalar>,
    to gradients: AlignedBuffer<Scalar>
  ) -> Double {
    begin(parameters: parameters, gradients: gradients)
    let loss = objective.loss(of: batch, shard: shard, normalization: normalization, on: self)
    let number = Double(scalar(loss))
    backward(from: loss)
    return number
  }
}
