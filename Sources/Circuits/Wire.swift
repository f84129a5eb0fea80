// A wire of a circuit, and a literal: a wire or its complement.

/// A wire: wires `0 ..< inputCount` are the circuit's inputs, wire `inputCount + g` is driven by gate `g`.
public struct Wire: Hashable, Comparable, Sendable, Codable {
  /// The wire's number, below 2^31.
  public let rawValue: UInt32

  /// The wire's number as an array index.
  @inlinable public var index: Int { Int(rawValue) }

  /// The wire numbered `index`, which lies in `0 ..< 2^31`.
  @inlinable public init(_ index: Int) {
    precondition(index >= 0 && index < 1 << 31, "a wire's number lies in 0 ..< 2^31")
    rawValue = UInt32(truncatingIfNeeded: index)
  }

  /// The wire with a number that is known to be below 2^31.
  @inlinable public init(rawValue: UInt32) { self.rawValue = rawValue }

  /// Whether `a` has the smaller number.
  @inlinable public static func < (a: Wire, b: Wire) -> Bool { a.rawValue < b.rawValue }
}

extension Wire: CustomStringConvertible {
  /// The wire as `w` and its number.
  public var description: String { "w\(rawValue)" }
}

/// A wire or its complement, packed as `2 * wire + complement` like an AIGER literal.
public struct Literal: Hashable, Sendable, Codable {
  /// `2 * wire + (isComplemented ? 1 : 0)`.
  public let rawValue: UInt32

  /// The literal of `wire`, complemented or not.
  @inlinable public init(_ wire: Wire, complemented: Bool = false) {
    rawValue = wire.rawValue << 1 | (complemented ? 1 : 0)
  }

  /// The wire that the literal reads.
  @inlinable public var wire: Wire { Wire(rawValue: rawValue >> 1) }

  /// Whether the wire's value is inverted.
  @inlinable public var isComplemented: Bool { rawValue & 1 != 0 }

  /// The opposite literal.
  @inlinable public static prefix func ! (literal: Literal) -> Literal {
    Literal(literal.wire, complemented: !literal.isComplemented)
  }
}

extension Literal: CustomStringConvertible {
  /// The wire, after `!` when complemented.
  public var description: String { isComplemented ? "!\(wire)" : "\(wire)" }
}
