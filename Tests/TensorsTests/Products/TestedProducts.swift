// Every way to multiply matrices that this machine has, for tests that hold of all of them.
import Tensors

/// Products with what the tests have to know of them.
struct TestedProducts: Sendable, CustomStringConvertible {
  let description: String
  let products: any MatrixProducts
  /// Whether float32 operands are rounded to bfloat16.
  var rounds = false

  /// What a float32 operand is multiplied as.
  func operand(_ x: Float) -> Float { rounds ? nearestBFloat16(x) : x }

  /// The own kernels that the processor has, in both precisions.
  static let native = NativeProducts.Kernels.available.flatMap { kernels in
    NativeProducts.Precision.allCases.map { precision in
      TestedProducts(
        description: "\(kernels), \(precision)", products: NativeProducts(precision: precision, kernels: kernels),
        rounds: precision == .bfloat16)
    }
  }

  /// All, oneDNN only where it is installed.
  static let all =
    native + [TestedProducts(description: "openblas", products: OpenBLASProducts())]
    + (OneDNNProducts().map { [TestedProducts(description: "onednn", products: $0, rounds: true)] } ?? [])
}

/// The bfloat16 nearest to `x` by its definition: of the two neighbours the nearer, of two equally near ones the one whose last bit
/// is 0; zero below 2^-126.
func nearestBFloat16(_ x: Float) -> Float {
  if x.isNaN || x.isInfinite { return x }
  if x.magnitude < Float.leastNormalMagnitude { return x.sign == .minus ? -0.0 : 0 }
  let towardsZero = Float(bitPattern: x.bitPattern & 0xffff_0000)
  let away = Float(bitPattern: (x.bitPattern & 0xffff_0000) &+ 0x1_0000)
  // Beyond the greatest bfloat16 the next step of the grid stands for infinity.
  let step = towardsZero.magnitude.binade.exponent
  let gap = Double(sign: .plus, exponent: Int(step) - 7, significand: 1)
  let below = Double(x.magnitude) - Double(towardsZero.magnitude)
  if below < gap / 2 { return towardsZero }
  if below > gap / 2 { return away }
  return towardsZero.bitPattern & 0x1_0000 == 0 ? towardsZero : away
}
