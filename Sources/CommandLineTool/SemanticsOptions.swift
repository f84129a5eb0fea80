// `--semantics` and its numbers: which arithmetic a claim is about.
import ArgumentParser
import Constructions
import ExactArithmetic
import Verification

/// How a claim reads the decoder's definition.
struct SemanticsOptions: ParsableArguments {
  /// The semantics by the names that the command line uses.
  enum Name: String, ExpressibleByArgument, CaseIterable {
    case ideal, softmax, nearest, rounded
    case finitePrecision = "finite-precision"
  }

  @Option(
    name: .long, help: "What the claim is about; by default rounded, or finite-precision for a folder written for one.")
  var semantics: Name?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "With rounded: the unit roundoff, 2^-1 to 2^-60, such as 2^-8 or 0.001; by default the largest 2^(-k/8) that can be shown.",
      valueName: "u"))
  var unit: Unit?

  @Option(
    name: .long, help: "With nearest: significant binary digits; 8 is bfloat16, 11 float16, 24 float32.")
  var bits: Int?

  static let documentation = """
    SEMANTICS:
      ideal             real numbers, hard attention, ReLU for SiLU; fractions
      softmax           real numbers, the decoder as it is; intervals
      nearest           operations round to nearest, to --bits digits or more up
                        to float32's; sums in any order
      rounded           results off by a factor within 1 - u and 1 + u; sums in
                        any order
      finite-precision  the F_{e,s} that the folder was written for; every local
                        case is run
    """

  func validate() throws {
    if unit != nil, let semantics, semantics != .rounded { throw ValidationError("--unit is for --semantics rounded.") }
    if bits != nil, semantics != .nearest { throw ValidationError("--bits is for --semantics nearest.") }
    if let bits, !(2...24).contains(bits) { throw ValidationError("--bits lies in 2 ... 24.") }
  }

  /// The semantics asked for; `nil` for rounded with the largest unit that there is.
  func chosen(for manifest: SimulationManifest) throws -> Semantics? {
    switch semantics ?? (manifest.precision == nil ? .rounded : .finitePrecision) {
    case .ideal: return .ideal
    case .softmax: return .softmax
    case .nearest: return .rounded(.nearest(bits: bits ?? 8))
    case .rounded: return unit.map { .rounded(RoundingModel(unit: $0.value)) }
    case .finitePrecision:
      guard let format = manifest.precision else {
        throw Failure(.usage, "--semantics finite-precision needs a folder that was written with --precision")
      }
      return .finitePrecision(format)
    }
  }
}

/// A unit roundoff: `2^-8`, `0.004`.
struct Unit: ExpressibleByArgument {
  let value: Double

  init?(argument: String) {
    if argument.hasPrefix("2^-"), let exponent = Int(argument.dropFirst(3)), (1...60).contains(exponent) {
      value = Double(sign: .plus, exponent: 0 - exponent, significand: 1)
    } else if let number = Double(argument), number > 0, number < 1 {
      value = number
    } else {
      return nil
    }
  }
}
