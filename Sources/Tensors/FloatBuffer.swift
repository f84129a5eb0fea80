// Memory for kernels: float32 numbers at an address that vector instructions like.

/// A fixed number of float32 values, aligned to 64 bytes and zero at first.
///
/// A reference with no checks of its own: whoever holds it decides who writes. Kernels take its `base`.
public final class FloatBuffer: @unchecked Sendable {
  /// The first value.
  public let base: UnsafeMutablePointer<Float>
  /// The number of values.
  public let count: Int

  /// `count` zeros.
  public init(count: Int) {
    precondition(count >= 0, "a buffer has no negative size")
    self.count = count
    let bytes = max(64, (count * 4 + 63) & ~63)
    let raw = UnsafeMutableRawPointer.allocate(byteCount: bytes, alignment: 64)
    raw.initializeMemory(as: UInt8.self, repeating: 0, count: bytes)
    base = raw.bindMemory(to: Float.self, capacity: bytes / 4)
  }

  /// The values of a sequence, padded with zeros to a multiple of 16.
  public convenience init(padding values: some Collection<Float>) {
    self.init(count: (values.count + 15) & ~15)
    for (i, value) in values.enumerated() { base[i] = value }
  }

  deinit { UnsafeMutableRawPointer(base).deallocate() }

  /// The values as an array.
  public var values: [Float] { Array(UnsafeBufferPointer(start: base, count: count)) }
}
