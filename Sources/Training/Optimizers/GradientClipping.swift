// Bounds on gradients, and the norm of all of them together.
import Dispatch
public import Tensors

/// What is done with gradients that are too large.
public enum GradientClipping: Sendable, Hashable, Codable {
  /// Where the Euclidean norm of all gradients together exceeds the bound, they are scaled so that it does not: by bound / (norm + 1e-6), as PyTorch does.
  ///
  /// Source: Pascanu, Mikolov and Bengio, *On the difficulty of training recurrent neural networks*, ICML 2013.
  case norm(Double)
  /// Each number is moved to the nearest one between minus the bound and the bound.
  case value(Double)

  /// What is wrong with the bound, as a sentence, or `nil`.
  public var fault: String? {
    switch self {
    case .norm(let bound), .value(let bound):
      bound > 0 && bound.isFinite ? nil : "gradients are clipped to a positive bound, not to \(bound)"
    }
  }

  /// What gradients of a norm are to be multiplied by; 1 where values are clipped.
  public func scale(forNorm norm: Double) -> Double {
    guard case .norm(let bound) = self else { return 1 }
    return min(1, bound / (norm + 1e-6))
  }
}

extension AlignedBuffer {
  /// The Euclidean norm of all numbers: float64 sums of blocks of 65,536, added in order, with the same bits for every number of threads.
  ///
  /// It is infinite or no number where one of the numbers is (or, in float64 alone, where a square overflows).
  @specialized(where Scalar == Float)
  public func norm(threadCount: Int = 1) -> Double {
    let blockSize = 1 << 16
    let blocks = (count + blockSize - 1) / blockSize
    if blocks <= 1 { return Scalar.sumOfSquares(base, count: count).squareRoot() }
    var sums = [Double](repeating: 0, count: blocks)
    let (base, count) = (base, count)
    let threads = max(1, min(threadCount, blocks / 4))
    sums.withUnsafeMutableBufferPointer { sums in
      // Each block's sum has a place of its own.
      nonisolated(unsafe) let sums = sums
      nonisolated(unsafe) let base = base
      let sum = { @Sendable (thread: Int) in
        for block in stride(from: thread, to: blocks, by: threads) {
          let first = block * blockSize
          sums[block] = Scalar.sumOfSquares(base + first, count: min(blockSize, count - first))
        }
      }
      if threads == 1 { sum(0) } else { DispatchQueue.concurrentPerform(iterations: threads, execute: sum) }
    }
    return sums.reduce(0, +).squareRoot()
  }
}
