// What the package's own matrix products promise beyond others: which bits an entry has, and how operands are rounded.
import Tensors
import Testing

private let shapes = [
  ProductShape(rows: 33, columns: 37, inner: 20), ProductShape(rows: 45, columns: 1, inner: 600),
  ProductShape(rows: 140, columns: 20, inner: 530), ProductShape(rows: 3, columns: 70, inner: 17),
  ProductShape(rows: 50, columns: 35, inner: 270), ProductShape(rows: 2, columns: 150, inner: 270),
]

/// x, and the bfloat16 that it is rounded to: 8 significant bits, ties to even.
private let roundings: [(Float, Float)] = [
  (1, 1), (0x1.01p0, 1), (0x1.03p0, 0x1.04p0), (0x1.010002p0, 0x1.02p0), (0x1.02fffep0, 0x1.02p0),
  (-0x1.03p0, -0x1.04p0), (0x1.ffp0, 2), (0x1.fep127, 0x1.fep127), (0x1.fefffep127, 0x1.fep127),
  (0x1.ffp127, .infinity), (-.greatestFiniteMagnitude, -.infinity), (0x1.01p-126, 0x1p-126), (0x1.ffp-127, 0),
  (-0x1p-140, 0), (.infinity, .infinity), (0, 0),
]

@Suite struct NativeProductsTests {
  @Test(arguments: TestedProducts.native, shapes)
  func aRowHasTheSameBitsAloneAndAColumnAsWell(tested: TestedProducts, shape: ProductShape) throws {
    for layout in ProductLayout.all {
      var numbers = ProductNumbers(seed: 4)
      let whole = ProductCase<Float>(shape, layout) { numbers.next() }
      let result = try #require(whole.product(by: tested.products))
      for i in [0, 1, shape.rows / 2, shape.rows - 1] {
        let row = whole.part(rows: i..<i + 1, columns: 0..<shape.columns)
        #expect(row.product(by: tested.products) == whole.part(of: result, rows: i..<i + 1, columns: 0..<shape.columns))
      }
      for j in [0, shape.columns / 2, shape.columns - 1] {
        let column = whole.part(rows: 0..<shape.rows, columns: j..<j + 1)
        #expect(column.product(by: tested.products) == whole.part(of: result, rows: 0..<shape.rows, columns: j..<j + 1))
      }
    }
  }

  @Test(arguments: TestedProducts.native, shapes)
  func transpositionAndStridesChangeNoBit(tested: TestedProducts, shape: ProductShape) throws {
    var results: [[Float]] = []
    for (a, b, slack) in [(false, false, 0), (true, false, 5), (false, true, 1), (true, true, 0)] {
      var numbers = ProductNumbers(seed: 4)
      let layout = ProductLayout(aTransposed: a, bTransposed: b, start: .bias, slack: slack)
      let product = ProductCase<Float>(shape, layout) { numbers.next() }
      results.append(try #require(product.product(by: tested.products)))
    }
    #expect(results.dropFirst().allSatisfy { $0 == results[0] })
  }

  @Test(.enabled(if: NativeProducts.Kernels.best.rawValue >= NativeProducts.Kernels.avx512.rawValue), arguments: shapes)
  func kernelsOfBothWidthsAgreeToTheBit(shape: ProductShape) {
    for layout in ProductLayout.all {
      var numbers = ProductNumbers(seed: 6)
      let single = ProductCase<Float>(shape, layout) { numbers.next() }
      for precision in NativeProducts.Precision.allCases {
        let narrow = NativeProducts(precision: precision, kernels: .avx2)
        let wide = NativeProducts(precision: precision, kernels: .avx512)
        #expect(single.product(by: narrow) == single.product(by: wide))
      }
      let double = ProductCase<Double>(shape, layout) { numbers.next() }
      #expect(
        double.product(by: NativeProducts(kernels: .avx2)) == double.product(by: NativeProducts(kernels: .avx512)))
    }
  }

  /// The order that the documentation states, one multiply-add after the other.
  @Test(arguments: TestedProducts.native.filter { !$0.rounds && !$0.description.contains("portable") })
  func anEntryIsTheChainThatIsDocumented(tested: TestedProducts) throws {
    for inner in [1, 20, 256, 257, 700] {
      let shape = ProductShape(rows: 30, columns: 35, inner: inner)
      var numbers = ProductNumbers(seed: 8)
      let product = ProductCase<Double>(shape, ProductLayout(start: .bias)) { numbers.next() }
      let result = try #require(product.product(by: tested.products))
      for (index, value) in result.enumerated() {
        let (i, j) = (index / 35, index % 35)
        var sum = product.bias[j]
        for block in stride(from: 0, to: inner, by: 256) {
          var chain = 0.0
          for k in block..<min(inner, block + 256) {
            chain.addProduct(product.a[i * inner + k], product.b[k * 35 + j])
          }
          sum += chain
        }
        #expect(value == sum)
      }
    }
  }

  @Test(arguments: roundings)
  func operandsAreRoundedToTheNearestBFloat16(x: Float, rounded: Float) throws {
    #expect(nearestBFloat16(x) == rounded, "the tests' own rounding")
    for tested in TestedProducts.all where tested.rounds {
      for (a, b) in [(x, Float(1)), (1, x)] {
        var product = ProductCase<Float>(ProductShape(rows: 1, columns: 1, inner: 1), ProductLayout()) { a }
        product.b = [b]
        #expect(product.product(by: tested.products) == [rounded], "\(tested)")
      }
    }
  }

  /// Every pattern of the bits that are rounded away, with even and odd last bits before them.
  @Test(arguments: TestedProducts.all.filter(\.rounds))
  func everyTailIsRoundedAsItsDefinitionSays(tested: TestedProducts) throws {
    let tails = 1 << 17
    let product = {
      var product = ProductCase<Float>(ProductShape(rows: tails, columns: 1, inner: 1), ProductLayout()) { 1 }
      product.a = (0..<tails).map { Float(bitPattern: 0x3f80_0000 + UInt32($0)) }
      return product
    }()
    let result = try #require(product.product(by: tested.products))
    #expect(zip(result, product.a).allSatisfy { $0 == nearestBFloat16($1) })
  }

  @Test func signallingPatternsStayNotANumber() throws {
    for pattern in [0x7f80_0001, 0xff80_0001, 0x7fff_ffff, 0x7fc0_0000] as [UInt32] {
      for tested in TestedProducts.all {
        let product = ProductCase<Float>(ProductShape(rows: 1, columns: 1, inner: 1), ProductLayout()) {
          Float(bitPattern: pattern)
        }
        #expect(try #require(product.product(by: tested.products))[0].isNaN, "\(tested)")
      }
    }
  }
}
