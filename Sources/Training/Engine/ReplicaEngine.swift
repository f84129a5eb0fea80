// Many small models in lockstep: each with its own parameters and batches, each the same as if it were alone.
import Dispatch
import Synchronization
public import Tensors

/// R replicas of one objective that step together, each on one thread.
///
/// A replica's whole step, its gradient and the update after it, runs on one thread, and by the very engine that would train it alone.
/// So each replica's numbers are those of its lone run, bit for bit, whatever the number of threads, of replicas, and of those that
/// stopped. A replica that has stopped costs nothing.
///
/// Memory for tapes and gradients grows with the threads and not with the replicas.
public final class ReplicaEngine<Model: Objective, Scalar: TensorScalar> {
  /// What is trained.
  public let objective: Model
  /// The parameters of each replica, in the objective's layout.
  public let parameters: [AlignedBuffer<Scalar>]
  /// Which replicas still take steps.
  public var isActive: [Bool]
  /// The number of threads.
  public let threadCount: Int

  private let engines: [Unchecked<GradientEngine<Model, Scalar>>]

  /// A thread's engine; no two threads have the same.
  private struct Unchecked<Wrapped>: @unchecked Sendable { let wrapped: Wrapped }

  /// Replicas with the given parameters, all of them active.
  public init(
    _ objective: Model, parameters: [AlignedBuffer<Scalar>], products: any MatrixProducts, threadCount: Int
  ) {
    precondition(threadCount >= 1, "at least one thread computes")
    precondition(
      parameters.allSatisfy { $0.count == objective.layout.bufferCount }, "parameters have the objective's layout")
    self.objective = objective
    self.parameters = parameters
    self.threadCount = threadCount
    isActive = Array(repeating: true, count: parameters.count)
    engines = (0..<max(1, min(threadCount, parameters.count))).map { _ in
      Unchecked(wrapped: GradientEngine(objective, products: products, threadCount: 1))
    }
  }

  /// One step of each active replica.
  ///
  /// - Parameters:
  ///   - batches: The batches of replica r, whose gradients are added up; the loss is their mean by ``Objective/weight(of:)``. Called on the
  ///     thread that takes the replica's step, as is `update`; so both may only touch what belongs to the replica.
  ///   - update: Changes the parameters of replica r by its gradient, which is overwritten by the next replica's.
  /// - Returns: The loss of each replica that was active, `nil` for the others.
  public func step(
    batches: @Sendable (_ replica: Int) -> [Model.Batch],
    update:
      @Sendable (
        _ replica: Int, _ loss: Double, _ parameters: AlignedBuffer<Scalar>, _ gradients: AlignedBuffer<Scalar>
      ) -> Void
  ) -> [Double?] {
    let active = isActive.indices.filter { isActive[$0] }
    let losses = AlignedBuffer<Double>(count: max(1, active.count))
    let next = Atomic<Int>(0)
    let (objective, parameters, engines) = (objective, parameters, engines)
    // Whichever thread is free takes the next replica: its engine's memory holds nothing of the one before.
    @Sendable func work(_ thread: Int) {
      let engine = engines[thread].wrapped
      while true {
        let place = next.wrappingAdd(1, ordering: .relaxed).oldValue
        if place >= active.count { return }
        let replica = active[place]
        let batches = batches(replica)
        let weight = batches.reduce(0) { $0 + objective.weight(of: $1) }
        precondition(weight > 0, "something in a step's batches counts")
        engine.clear()
        var loss = 0.0
        for batch in batches {
          loss += engine.accumulate(batch, parameters: parameters[replica], normalization: 1 / weight)
        }
        losses.base[place] = loss
        update(replica, loss, parameters[replica], engine.gradients)
      }
    }
    let threads = min(engines.count, active.count)
    if threads <= 1 {
      work(0)
    } else {
      DispatchQueue.concurrentPerform(iterations: threads, execute: work)
    }
    var result = [Double?](repeating: nil, count: parameters.count)
    for (place, replica) in active.enumerated() { result[replica] = losses.base[place] }
    return result
  }

  /// The bytes of the threads' tapes and gradients; the replicas' parameters are not among them.
  public var capacityInBytes: Int { engines.reduce(0) { $0 + $1.wrapped.capacityInBytes } }
}
