// Constant lists of indices for kernels that gather and scatter.

/// A constant list of 32-bit indices at a fixed address.
public final class IndexBuffer: @unchecked Sendable {
  /// The first index.
  public let base: UnsafePointer<Int32>
  /// The number of indices.
  public let count: Int

  /// The given indices, each from 0 up to 2^31 - 1.
  public init(_ indices: [Int]) {
    let memory = UnsafeMutablePointer<Int32>.allocate(capacity: max(1, indices.count))
    for (i, index) in indices.enumerated() { memory[i] = Int32(index) }
    base = UnsafePointer(memory)
    count = indices.count
  }

  deinit { base.deallocate() }

  /// The indices as an array.
  public var indices: [Int] { UnsafeBufferPointer(start: base, count: count).map { Int($0) } }
}
