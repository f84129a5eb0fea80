// The choice among libraries that multiply matrices.
import Tensors
import Testing

@Suite struct MatrixProductsChoiceTests {
  @Test(arguments: MatrixProductsChoice.allCases)
  func aChoiceIsFoundByItsName(choice: MatrixProductsChoice) throws {
    #expect(try MatrixProductsChoice(named: choice.rawValue) == choice)
  }

  @Test func anUnknownNameIsRefusedWithTheNamesThatThereAre() {
    #expect(throws: MatrixProductsError.unknownName("mkl")) { try MatrixProductsChoice(named: "mkl") }
    #expect(
      MatrixProductsError.unknownName("mkl").description
        == "no matrix products are called \"mkl\"; there are native, openblas, onednn")
  }

  @Test func aPrecisionThatALibraryLacksIsRefused() {
    #expect(throws: MatrixProductsError.precisionMissing(.openblas, .bfloat16)) {
      try MatrixProductsChoice.openblas.products(precision: .bfloat16)
    }
    #expect(throws: MatrixProductsError.precisionMissing(.onednn, .float32)) {
      try MatrixProductsChoice.onednn.products(precision: .float32)
    }
    #expect(
      MatrixProductsError.precisionMissing(.openblas, .bfloat16).description == "openblas has no bfloat16 products here"
    )
  }

  @Test func oneDNNIsThereOrSaidToBeMissing() throws {
    if OneDNNProducts() != nil {
      #expect(try MatrixProductsChoice.onednn.products(precision: .bfloat16).name == "onednn-bfloat16")
    } else {
      #expect(throws: MatrixProductsError.notInstalled(.onednn)) {
        try MatrixProductsChoice.onednn.products(precision: .bfloat16)
      }
    }
  }

  @Test(arguments: NativeProducts.Precision.allCases)
  func theAutomaticChoiceCanBeMade(precision: NativeProducts.Precision) throws {
    let products = try MatrixProductsChoice.automatic(for: precision).products(precision: precision)
    let product = ProductCase<Float>(ProductShape(rows: 2, columns: 2, inner: 3), ProductLayout()) { 2 }
    #expect(product.product(by: products) == [12, 12, 12, 12])
  }

  @Test(
    arguments: [
      (.float32, .avx512BFloat16, true, true, .native), (.float32, .avx2, false, true, .native),
      (.float32, .portable, false, false, .openblas), (.bfloat16, .avx512BFloat16, true, true, .onednn),
      (.bfloat16, .avx512BFloat16, true, false, .native), (.bfloat16, .avx512BFloat16, false, true, .native),
      (.bfloat16, .portable, false, true, .native),
    ] as [(NativeProducts.Precision, NativeProducts.Kernels, Bool, Bool, MatrixProductsChoice)])
  func theAutomaticChoiceIsTheFastestForTheProcessor(
    precision: NativeProducts.Precision, kernels: NativeProducts.Kernels, tiles: Bool, oneDNN: Bool,
    choice: MatrixProductsChoice
  ) {
    #expect(
      MatrixProductsChoice.automatic(for: precision, kernels: kernels, hasTiles: tiles, hasOneDNN: oneDNN) == choice)
  }
}
