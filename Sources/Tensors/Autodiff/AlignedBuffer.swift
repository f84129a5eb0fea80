// Memory for numbers of either width at an address that vector instructions like.

/// A fixed number of numbers, aligned to 64 bytes and zero at first.
///
/// A reference with no checks of its own: whoever holds it decides who writes.
public final class AlignedBuffer<Scalar: TensorScalar>: @unchecked Sendable {
  /// The first number.
  public let base: UnsafeMutablePointer<Scalar>
  /// The number of numbers.
  public let count: Int

  /// `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer has no negative size")
    self.count = count
    let bytes = max(64, (count * MemoryLayout<Scalar>.stride + 63) & ~63)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    base = raw.bindMemory(to: Scalar.self, capacity: bytes / MemoryLayout<Scalar>.stride)
  }

  /// A copy of another buffer.
  public convenience init(copying other: AlignedBuffer) {
    self.init(count: other.count)
    base.update(from: other.base, count: count)
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// The numbers as they stand.
  public var elements: UnsafeMutableBufferPointer<Scalar> { UnsafeMutableBufferPointer(start: base, count: count) }

  /// Sets every number to `value`; 0 goes by ``clear()``, which is much faster.
  @specialized(where Scalar == Float)
  public func fill(_ value: Scalar) {
    if value == 0 && value.sign == .plus { clear() } else { base.update(repeating: value, count: count) }
  }

  /// Sets every number to 0.
  public func clear() {
    UnsafeMutableRawPointer(base).initializeMemory(
      as: UInt8.self, repeating: 0, count: count * MemoryLayout<Scalar>.stride)
  }
}
