// Which library multiplies matrices: by name, or the fastest for the precision on this processor.
import CKernels

/// A library that multiplies matrices.
public enum MatrixProductsChoice: String, Sendable, CaseIterable {
  /// This package's kernels: `NativeProducts`.
  case native
  /// `OpenBLASProducts`.
  case openblas
  /// `OneDNNProducts`.
  case onednn

  /// The choice of a name, as it stands in a configuration.
  ///
  /// - Throws: `MatrixProductsError.unknownName` where there is none of that name.
  public init(named name: String) throws(MatrixProductsError) {
    guard let choice = MatrixProductsChoice(rawValue: name) else { throw .unknownName(name) }
    self = choice
  }

  /// The choice that is fastest on this processor.
  ///
  /// Float32: the own kernels for AVX2 and AVX-512, which are never slower than OpenBLAS's; OpenBLAS on other processors. Bfloat16:
  /// oneDNN where the processor multiplies tiles (AMX) and oneDNN is installed, else the own kernels.
  public static func automatic(for precision: NativeProducts.Precision) -> MatrixProductsChoice {
    automatic(
      for: precision, kernels: .best, hasTiles: wright_has_bfloat16_tiles() != 0, hasOneDNN: OneDNNProducts() != nil)
  }

  /// The choice for a processor with the given kernels.
  package static func automatic(
    for precision: NativeProducts.Precision, kernels: NativeProducts.Kernels, hasTiles: Bool, hasOneDNN: Bool
  ) -> MatrixProductsChoice {
    switch precision {
    case .float32: kernels == .portable ? .openblas : .native
    case .bfloat16: hasTiles && hasOneDNN ? .onednn : .native
    }
  }

  /// The products of this choice in a precision.
  ///
  /// - Throws: `MatrixProductsError` where the library does not have the precision or is not installed.
  public func products(
    precision: NativeProducts.Precision = .float32
  ) throws(MatrixProductsError) -> any MatrixProducts {
    switch (self, precision) {
    case (.native, _): return NativeProducts(precision: precision)
    case (.openblas, .float32): return OpenBLASProducts()
    case (.onednn, .bfloat16):
      guard let products = OneDNNProducts() else { throw .notInstalled(self) }
      return products
    case (.openblas, .bfloat16), (.onednn, .float32): throw .precisionMissing(self, precision)
    }
  }
}

/// Why there are no matrix products of a choice.
public enum MatrixProductsError: Error, Sendable, Equatable, CustomStringConvertible {
  /// No choice has the name.
  case unknownName(String)
  /// The library does not multiply in the precision.
  case precisionMissing(MatrixProductsChoice, NativeProducts.Precision)
  /// The library is not installed.
  case notInstalled(MatrixProductsChoice)

  /// A sentence that says what was asked for and what there is.
  public var description: String {
    switch self {
    case .unknownName(let name):
      let names = MatrixProductsChoice.allCases.map(\.rawValue).joined(separator: ", ")
      return "no matrix products are called \"\(name)\"; there are \(names)"
    case .precisionMissing(let choice, let precision):
      return "\(choice.rawValue) has no \(precision.rawValue) products here"
    case .notInstalled(let choice):
      let package = choice == .onednn ? ": the Debian package libdnnl2 has it" : ""
      return "\(choice.rawValue) is not installed\(package)"
    }
  }
}
