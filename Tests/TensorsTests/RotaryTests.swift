// Rotary positions against their definition, and back.
import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// Rotations of a leaf, or of the result of a linear map, whose place they take.
private struct RotaryCase: TapeFunction, CustomStringConvertible, Sendable {
  var rows: Int
  var length: Int
  var heads: Int
  var headSize: Int
  /// Columns behind the heads that are turned.
  var others: Int
  var isInPlace = false

  var description: String {
    "\(rows) rows, \(length) positions, \(heads) heads of \(headSize), \(others) others, \(isInPlace)"
  }
  var columns: Int { heads * headSize + others }
  var frequencies: [Double] { (0..<headSize / 2).map { pow(100, -2 * Double($0) / Double(headSize)) } }

  var inputs: [Tensor<Double>] {
    isInPlace ? [numbers(rows, 3, seed: 1), numbers(columns, 3, seed: 2)] : [numbers(rows, columns, seed: 3)]
  }

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    let x = isInPlace ? tape.linear(v[0], weight: v[1]) : v[0]
    let table = RotaryTable(inverseFrequencies: frequencies, length: length + 2)
    return tape.rotary(x, heads: heads, headSize: headSize, length: length, table: table)
  }

  /// The result by definition, of a leaf.
  func plainly(_ x: [Double]) -> [Double] {
    var y = x
    let half = headSize / 2
    for r in 0..<rows {
      for h in 0..<heads {
        for i in 0..<half {
          let angle = Double(r % length) * frequencies[i]
          let first = r * columns + h * headSize + i
          y[first] = x[first] * cos(angle) - x[first + half] * sin(angle)
          y[first + half] = x[first + half] * cos(angle) + x[first] * sin(angle)
        }
      }
    }
    return y
  }
}

@Suite struct RotaryTests {
  private static let cases =
    [2, 6, 16, 32, 64].flatMap { headSize in
      [false, true].map {
        RotaryCase(rows: 10, length: 5, heads: 3, headSize: headSize, others: headSize == 6 ? 0 : 7, isInPlace: $0)
      }
    } + [RotaryCase(rows: 3, length: 1, heads: 1, headSize: 4, others: 2)]

  @Test(arguments: cases.filter { !$0.isInPlace }) private func itIsWhatItsDefinitionSays(rotary: RotaryCase) {
    let expected = rotary.plainly(rotary.inputs[0].elements)
    #expect(relativeError(evaluate(rotary, at: rotary.inputs, in: Double.self).value, expected) < 1e-15)
    #expect(relativeError(evaluate(rotary, at: rotary.inputs, in: Float.self).value, expected) < 1e-6)
  }

  @Test(arguments: cases) private func gradientsAreSlopes(rotary: RotaryCase) {
    #expect(gradientFault(at: rotary.inputs) { tape, v in tape.weighted(rotary(tape, v)) } == nil)
  }

  @Test(arguments: cases) private func float32GradientsAreThoseOfFloat64(rotary: RotaryCase) {
    let single = evaluate(rotary, at: rotary.inputs, in: Float.self).gradients
    let double = evaluate(rotary, at: rotary.inputs, in: Double.self).gradients
    for (a, b) in zip(single, double) { #expect(relativeError(a, b) < 1e-5) }
  }

  @Test func theOtherDirectionIsCaught() {
    let right = RotaryCase(rows: 6, length: 3, heads: 1, headSize: 4, others: 0)
    let fault = gradientFault(at: right.inputs) { tape, v in
      let table = RotaryTable(inverseFrequencies: right.frequencies.map { tape.recordsGradients ? -$0 : $0 }, length: 3)
      return tape.weighted(tape.rotary(v[0], heads: 1, headSize: 4, length: 3, table: table))
    }
    #expect(fault != nil)
  }

  @Test func aResultIsTurnedWhereItStands() {
    let rotary = RotaryCase(rows: 6, length: 3, heads: 2, headSize: 4, others: 4)
    let tape = Tape<Float>(products: ReferenceProducts())
    let x = tape.linear(
      tape.constant(Tensor<Float>(shape: [6, 1], elements: Array(repeating: 1, count: 6))),
      weight: tape.constant(Tensor<Float>(shape: [12, 1], elements: Array(repeating: 1, count: 12))))
    let place = tape.value(of: x).baseAddress
    #expect(tape.value(of: rotary(tape, [x])).baseAddress == place)
  }

  /// Pairs keep their length, and products of turned queries and keys depend on the distance of their positions.
  @Test func productsDependOnDistances() {
    let rotary = RotaryCase(rows: 40, length: 40, heads: 1, headSize: 8, others: 0)
    let row = numbers(1, 8, seed: 5).elements
    let turned = evaluate(
      rotary, at: [Tensor(shape: [40, 8], elements: (0..<40).flatMap { _ in row })], in: Double.self
    ).value
    func product(_ i: Int, _ j: Int) -> Double { (0..<8).reduce(0) { $0 + turned[i * 8 + $1] * turned[j * 8 + $1] } }
    #expect(abs(product(3, 10) - product(30, 37)) < 1e-13)
    #expect(abs(product(3, 10) - product(3, 11)) > 1e-3)
  }
}
