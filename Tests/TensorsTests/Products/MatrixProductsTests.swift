// What holds of matrix products, whoever computes them.
import Foundation
import Tensors
import Testing

/// Extents around the ends of tiles and vectors; all up to 33 in the slow tests.
private let extents =
  ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"
  ? Array(0...33) : [0, 1, 2, 3, 5, 6, 7, 8, 9, 14, 15, 16, 17, 20]

/// Shapes that end in the midst of tiles, panels, blocks and chunks, with strides that collide in the cache and others.
private let largeShapes = [
  ProductShape(rows: 29, columns: 33, inner: 257), ProductShape(rows: 43, columns: 65, inner: 512),
  ProductShape(rows: 131, columns: 47, inner: 63), ProductShape(rows: 15, columns: 530, inner: 130),
  ProductShape(rows: 1, columns: 100, inner: 700), ProductShape(rows: 150, columns: 1, inner: 515),
  ProductShape(rows: 16, columns: 1024, inner: 40), ProductShape(rows: 130, columns: 40, inner: 1024),
  ProductShape(rows: 300, columns: 20, inner: 40), ProductShape(rows: 600, columns: 1, inner: 530),
  ProductShape(rows: 70, columns: 17, inner: 16), ProductShape(rows: 271, columns: 9, inner: 1025),
  ProductShape(rows: 70, columns: 1, inner: 516), ProductShape(rows: 64, columns: 1, inner: 4),
  ProductShape(rows: 128, columns: 6, inner: 32), ProductShape(rows: 128, columns: 23, inner: 32),
  ProductShape(rows: 35, columns: 20, inner: 300), ProductShape(rows: 16, columns: 49, inner: 9),
  ProductShape(rows: 1, columns: 300, inner: 600), ProductShape(rows: 1, columns: 64, inner: 3),
]

/// The first fault of all products in the layouts, with the name of whose it is.
private func firstFault(_ shapes: [ProductShape], _ layouts: [ProductLayout]) -> String? {
  for shape in shapes {
    var numbers = ProductNumbers(seed: UInt64(shape.rows * 10000 + shape.columns * 100 + shape.inner))
    var single = ProductCase<Float>(shape, layouts[0]) { numbers.next() }
    let (exact, rounded) = (single.reference(), single.reference(rounding: nearestBFloat16))
    var double = ProductCase<Double>(shape, layouts[0]) { numbers.next() }
    let exactDouble = double.reference()
    for layout in layouts {
      single.layout = layout
      double.layout = layout
      for tested in TestedProducts.all {
        let result = single.product(by: tested.products)
        if let fault = single.fault(result, against: tested.rounds ? rounded : exact) { return "\(tested): \(fault)" }
        if tested.rounds { continue }
        if let fault = double.fault(double.product(by: tested.products), against: exactDouble) {
          return "\(tested): \(fault)"
        }
      }
    }
  }
  return nil
}

/// Right but for one number, which is off by little.
private struct WrongProducts: MatrixProducts {
  let name = "wrong"
  /// How far behind the last entry the wrong number stands.
  var offset = 0
  var error: Double

  func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
    into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
  ) {
    NativeProducts().multiply(shape, a, b, into: c, stride: stride, start: start)
    c[(shape.rows - 1) * stride + shape.columns - 1 + offset] += Float(error)
  }

  func multiply(
    _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
    into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
  ) {
    NativeProducts().multiply(shape, a, b, into: c, stride: stride, start: start)
    c[(shape.rows - 1) * stride + shape.columns - 1 + offset] += error
  }
}

@Suite struct MatrixProductsTests {
  @Test(arguments: ProductLayout.Start.allCases, extents)
  func everySmallProductIsWithinItsBoundAndWritesNothingElse(start: ProductLayout.Start, rows: Int) {
    let shapes = extents.flatMap { n in extents.map { k in ProductShape(rows: rows, columns: n, inner: k) } }
    #expect(firstFault(shapes, ProductLayout.all(from: start)) == nil)
  }

  @Test(arguments: ProductLayout.Start.allCases, largeShapes)
  func largeProductsAreWithinTheirBound(start: ProductLayout.Start, shape: ProductShape) {
    #expect(firstFault([shape], [0, 3].flatMap { ProductLayout.all(from: start, slack: $0) }) == nil)
  }

  @Test func theCheckRejectsAnEntryThatIsOffByLittleAndANumberWrittenOutside() throws {
    var numbers = ProductNumbers(seed: 1)
    let shape = ProductShape(rows: 5, columns: 7, inner: 6)
    let single = ProductCase<Float>(shape, ProductLayout(slack: 2)) { numbers.next() }
    let double = ProductCase<Double>(shape, ProductLayout(slack: 2)) { numbers.next() }
    let outside = WrongProducts(offset: 1, error: 1)
    #expect(single.fault(single.product(by: NativeProducts()), against: single.reference()) == nil)
    #expect(double.fault(double.product(by: NativeProducts()), against: double.reference()) == nil)
    let fault = single.fault(single.product(by: WrongProducts(error: 1e-5)), against: single.reference())
    #expect(try #require(fault).contains("entry (4, 6)"))
    let small = double.fault(double.product(by: WrongProducts(error: 1e-13)), against: double.reference())
    #expect(try #require(small).contains("entry (4, 6)"))
    let written = single.fault(single.product(by: outside), against: single.reference())
    #expect(try #require(written).contains("outside"))
  }

  @Test(arguments: TestedProducts.all, ProductLayout.all)
  func productsOfSmallIntegersAreExact(tested: TestedProducts, layout: ProductLayout) {
    var numbers = ProductNumbers(seed: 5)
    for shape in [
      ProductShape(rows: 33, columns: 50, inner: 601), ProductShape(rows: 270, columns: 18, inner: 300),
    ] {
      let product = ProductCase<Float>(shape, layout) { numbers.nextInteger() }
      #expect(product.product(by: tested.products) == product.reference().values.map(Float.init))
    }
  }

  @Test(arguments: TestedProducts.all, [false, true])
  func whatIsNotANumberReachesItsRowAndItsColumnAndNothingElse(tested: TestedProducts, transposed: Bool) throws {
    for shape in [ProductShape(rows: 17, columns: 35, inner: 5), ProductShape(rows: 40, columns: 3, inner: 33)] {
      let layout = ProductLayout(aTransposed: transposed, bTransposed: !transposed, slack: 1)
      var numbers = ProductNumbers(seed: 9)
      var product = ProductCase<Float>(shape, layout) { numbers.next() }
      for i in 0..<shape.rows where i % 3 == 0 {
        let before = product
        product.a[i * shape.inner + i % shape.inner] = i % 2 == 0 ? .nan : .infinity
        let result = try #require(product.product(by: tested.products))
        for (index, value) in result.enumerated() {
          #expect(value.isFinite == (index / shape.columns != i))
        }
        product = before
      }
      for j in 0..<shape.columns where j % 3 == 0 {
        let before = product
        product.b[(j % shape.inner) * shape.columns + j] = j % 2 == 0 ? .nan : -.infinity
        let result = try #require(product.product(by: tested.products))
        for (index, value) in result.enumerated() {
          #expect(value.isFinite == (index % shape.columns != j))
        }
        product = before
      }
    }
  }

  @Test(arguments: TestedProducts.all)
  func infinityTimesZeroIsNotANumber(tested: TestedProducts) throws {
    let shape = ProductShape(rows: 1, columns: 20, inner: 3)
    var product = ProductCase<Float>(shape, ProductLayout()) { 0 }
    product.a[1] = .infinity
    #expect(try #require(product.product(by: tested.products)).allSatisfy(\.isNaN))
  }

  @Test(arguments: TestedProducts.all)
  func aStartFromZeroDoesNotReadWhatWasThere(tested: TestedProducts) throws {
    for inner in [0, 1, 300] {
      var numbers = ProductNumbers(seed: 2)
      let shape = ProductShape(rows: 18, columns: 21, inner: inner)
      var product = ProductCase<Float>(shape, ProductLayout()) { numbers.nextInteger() }
      product.before = product.before.map { _ in .nan }
      #expect(product.product(by: tested.products) == product.reference().values.map(Float.init))
    }
  }

  @Test(arguments: TestedProducts.native)
  func sumsOfZerosArePositiveZeros(tested: TestedProducts) throws {
    for start in [ProductLayout.Start.zero, .accumulate, .bias] {
      var product = ProductCase<Float>(ProductShape(rows: 3, columns: 5, inner: 2), ProductLayout(start: start)) {
        -0.0
      }
      product.b = product.b.map { _ in 1 }
      let result = try #require(product.product(by: tested.products))
      #expect(result.allSatisfy { $0 == 0 && $0.sign == .plus }, "\(start)")
    }
  }

  @Test(arguments: TestedProducts.all)
  func everyThreadGetsTheSameBits(tested: TestedProducts) async {
    var numbers = ProductNumbers(seed: 3)
    let shape = ProductShape(rows: 70, columns: 90, inner: 300)
    let product = ProductCase<Float>(shape, ProductLayout(bTransposed: true, start: .bias)) { numbers.next() }
    let first = product.product(by: tested.products)
    let results = await withTaskGroup(of: [Float]?.self) { group in
      for _ in 0..<8 { group.addTask { product.product(by: tested.products) } }
      return await group.reduce(into: []) { $0.append($1) }
    }
    #expect(results.count == 8 && results.allSatisfy { $0 == first })
  }
}
