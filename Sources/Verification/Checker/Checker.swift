// The checker: from a model and a claim to one of three answers.
import ExactArithmetic
import Tensors
public import Transformers

/// Shows what weights compute under a semantics, from the weights alone.
public struct Checker: Sendable {
  /// The weights.
  public let model: Model
  /// How wires become tokens.
  public let form: PromptForm
  /// The number of positions that score gaps and leaks are derived for, where it is not that of the form: greatest rotary angle, and how many
  /// positions may leak. What is derived then says nothing of the model itself, but of one of the same coordinates and so many positions.
  package var assumedPositionCount: Int?

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
      var derivation = Derivation<Interval>(self, rounding: nil, isHard: true)
      let (program, bounds) = try derivation.derive()
      return Proof(program: program, bounds: bounds)
    case .softmax:
      var derivation = Derivation<DoubleInterval>(self, rounding: nil, isHard: false)
      let (program, bounds) = try derivation.derive()
      return Proof(program: program, bounds: bounds)
    case .rounded(let rounding):
      if let fault = rounding.fault { throw Doubt("the rounding model has \(fault)") }
      if let fault = model.fault(under: rounding) { throw Doubt(fault) }
      var derivation = Derivation<DoubleInterval>(self, rounding: rounding, isHard: false)
      let (program, bounds) = try derivation.derive()
      return Proof(program: program, bounds: bounds)
    case .finitePrecision(let format):
      let (program, bounds) = try FinitePrecisionCheck.derive(model, form, format: format)
      return Proof(program: program, bounds: bounds)
    }
  }
}

extension Model {
  /// Why the weights are not numbers that an implementation of the rounding model has, or `nil`.
  func fault(under rounding: RoundingModel) -> String? {
    guard hasNumbers(upTo: rounding.largest) else {
      return "a weight is greater than \(rounding.largest), the greatest number there is"
    }
    if let bits = rounding.keptBits, !hasNumbers(ofAtMost: bits) {
      return "a weight has more than \(bits) significant binary digits, so that no such format holds it"
    }
    return nil
  }

  /// Whether every weight has at most `bits` significant binary digits.
  fileprivate func hasNumbers(ofAtMost bits: Int) -> Bool {
    guard bits < 24 else { return true }
    let mask = UInt32(1) << UInt32(24 - bits) - 1
    return allVectors { $0.allSatisfy { $0.bitPattern & mask == 0 } }
  }

  /// Whether no weight exceeds `largest` in absolute value.
  fileprivate func hasNumbers(upTo largest: Double) -> Bool {
    largest >= Double(Float.greatestFiniteMagnitude)
      || allVectors { numbers in
        numbers.withUnsafeBufferPointer { numbers in
          var greatest: Float = 0
          for x in numbers where abs(x) > greatest { greatest = abs(x) }
          return Double(greatest) <= largest
        }
      }
  }

  /// Whether all arrays of weights satisfy a condition.
  private func allVectors(satisfy condition: ([Float]) -> Bool) -> Bool {
    func holds(_ map: Linear?) -> Bool { map.map { condition($0.weight.elements) && condition($0.bias ?? []) } ?? true }
    func holds(_ norm: NormalizationWeights) -> Bool { condition(norm.gain) && condition(norm.bias ?? []) }
    return condition(weights.tokenEmbedding.elements) && condition(weights.positionEmbedding?.elements ?? [])
      && condition(weights.head?.elements ?? []) && holds(weights.finalNormalization)
      && weights.layers.allSatisfy { layer in
        holds(layer.attentionNormalization) && holds(layer.feedForwardNormalization) && holds(layer.query)
          && holds(layer.key) && holds(layer.value) && holds(layer.output) && holds(layer.gate) && holds(layer.up)
          && holds(layer.down)
      }
  }
}
