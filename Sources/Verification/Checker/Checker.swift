// The checker: from a model and a claim to one of three answers.
import ExactArithmetic
public import Transformers

/// Shows what weights compute under a semantics, from the weights alone.
public struct Checker: Sendable {
  /// The weights.
  public let model: Model
  /// How wires become tokens.
  public let form: PromptForm

  /// A checker of `model`, whose prompts have the given form.
  public init(_ model: Model, form: PromptForm) {
    self.model = model
    self.form = form
  }

  /// What greedy decoding emits under `semantics`, for all inputs, with the bounds that show it.
  ///
  /// - Throws: `Doubt` where it could not be shown.
  public func derive(_ semantics: Semantics) throws(Doubt) -> Proof {
    do { try model.validate() } catch { throw Doubt(error.description) }
    let configuration = model.configuration
    if let fault = form.fault(
      vocabularySize: configuration.vocabularySize, positionCount: configuration.maximumPositionCount)
    {
      throw Doubt("the prompt form has \(fault)")
    }
    switch semantics {
    case .ideal:
      var derivation = Derivation<Interval>(model, form, rounding: nil, isHard: true)
      let (program, bounds) = try derivation.derive()
      return Proof(program: program, bounds: bounds)
    case .softmax:
      var derivation = Derivation<DoubleInterval>(model, form, rounding: nil, isHard: false)
      let (program, bounds) = try derivation.derive()
      return Proof(program: program, bounds: bounds)
    case .rounded(let rounding):
      var derivation = Derivation<DoubleInterval>(model, form, rounding: rounding, isHard: false)
      let (program, bounds) = try derivation.derive()
      return Proof(program: program, bounds: bounds)
    case .finitePrecision:
      throw Doubt("finite precision is checked elsewhere")
    }
  }
}
