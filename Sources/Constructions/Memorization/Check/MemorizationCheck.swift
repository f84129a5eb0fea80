// The verifier: every point of the data through the network, exactly, on all cores.
import Dispatch
public import ExactArithmetic
import Synchronization

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// What was found when a network was compared with the labels of data, point by point and exactly.
public struct MemorizationCheck: Sendable, Hashable, Codable {
  /// A point on which the network is wrong.
  public struct Fault: Sendable, Hashable, Codable {
    /// The row, from 1.
    public let row: Int
    /// Its label.
    public let expected: Rational
    /// The network's output.
    public let found: Rational
  }

  /// The points of the data.
  public let pointCount: Int
  /// The points that were compared: all of them, unless the check was stopped.
  public let comparedCount: Int
  /// The points on which the network is wrong.
  public let faultCount: Int
  /// The first faults by row, `keptFaults` at most; of the compared points, where the check was stopped.
  public let faults: [Fault]

  /// How many faults are kept.
  public static let keptFaults = 20

  /// Whether every point was compared and every output is the label.
  public var isExact: Bool { comparedCount == pointCount && faultCount == 0 }

  /// Runs the network on every point.
  ///
  /// - Parameters:
  ///   - network: a network with as many inputs as the data have coordinates, and one output.
  ///   - data: the points and labels.
  ///   - threadCount: how many threads; nil for one a processor. The result does not depend on it.
  ///   - progress: is told how many points are done, never twice at once, and says whether to go on.
  /// - Complexity: a multiplication of limbs a weight and point; nothing is allocated a number.
  public init(
    _ network: IntegerNetwork, on data: MemorizationData, threadCount: Int? = nil,
    progress: @Sendable (Int) -> Bool = { _ in true }
  ) {
    precondition(
      network.inputCount == data.dimension && network.outputs.count == 1,
      "a network is checked on points of its own dimension, with one output")
    let evaluator = NetworkEvaluator(network, scale: data.scale)
    let count = data.pointCount
    let next = Atomic(0)
    let isStopped = Atomic(false)
    let state = Mutex((done: 0, faultCount: 0, faults: [Fault]()))
    // Short enough that a stop is soon, long enough that the lock costs nothing.
    let chunk = 16
    let threads = max(1, min(threadCount ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))), (count + chunk - 1) / chunk))
    DispatchQueue.concurrentPerform(iterations: threads) { _ in
      let machine = LimbMachine(evaluator.program)
      while !isStopped.load(ordering: .relaxed) {
        let start = next.wrappingAdd(chunk, ordering: .relaxed).oldValue
        guard start < count else { break }
        let rows = start..<min(start + chunk, count)
        var faults: [Fault] = []
        for row in rows {
          machine.begin()
          data.addPoint(row, to: machine)
          machine.run()
          let found = evaluator.output(0, of: machine)
          if found != data.labels[row] {
            faults.append(Fault(row: row + 1, expected: data.labels[row], found: found))
          }
        }
        let goesOn = state.withLock { state in
          state.done += rows.count
          state.faultCount += faults.count
          if !faults.isEmpty {
            state.faults = Array((state.faults + faults).sorted { $0.row < $1.row }.prefix(Self.keptFaults))
          }
          return progress(state.done)
        }
        if !goesOn { isStopped.store(true, ordering: .relaxed) }
      }
    }
    (comparedCount, faultCount, faults) = state.withLock { ($0.done, $0.faultCount, $0.faults) }
    pointCount = count
  }
}
