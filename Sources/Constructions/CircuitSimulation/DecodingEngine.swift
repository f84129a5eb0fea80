// The ways in which a chain of thought can be decoded; all emit the same tokens.

/// How a chain of thought is decoded.
///
/// `dense` is the definition, and `reference` says the same scalar by scalar. The other two run no attention: they evaluate the program that the
/// checker of `Verification` derived from the weights, after it has shown for all inputs that greedy decoding emits what the program says.
public enum DecodingEngine: String, Sendable, Codable, CaseIterable {
  /// Softmax over all cached positions and a product with the whole head, in float32.
  case dense
  /// The derived program, one input after another.
  case indexed
  /// The derived program on 512 inputs at once, one bit each.
  case bitsliced
  /// Scalar by scalar, every sum from left to right: in the finite precision that the model is written for, or else in float32.
  case reference

  /// Whether a program is run that was derived from the weights.
  public var needsDerivation: Bool { self == .indexed || self == .bitsliced }
}

/// Why an engine does not run some weights.
public struct EngineRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// The engine.
  public let engine: DecodingEngine
  /// The first thing that could not be shown of the weights, in a sentence.
  public let reason: String

  /// A refusal for the given reason.
  public init(_ engine: DecodingEngine, _ reason: String) {
    self.engine = engine
    self.reason = reason
  }

  /// What was expected and what was found.
  public var description: String { "the \(engine.rawValue) engine needs weights that the checker certifies: \(reason)" }
}
