// The reference decoder of a constructed model, in the arithmetic that the model is written for.
import ExactArithmetic
import Transformers

/// The scalar decoder that has read nothing yet; every run starts from a copy of it.
enum ScalarDecoder: Sendable {
  /// Every operation rounded into a finite precision.
  case finite(ReferenceDecoder<FiniteArithmetic>)
  /// Every operation rounded to float32.
  case float32(ReferenceDecoder<FloatArithmetic>)

  /// The decoder of `model` in `precision`, or in float32 where there is none.
  init(_ model: Model, precision: FloatFormat?) {
    if let precision {
      self = .finite(ReferenceDecoder(model, in: FiniteArithmetic(precision)))
    } else {
      self = .float32(ReferenceDecoder(model, in: FloatArithmetic()))
    }
  }

  /// The `count` tokens that follow `prompt`, fewer where the arithmetic has no result.
  func continuation(of prompt: [Int], count: Int, progress: (Int) -> Void) -> [Int] {
    switch self {
    case .finite(let decoder): ScalarDecoder.continuation(decoder, of: prompt, count: count, progress: progress)
    case .float32(let decoder): ScalarDecoder.continuation(decoder, of: prompt, count: count, progress: progress)
    }
  }

  private static func continuation<A: Arithmetic>(
    _ decoder: ReferenceDecoder<A>, of prompt: [Int], count: Int, progress: (Int) -> Void
  ) -> [Int] {
    var decoder = decoder
    var tokens: [Int] = []
    guard count > 0 else { return tokens }
    do throws(ArithmeticError) {
      var logits = try decoder.read(prompt).last ?? []
      while true {
        tokens.append(decoder.greatest(logits))
        progress(tokens.count)
        if tokens.count == count { return tokens }
        logits = try decoder.step(tokens[tokens.count - 1])
      }
    } catch {
      return tokens
    }
  }
}
