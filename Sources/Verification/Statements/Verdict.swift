// The three answers of the checker: proved, refuted, undecided.

/// What the checker says of a claim.
public enum Verdict: Sendable {
  /// The claim holds, with these bounds.
  case proved(Proof)
  /// The claim is false: a run that shows it.
  case refuted(Counterexample)
  /// The checker could show neither.
  case undecided(Doubt)
}

/// What the checker found for a claim that holds.
public struct Proof: Sendable {
  /// What the weights compute.
  public let program: LookupProgram
  /// How far everything stays from failing.
  public let bounds: Bounds

  package init(program: LookupProgram, bounds: Bounds) {
    self.program = program
    self.bounds = bounds
  }
}

/// An assignment under which the weights emit a token that the circuit does not have.
public struct Counterexample: Sendable, Equatable, Codable {
  /// The values of the inputs.
  public var inputs: [Bool]
  /// The index of the first wrong token among the emitted ones.
  public var emittedIndex: Int
  /// The token that the circuit has there.
  public var expected: Int
  /// The token that greedy decoding emits.
  public var found: Int

  /// The given run.
  public init(inputs: [Bool], emittedIndex: Int, expected: Int, found: Int) {
    self.inputs = inputs
    self.emittedIndex = emittedIndex
    self.expected = expected
    self.found = found
  }
}

/// Why the checker could not decide, in a sentence, with the place.
public struct Doubt: Error, Sendable, Equatable, CustomStringConvertible {
  /// The first thing that could not be shown.
  public let reason: String
  /// Index of a step (a wire less the inputs) whose token is in doubt, where there is one.
  public let step: Int?

  package init(_ reason: String, step: Int? = nil) {
    self.reason = reason
    self.step = step
  }

  /// The reason.
  public var description: String { reason }
}
