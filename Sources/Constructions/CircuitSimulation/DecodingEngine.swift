// The ways in which a chain of thought can be decoded; all emit the same tokens.

/// How a chain of thought is decoded.
public enum DecodingEngine: String, Sendable, Codable, CaseIterable {
  /// Softmax over all cached positions and a product with the whole head, in float32.
  case dense
  /// Lookup by code; needs weights whose structure was checked.
  case indexed
  /// Scalar by scalar, every sum from left to right: in the finite precision that the model is written for, or else in float32.
  case reference
}
