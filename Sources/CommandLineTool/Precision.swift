// `--precision`: the arithmetic that a positional simulation is written for.
import ArgumentParser
import Constructions
import ExactArithmetic

/// `e,s` for the finite precision F_{e,s} of Li et al., or `float32`.
struct Precision: ExpressibleByArgument {
  let target: PositionalTarget

  /// Reads `0,2` or `float32`; anything else is a usage error.
  init?(argument: String) {
    if argument == "float32" {
      target = .float32
      return
    }
    let numbers = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let e = numbers[0], let s = numbers[1], (0...30).contains(e), (1...30).contains(s) else {
      return nil
    }
    target = .finitePrecision(FloatFormat(exponentBits: e, significandBits: s))
  }

  static let help = ArgumentHelp(
    "With --form li: exponent bits e (0 to 30) and significand bits s (1 to 30) of the finite precision F_{e,s}, or float32.",
    discussion: """
      The paper's transformer, without normalization, whose every operation rounds to F_{e,s}: numbers S * 2^(E-s) with |S| < 2^(2s). \
      Such a folder runs and is checked here, in that precision; transformers has no such architecture. Without this option the form li is \
      a GPT-2.
      """,
    valueName: "e,s")
}
