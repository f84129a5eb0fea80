// The angles of rotary positions, made once and read by every tape.
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// The cosines and sines of rotary positions in float32 and float64, for the positions 0 ..< `length`.
///
/// The angle of pair i at position t is t f_i. For float32 both factors are rounded to float32 first, and so is their product, as
/// PyTorch's Transformers do it; the cosines and sines of that angle are then correct to half a unit in the last place or
/// near it. For float64 nothing is rounded to float32: the two tables differ by as much as float32 angles do, t f_i 2^-24.
public struct RotaryTable: Sendable {
  /// The number of positions.
  public let length: Int
  /// The number of pairs of a head: half its width.
  public let pairs: Int

  /// Element (t, i): the cosine of pair i at position t, and `pairs` places later its sine.
  let float32: AlignedBuffer<Float>
  let float64: AlignedBuffer<Double>

  /// The table of given inverse frequencies.
  ///
  /// - Parameters:
  ///   - inverseFrequencies: f_i in radians a position, one for each pair.
  ///   - length: The number of positions.
  public init(inverseFrequencies: [Double], length: Int) {
    precondition(!inverseFrequencies.isEmpty && length > 0, "a rotary table has pairs and positions")
    self.length = length
    pairs = inverseFrequencies.count
    float32 = AlignedBuffer(count: length * pairs * 2)
    float64 = AlignedBuffer(count: length * pairs * 2)
    for t in 0..<length {
      for (i, frequency) in inverseFrequencies.enumerated() {
        let (cosine, sine) = (t * pairs * 2 + i, t * pairs * 2 + pairs + i)
        let angle = Double(Float(t) * Float(frequency))
        float32.base[cosine] = Float(cos(angle))
        float32.base[sine] = Float(sin(angle))
        float64.base[cosine] = cos(Double(t) * frequency)
        float64.base[sine] = sin(Double(t) * frequency)
      }
    }
  }
}
