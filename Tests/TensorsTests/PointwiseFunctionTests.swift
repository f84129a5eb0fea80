// Activation functions and losses of single numbers: their values over the whole range, and what they do at its ends.
import Foundation
import PropertyTesting
import Tensors
import Testing

private func apply<Scalar: TensorScalar>(_ function: PointwiseFunction, _ x: [Scalar]) -> [Scalar] {
  var y = [Scalar](repeating: 0, count: x.count)
  Scalar.apply(function, to: x, count: x.count, into: &y)
  return y
}

private func slopes<Scalar: TensorScalar>(_ function: PointwiseFunction, at x: [Scalar], adding: Scalar? = nil)
  -> [Scalar]
{
  var dx = [Scalar](repeating: adding ?? -7, count: x.count)
  let source = function.isDifferentiatedByResult ? apply(function, x) : x
  Scalar.differentiate(
    function, at: source, arrived: [Scalar](repeating: 1, count: x.count), count: x.count, into: &dx,
    accumulates: adding != nil)
  return dx
}

/// The sum of losses and the slopes, for single outputs.
private func loss<Scalar: TensorScalar>(
  _ loss: PointwiseLoss, _ y: [Scalar], _ targets: [Float], scale: Scalar = 1
) -> (sum: Scalar, slopes: [Scalar]) {
  var slopes = [Scalar](repeating: -7, count: y.count)
  let sum = Scalar.sum(of: loss, y, targets: targets, count: y.count, scale: scale, slopes: &slopes)
  return (sum, slopes)
}

@Suite struct PointwiseFunctionTests {
  /// From exp's underflow to its overflow, dense near 0 and at the seams of the approximations.
  private static let points: [Float] = {
    var points: [Float] = [0, -0.0, 3e38, -3e38, 1e20, -1e20]
    for i in -4000...4000 { points += [Float(i) / 37, Float(i) / 2000] }
    for exponent in 1...30 {
      let small = Float(pow(10, -Double(exponent)))
      points += [small, -small]
    }
    return points
  }()

  @Test(arguments: PointwiseFunction.allCases)
  func float32IsWithinItsBoundOfFloat64(function: PointwiseFunction) {
    let points = Self.points
    let exact = points.map { Double($0) }
    for (single, double) in [
      (apply(function, points), apply(function, exact)), (slopes(function, at: points), slopes(function, at: exact)),
    ] {
      var worst = (error: 0.0, point: Float(0))
      for i in points.indices {
        let error = abs(Double(single[i]) - double[i]) / max(1, abs(double[i]))
        if !(error <= worst.error) { worst = (error, points[i]) }
      }
      #expect(worst.error <= 4e-7, "at \(worst.point)")
    }
  }

  @Test(arguments: [PointwiseFunction.tanh, .gelu, .silu, .geluTanh])
  func nearZeroTheErrorIsRelative(function: PointwiseFunction) {
    let points = Self.points.filter { abs($0) < 0.7 && abs($0) > 1e-30 }
    for (x, y) in zip(apply(function, points), apply(function, points.map { Double($0) })) {
      #expect(abs(Double(x) - y) <= 4e-7 * abs(y))
    }
  }

  @Test(arguments: PointwiseFunction.allCases)
  func whatIsNoNumberStaysNone(function: PointwiseFunction) {
    #expect(apply(function, [Float.nan, 1])[0].isNaN && !apply(function, [Float.nan, 1])[1].isNaN)
    #expect(apply(function, [Double.nan])[0].isNaN)
    #expect(slopes(function, at: [Float.nan])[0].isNaN && slopes(function, at: [Double.nan])[0].isNaN)
  }

  @Test(arguments: PointwiseFunction.allCases)
  func everyLengthIsWrittenToItsEndAndNoFurtherAndSlopesAreAdded(function: PointwiseFunction) {
    let all: [Float] = sampleMatrix(1, 70, seed: 3, scale: 4).elements
    let (values, derivatives) = (apply(function, all), slopes(function, at: all))
    for count in 1...69 {
      var y = [Float](repeating: -7, count: count + 1)
      Float.apply(function, to: all, count: count, into: &y)
      #expect(y == values[..<count] + [-7])
      let added = slopes(function, at: Array(all[..<count]), adding: 0.5)
      #expect(zip(added, derivatives).allSatisfy { abs($0 - ($1 + 0.5)) <= 2e-7 * (1 + abs($1)) })
    }
  }

  @Test func sigmoidAndTanhAreOddAndBounded() throws {
    try forAll(floats(in: -200...200)) { x in
      let (p, q) = (apply(.sigmoid, [x])[0], apply(.sigmoid, [-x])[0])
      let (a, b) = (apply(.tanh, [x])[0], apply(.tanh, [-x])[0])
      return p >= 0 && p <= 1 && abs(p + q - 1) <= 2e-7 && a == -b && abs(a) <= 1
    }
  }

  @Test func lossesAreTheirDefinitions() {
    let y: [Double] = [-2, -1, -0.25, 0, 0.5, 1, 3]
    for target in [Float(1), -1] {
      let t = Double(target)
      for x in y {
        #expect(loss(.squared, [x], [target]).sum == (x - t) * (x - t), "no factor 1/2")
        #expect(loss(.squared, [x], [target]).slopes[0] == 2 * (x - t))
        #expect(loss(.hinge, [x], [target]).sum == max(0, 1 - t * x))
        #expect(loss(.hinge, [x], [target]).slopes[0] == (t * x < 1 ? -t : 0), "0 where t y is 1")
        #expect(abs(loss(.logistic, [x], [target]).sum - log(1 + exp(-t * x))) <= 1e-15)
        #expect(abs(loss(.logistic, [x], [target]).slopes[0] + t / (1 + exp(t * x))) <= 1e-15)
      }
    }
    #expect(loss(.squared, [3.0], [1], scale: 0.25).slopes == [1], "the slopes are scaled, the sum is not")
    #expect(loss(.squared, [3.0], [1], scale: 0.25).sum == 4)
  }

  @Test(arguments: [Float(1), -1])
  func theLogisticLossIsStableAtItsEnds(target: Float) {
    let t = Double(target)
    let cases: [(x: Double, value: Double, slope: Double)] = [
      (1000, 0, 0), (-1000, 1000, -1), (-88.8, 88.8, -1), (20, 2.061153620314381e-9, -2.061153618190204e-9),
    ]
    for (x, value, slope) in cases {
      let double = loss(.logistic, [t * x], [target])
      #expect(abs(double.sum - value) <= 1e-15 * max(value, 1e-9))
      #expect(abs(t * double.slopes[0] - slope) <= 1e-15 * max(abs(slope), 1e-9))
      let single = loss(.logistic, [Float(t * x)], [target])
      #expect(abs(Double(single.sum) - value) <= 3e-7 * value)
      #expect(abs(t * Double(single.slopes[0]) - slope) <= 3e-7 * abs(slope))
    }
    for kind in PointwiseLoss.allCases {
      #expect(loss(kind, [Float.nan], [target]).sum.isNaN && loss(kind, [Double.nan], [target]).sum.isNaN)
    }
  }

  @Test(arguments: PointwiseLoss.allCases)
  func lossesOfAnyLengthFollowFloat64(kind: PointwiseLoss) throws {
    try forAll(arrays(of: floats(in: -30...30), count: 1...70), integers(in: 0...255)) { y, seed in
      let targets = y.indices.map { Float((seed >> ($0 % 8)) & 1 == 0 ? 1 : -1) }
      let (single, double) = (loss(kind, y, targets), loss(kind, y.map { Double($0) }, targets))
      let close = zip(single.slopes, double.slopes).allSatisfy { abs(Double($0) - $1) <= 1e-6 * max(1, abs($1)) }
      return close && abs(Double(single.sum) - double.sum) <= 1e-6 * max(1, double.sum)
    }
  }
}
