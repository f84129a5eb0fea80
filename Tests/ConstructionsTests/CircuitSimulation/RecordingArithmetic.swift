// float32 that remembers what its transcendental functions were asked: how the tests see inside a decoder.
import ExactArithmetic

/// The arguments that were seen.
final class ArithmeticRecord: @unchecked Sendable {
  // Single-threaded by use: a decoder calls its arithmetic from one thread.
  var exponentials: [Float] = []
  var roots: [Float] = []
  var quotients: [(numerator: Float, denominator: Float)] = []
}

/// `FloatArithmetic` that records the arguments of exp, 1/sqrt and division.
struct RecordingArithmetic: Arithmetic {
  let float = FloatArithmetic()
  let record = ArithmeticRecord()

  var zero: Float { 0 }
  var one: Float { 1 }
  func number(_ value: Double) -> Float { Float(value) }
  func double(_ number: Float) -> Double { Double(number) }
  func add(_ a: Float, _ b: Float) -> Float { a + b }
  func subtract(_ a: Float, _ b: Float) -> Float { a - b }
  func multiply(_ a: Float, _ b: Float) -> Float { a * b }
  func negate(_ a: Float) -> Float { -a }
  func isLess(_ a: Float, _ b: Float) -> Bool { a < b }
  func divide(_ a: Float, _ b: Float) -> Float {
    record.quotients.append((a, b))
    return a / b
  }
  func exponential(_ a: Float) -> Float {
    record.exponentials.append(a)
    return float.exponential(a)
  }
  func reciprocalSquareRoot(_ a: Float) -> Float {
    record.roots.append(a)
    return float.reciprocalSquareRoot(a)
  }
  func sine(of angle: Double) -> Float { float.sine(of: angle) }
  func cosine(of angle: Double) -> Float { float.cosine(of: angle) }
}
