// A matrix product with its operands, and the check of its result against sums in more than its precision.
import Tensors

/// The numbers that products are made of.
protocol ProductScalar: BinaryFloatingPoint, Sendable {
  static func multiply(
    _ products: some MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>,
    into c: UnsafeMutablePointer<Self>, stride: Int, start: ProductStart<Self>)
}

extension Float: ProductScalar {
  static func multiply(
    _ products: some MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) { products.multiply(shape, a, b, into: c, stride: stride, start: start) }
}

extension Double: ProductScalar {
  static func multiply(
    _ products: some MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) { products.multiply(shape, a, b, into: c, stride: stride, start: start) }
}

/// How an operand lies in memory, and what the product starts from.
struct ProductLayout: Sendable, CustomStringConvertible {
  enum Start: CaseIterable, Sendable { case zero, accumulate, bias }

  var aTransposed = false
  var bTransposed = false
  var start = Start.zero
  /// How much longer each stride is than the stored row.
  var slack = 0

  static let all = [false, true].flatMap { a in
    [false, true].flatMap { b in
      Start.allCases.map { ProductLayout(aTransposed: a, bTransposed: b, start: $0, slack: 3) }
    }
  }

  var description: String { "\(aTransposed ? "T" : "N")\(bTransposed ? "T" : "N") \(start), slack \(slack)" }
}

/// A product whose every entry is known.
struct ProductCase<Scalar: ProductScalar> {
  let shape: ProductShape
  let layout: ProductLayout
  /// A by rows, B by rows, the bias, and what C holds before, all without transposition or gaps.
  var a: [Scalar]
  var b: [Scalar]
  var bias: [Scalar]
  var before: [Scalar]

  /// Stands in all gaps, before the first number of C, and behind its last one.
  private static var guardValue: Scalar { 12345 }

  /// The operands filled one by one from `next`.
  init(_ shape: ProductShape, _ layout: ProductLayout, next: () -> Scalar) {
    self.shape = shape
    self.layout = layout
    a = (0..<shape.rows * shape.inner).map { _ in next() }
    b = (0..<shape.inner * shape.columns).map { _ in next() }
    bias = (0..<shape.columns).map { _ in next() }
    before = (0..<shape.rows * shape.columns).map { _ in next() }
  }

  /// C by rows without gaps, or `nil` where a number outside of C was written.
  func product(by products: some MatrixProducts) -> [Scalar]? {
    let (m, n, k) = (shape.rows, shape.columns, shape.inner)
    let (storedA, aStride) = stored(a, rows: m, columns: k, transposed: layout.aTransposed)
    let (storedB, bStride) = stored(b, rows: k, columns: n, transposed: layout.bTransposed)
    let (c, stride) = stored(before, rows: m, columns: n, transposed: false)
    let margin = 17
    var room = [Scalar](repeating: Self.guardValue, count: margin) + c
    room += [Scalar](repeating: Self.guardValue, count: margin)
    room.withUnsafeMutableBufferPointer { room in
      storedA.withUnsafeBufferPointer { a in
        storedB.withUnsafeBufferPointer { b in
          bias.withUnsafeBufferPointer { bias in
            guard let c = room.baseAddress, let a = a.baseAddress, let b = b.baseAddress else { return }
            let start: ProductStart<Scalar> =
              switch layout.start {
              case .zero: .zero
              case .accumulate: .accumulate
              case .bias: .bias(bias.baseAddress ?? a)
              }
            Scalar.multiply(
              products, shape, MatrixOperand(a, stride: aStride, isTransposed: layout.aTransposed),
              MatrixOperand(b, stride: bStride, isTransposed: layout.bTransposed), into: c + margin, stride: stride,
              start: start)
          }
        }
      }
    }
    var result: [Scalar] = []
    for (index, value) in room.enumerated() {
      let place = index - margin
      if place >= 0 && place < m * stride && place % stride < n {
        result.append(value)
      } else if value != Self.guardValue {
        return nil
      }
    }
    return result
  }

  /// A matrix as it lies in memory, `slack` guards after each stored row, one row of guards at the end.
  private func stored(_ x: [Scalar], rows: Int, columns: Int, transposed: Bool) -> ([Scalar], stride: Int) {
    let (outer, inner) = transposed ? (columns, rows) : (rows, columns)
    let stride = inner + layout.slack
    var result = [Scalar](repeating: Self.guardValue, count: (outer + 1) * stride + 1)
    for i in 0..<outer {
      for j in 0..<inner { result[i * stride + j] = transposed ? x[j * columns + i] : x[i * columns + j] }
    }
    return (result, stride)
  }

  /// The sum for entry (i, j) in float64, and the sum of the magnitudes of its terms, each operand rounded by `rounding`.
  func reference(_ i: Int, _ j: Int, rounding: (Scalar) -> Scalar = { $0 }) -> (value: Double, magnitude: Double) {
    let (n, k) = (shape.columns, shape.inner)
    var value =
      switch layout.start {
      case .zero: 0.0
      case .accumulate: Double(before[i * n + j])
      case .bias: Double(bias[j])
      }
    var magnitude = value.magnitude
    for l in 0..<k {
      let term = Double(rounding(a[i * k + l])) * Double(rounding(b[l * n + j]))
      value += term
      magnitude += term.magnitude
    }
    return (value, magnitude)
  }

  /// What is wrong with `result`, or `nil`: every entry may be off by (K + 2) u Σ|a b| of its `Scalar` and of float64.
  func fault(_ result: [Scalar]?, rounding: (Scalar) -> Scalar = { $0 }) -> String? {
    guard let result else { return "\(shape) \(layout): a number outside of C was written" }
    guard result.count == shape.rows * shape.columns else { return "\(shape) \(layout): \(result.count) entries" }
    let unit = Double(Scalar.ulpOfOne) / 2 + Double.ulpOfOne / 2
    for i in 0..<shape.rows {
      for j in 0..<shape.columns {
        let (value, magnitude) = reference(i, j, rounding: rounding)
        let found = Double(result[i * shape.columns + j])
        let bound = Double(shape.inner + 2) * unit * magnitude
        if !((found - value).magnitude <= bound) {
          return "\(shape) \(layout): entry (\(i), \(j)) is \(found), not \(value), which may be off by \(bound)"
        }
      }
    }
    return nil
  }
}

/// Numbers in (-1, 1), the same in every run.
struct ProductNumbers {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next<Scalar: ProductScalar>() -> Scalar {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return Scalar(Int64(bitPattern: state) >> 11) / 4_503_599_627_370_496
  }

  /// An integer from -8 to 8.
  mutating func nextInteger<Scalar: ProductScalar>() -> Scalar {
    let x: Double = next()
    return Scalar((x * 8).rounded())
  }
}
