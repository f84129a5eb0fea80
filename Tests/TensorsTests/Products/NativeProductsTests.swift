// The package's own matrix products, with each set of kernels that this processor has.
import Tensors
import Testing

private let allKernels = NativeProducts.Kernels.available

/// Extents around every tile's and vector's end.
private let extents = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 13, 14, 15, 16, 17, 20]

private func everySmallProduct<Scalar: ProductScalar>(
  of: Scalar.Type, by products: NativeProducts, layout: ProductLayout, rounding: (Scalar) -> Scalar = { $0 }
) -> String? {
  for m in extents {
    for n in extents {
      for k in extents {
        var numbers = ProductNumbers(seed: UInt64(m * 10000 + n * 100 + k))
        let product = ProductCase<Scalar>(ProductShape(rows: m, columns: n, inner: k), layout) { numbers.next() }
        if let fault = product.fault(product.product(by: products), rounding: rounding) { return fault }
      }
    }
  }
  return nil
}

/// Shapes that end in the midst of tiles, panels and blocks, with strides that collide in the cache or do not.
private let largeShapes = [
  ProductShape(rows: 29, columns: 33, inner: 257), ProductShape(rows: 43, columns: 65, inner: 512),
  ProductShape(rows: 131, columns: 47, inner: 63), ProductShape(rows: 15, columns: 530, inner: 130),
  ProductShape(rows: 1, columns: 100, inner: 700), ProductShape(rows: 150, columns: 1, inner: 515),
  ProductShape(rows: 16, columns: 1024, inner: 40), ProductShape(rows: 512, columns: 40, inner: 1024),
]

@Suite struct NativeProductsTests {
  @Test(arguments: allKernels, ProductLayout.all)
  func everySmallProductIsRight(kernels: NativeProducts.Kernels, layout: ProductLayout) {
    let products = NativeProducts(kernels: kernels)
    #expect(everySmallProduct(of: Float.self, by: products, layout: layout) == nil)
    #expect(everySmallProduct(of: Double.self, by: products, layout: layout) == nil)
  }

  @Test(arguments: allKernels, largeShapes)
  func productsOfSeveralBlocksAreRight(kernels: NativeProducts.Kernels, shape: ProductShape) {
    let products = NativeProducts(kernels: kernels)
    for var layout in ProductLayout.all {
      layout.slack = layout.start == .bias ? 0 : 3
      var numbers = ProductNumbers(seed: UInt64(shape.inner))
      let single = ProductCase<Float>(shape, layout) { numbers.next() }
      #expect(single.fault(single.product(by: products)) == nil)
      let double = ProductCase<Double>(shape, layout) { numbers.next() }
      #expect(double.fault(double.product(by: products)) == nil)
    }
  }

  @Test func theCheckRejectsAnEntryThatIsOffByAFewUnitsAndANumberWrittenOutside() throws {
    struct Wrong: MatrixProducts {
      let name = "wrong"
      var offset = 0
      func multiply(
        _ shape: ProductShape, _ a: MatrixOperand<Float>, _ b: MatrixOperand<Float>,
        into c: UnsafeMutablePointer<Float>, stride: Int, start: ProductStart<Float>
      ) {
        NativeProducts().multiply(shape, a, b, into: c, stride: stride, start: start)
        c[(shape.rows - 1) * stride + shape.columns - 1 + offset] += 1e-5
      }
      func multiply(
        _ shape: ProductShape, _ a: MatrixOperand<Double>, _ b: MatrixOperand<Double>,
        into c: UnsafeMutablePointer<Double>, stride: Int, start: ProductStart<Double>
      ) {
        NativeProducts().multiply(shape, a, b, into: c, stride: stride, start: start)
        c[(shape.rows - 1) * stride + shape.columns - 1 + offset] += 1e-5
      }
    }
    var numbers = ProductNumbers(seed: 1)
    let shape = ProductShape(rows: 5, columns: 7, inner: 6)
    let layout = ProductLayout(slack: 2)
    let single = ProductCase<Float>(shape, layout) { numbers.next() }
    #expect(single.fault(single.product(by: NativeProducts())) == nil)
    let entry = try #require(single.fault(single.product(by: Wrong())))
    #expect(entry.contains("entry (4, 6)"))
    let double = ProductCase<Double>(shape, layout) { numbers.next() }
    let outside = try #require(double.fault(double.product(by: Wrong(offset: 1))))
    #expect(outside.contains("outside"))
  }

  @Test(arguments: allKernels, NativeProducts.Precision.allCases)
  func productsOfSmallIntegersAreExact(kernels: NativeProducts.Kernels, precision: NativeProducts.Precision) {
    let products = NativeProducts(precision: precision, kernels: kernels)
    for layout in ProductLayout.all {
      var numbers = ProductNumbers(seed: 5)
      let product = ProductCase<Float>(ProductShape(rows: 33, columns: 50, inner: 601), layout) {
        numbers.nextInteger()
      }
      let exact = (0..<33 * 50).map { Float(product.reference($0 / 50, $0 % 50).value) }
      #expect(product.product(by: products) == exact, "\(layout)")
    }
  }
}
