// Matrix products of training, one thread: own kernels, OpenBLAS and oneDNN by turns, and their share of what the processor can do.
import CPeak
import Tensors

/// The numbers that products are made of.
private protocol ProductScalar: BinaryFloatingPoint {
  static func multiply(
    _ products: any MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Self>, _ b: MatrixOperand<Self>,
    into c: UnsafeMutablePointer<Self>, start: ProductStart<Self>)
}

extension Float: ProductScalar {
  fileprivate static func multiply(
    _ products: any MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, start: ProductStart<Float>
  ) { products.multiply(shape, a, b, into: c, stride: shape.columns, start: start) }
}

extension Double: ProductScalar {
  fileprivate static func multiply(
    _ products: any MatrixProducts, _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, start: ProductStart<Double>
  ) { products.multiply(shape, a, b, into: c, stride: shape.columns, start: start) }
}

/// A product C = A B of training, with operands that are the same in every run.
private final class TrainingProduct<Scalar: ProductScalar> {
  let shape: ProductShape
  /// NT is a forward product X W^T, NN the gradient of X, TN the gradient of W, which is added to what is there.
  let layout: String
  private let a, b, c: UnsafeMutablePointer<Scalar>

  init(_ rows: Int, _ columns: Int, _ inner: Int, _ layout: String) {
    shape = ProductShape(rows: rows, columns: columns, inner: inner)
    self.layout = layout
    var state: UInt32 = 1
    // Multiples of 1/8 within 1: exact in bfloat16, and their sums exact in float32.
    func numbers(_ count: Int) -> UnsafeMutablePointer<Scalar> {
      let memory = UnsafeMutableRawPointer.allocate(byteCount: count * MemoryLayout<Scalar>.stride, alignment: 64)
      let numbers = memory.bindMemory(to: Scalar.self, capacity: count)
      for i in 0..<count {
        state = state &* 1_664_525 &+ 1_013_904_223
        numbers[i] = Scalar(Int(state >> 16) % 17 - 8) / 8
      }
      return numbers
    }
    a = numbers(rows * inner)
    b = numbers(inner * columns)
    c = numbers(rows * columns)
  }

  deinit { for memory in [a, b, c] { UnsafeMutableRawPointer(memory).deallocate() } }

  var name: String { "\(shape.rows) x \(shape.columns) x \(shape.inner) \(layout)" }
  var operations: Double { 2 * Double(shape.rows) * Double(shape.columns) * Double(shape.inner) }

  func run(_ products: any MatrixProducts, start: ProductStart<Scalar>) {
    let (aTransposed, bTransposed) = (layout.hasPrefix("T"), layout.hasSuffix("T"))
    Scalar.multiply(
      products, shape, MatrixOperand(a, stride: aTransposed ? shape.rows : shape.inner, isTransposed: aTransposed),
      MatrixOperand(b, stride: bTransposed ? shape.inner : shape.columns, isTransposed: bTransposed), into: c,
      start: start)
  }

  /// Operations a second of calls that take about a millisecond together.
  func rate(_ products: any MatrixProducts) -> Double {
    let calls = max(1, Int(1e8 / operations))
    let start: ProductStart<Scalar> = layout == "TN" ? .accumulate : .zero
    let seconds = timed { for _ in 0..<calls { run(products, start: start) } }.seconds
    return operations * Double(calls) / seconds
  }

  /// Whether the product is right in 97 entries all over C.
  func isRight(_ products: any MatrixProducts) -> Bool {
    run(products, start: .zero)
    let (m, n, k) = (shape.rows, shape.columns, shape.inner)
    return (0..<97).allSatisfy { sample in
      let (i, j) = (sample * 7919 % m, sample * 104_729 % n)
      let sum = (0..<k).reduce(0.0) { sum, l in
        sum + Double(layout.hasPrefix("T") ? a[l * m + i] : a[i * k + l])
          * Double(layout.hasSuffix("T") ? b[j * k + l] : b[l * n + j])
      }
      return Double(c[i * n + j]) == sum
    }
  }
}

private let trainingShapes: [(Int, Int, Int, String)] = [
  (32, 128, 20, "NT"), (32, 1, 128, "NT"), (32, 128, 1, "NN"), (128, 20, 32, "TN"), (512, 64, 64, "NT"),
  (512, 176, 64, "NT"), (512, 64, 176, "NN"), (64, 176, 512, "TN"), (4096, 64, 64, "NT"), (4096, 128, 64, "NT"),
  (4096, 176, 64, "NT"), (4096, 64, 176, "NN"), (64, 176, 4096, "TN"), (4096, 256, 256, "NT"), (4096, 256, 256, "NN"),
  (256, 256, 4096, "TN"), (2048, 1376, 512, "NT"), (2048, 512, 1376, "NN"), (1376, 512, 2048, "TN"),
]

extension Recorder {
  mutating func measureProducts() throws {
    var half: [any MatrixProducts] = [NativeProducts(precision: .bfloat16)]
    if let oneDNN = OneDNNProducts() { half.append(oneDNN) }
    try measure(Float.self, by: [NativeProducts(), OpenBLASProducts()], "float32", peak: wright_peak_f32)
    try measure(Float.self, by: half, "bfloat16", peak: wright_peak_bf16)
    try measure(Double.self, by: [NativeProducts(), OpenBLASProducts()], "float64", peak: wright_peak_f64)
  }

  private mutating func measure<Scalar: ProductScalar>(
    _: Scalar.Type, by all: [any MatrixProducts], _ precision: String, peak kind: Int
  ) throws {
    let group = "Matrix products, \(precision), one thread"
    let note =
      "C = A B in operations a second, two for each multiplication with its addition; rows x columns x inner; NT is X W^T, NN the gradient of X, TN the gradient of W, added to what is there. All by turns, operands in the cache where they fit; entries all over C are compared with plain sums."
    let rounds = repetitions(15)
    let peaks = (0..<rounds).map { _ in
      var sink = 0.0
      let (seconds, operations) = timed { wright_peak_run(Int32(kind), 1_000_000, &sink) }
      precondition(sink == 0, "the multiply-adds are of zeros")
      return operations / seconds
    }
    // The processor cannot be faster than its fastest run; slower ones had less of the core.
    let peak = peaks.max() ?? 0
    if peak > 0 {
      add(
        Measurement(
          group, "The processor's multiply-adds", .perSecond, peaks,
          note: "Independent multiply-adds in registers; the shares are of the greatest of these samples."))
    }
    for (rows, columns, inner, layout) in trainingShapes {
      let product = TrainingProduct<Scalar>(rows, columns, inner, layout)
      var rates = all.map { _ in [Double]() }
      for products in all {
        guard product.isRight(products) else {
          throw BenchmarkFailure("\(products.name): a wrong product, \(product.name)")
        }
        _ = product.rate(products)
      }
      for _ in 0..<rounds {
        for (index, products) in all.enumerated() { rates[index].append(product.rate(products)) }
      }
      for (index, products) in all.enumerated() {
        add(Measurement(group, "\(product.name), \(products.name)", .perSecond, rates[index], note: note))
      }
      if peak > 0 {
        add(Measurement(group, "\(product.name), own share of the peak", .percent, rates[0].map { 100 * $0 / peak }))
      }
    }
  }
}
