// A matrix product with its operands, and the check of its result against sums in more than its precision.
import Tensors

/// The numbers that products are made of.
protocol ProductScalar: BinaryFloatingPoint, Sendable {
  static func multiply(
    _ products: any MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>,
    into c: UnsafeMutablePointer<Self>, stride: Int, start: ProductStart<Self>)
}

extension Float: ProductScalar {
  static func multiply(
    _ products: any MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) { products.multiply(shape, a, b, into: c, stride: stride, start: start) }
}

extension Double: ProductScalar {
  static func multiply(
    _ products: any MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
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

  /// Every transposition, with gaps between stored rows.
  static func all(from start: Start, slack: Int = 3) -> [ProductLayout] {
    [false, true].flatMap { a in
      [false, true].map { b in ProductLayout(aTransposed: a, bTransposed: b, start: start, slack: slack) }
    }
  }

  static let all = Start.allCases.flatMap { all(from: $0) }

  var description: String { "\(aTransposed ? "T" : "N")\(bTransposed ? "T" : "N") \(start), slack \(slack)" }
}

/// A product whose every entry is known.
struct ProductCase<Scalar: ProductScalar>: Sendable {
  private(set) var shape: ProductShape
  var layout: ProductLayout
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
  func product(by products: any MatrixProducts) -> [Scalar]? {
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

  /// The product that gives a part of C.
  func part(rows: Range<Int>, columns: Range<Int>) -> ProductCase {
    var part = self
    part.shape = ProductShape(rows: rows.count, columns: columns.count, inner: shape.inner)
    part.a = Array(a[rows.lowerBound * shape.inner..<rows.upperBound * shape.inner])
    part.b = (0..<shape.inner).flatMap { k in columns.map { b[k * shape.columns + $0] } }
    part.bias = Array(bias[columns])
    part.before = self.part(of: before, rows: rows, columns: columns)
    return part
  }

  /// A part of a matrix of C's extents.
  func part(of c: [Scalar], rows: Range<Int>, columns: Range<Int>) -> [Scalar] {
    rows.flatMap { i in columns.map { c[i * shape.columns + $0] } }
  }

  /// Every entry by a plain loop in float64, of operands rounded by `rounding`.
  func reference(rounding: (Scalar) -> Scalar = { $0 }) -> ProductReference {
    let (n, k) = (shape.columns, shape.inner)
    let (a, b) = (a.map { Double(rounding($0)) }, b.map { Double(rounding($0)) })
    var values: [Double] =
      switch layout.start {
      case .zero: Array(repeating: 0, count: before.count)
      case .accumulate: before.map(Double.init)
      case .bias: before.indices.map { Double(bias[$0 % n]) }
      }
    var magnitudes = values.map(\.magnitude)
    for i in 0..<shape.rows {
      for l in 0..<k {
        for j in 0..<n {
          let term = a[i * k + l] * b[l * n + j]
          values[i * n + j] += term
          magnitudes[i * n + j] += term.magnitude
        }
      }
    }
    return ProductReference(values: values, magnitudes: magnitudes)
  }

  /// What is wrong with `result`, or `nil`: every entry may be off by (K + 2) u Σ|a b| of its `Scalar` and of float64.
  func fault(_ result: [Scalar]?, against reference: ProductReference) -> String? {
    guard let result else { return "\(shape) \(layout): a number outside of C was written" }
    guard result.count == reference.values.count else { return "\(shape) \(layout): \(result.count) entries" }
    let unit = Double(Scalar.ulpOfOne) / 2 + Double.ulpOfOne / 2
    for (index, value) in reference.values.enumerated() {
      let bound = Double(shape.inner + 2) * unit * reference.magnitudes[index]
      if !((Double(result[index]) - value).magnitude <= bound) {
        let (i, j) = (index / shape.columns, index % shape.columns)
        return "\(shape) \(layout): entry (\(i), \(j)) is \(result[index]), not \(value), which may be off by \(bound)"
      }
    }
    return nil
  }
}

/// A product as it should be.
struct ProductReference {
  /// The entries by rows.
  var values: [Double]
  /// For each entry the sum of the magnitudes of its terms.
  var magnitudes: [Double]
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
