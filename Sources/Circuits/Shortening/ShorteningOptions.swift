// How much work shortening does, and what it reports.

/// How much work `Circuit.shortened(_:)` does.
public struct ShorteningOptions: Sendable {
  /// 0: hashing and merging only; 1: one round of small windows; 2: rounds until two find nothing; 3: the same with large windows and more rounds.
  public var effort = 2
  /// After this time no further pass begins, and the solver gets what is left of it; the proof of a pass that found something gets a second at least.
  public var timeLimit: Duration = .seconds(300)
  /// Proves each pass; its `solver` is asked where windows do not suffice, for at most its `timeLimit` a pass.
  public var checker: EquivalenceChecker
  /// Asked now and then whether to stop; what is proved by then is returned.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// The default options with an effort of 0 to 3.
  ///
  /// - Parameters:
  ///   - effort: how much work is done.
  ///   - checker: who proves the results.
  public init(effort: Int = 2, checker: EquivalenceChecker = EquivalenceChecker()) {
    precondition(effort >= 0 && effort <= 3, "the effort is 0 to 3")
    self.effort = effort
    self.checker = checker
  }
}

/// What `Circuit.shortened(_:)` did.
public struct ShorteningReport: Sendable, Equatable {
  /// One pass.
  public struct Pass: Sendable, Equatable {
    /// What the pass is called.
    public var name: String
    /// The number of gates after it.
    public var gates: Int
    /// Whether the result is equal to what the pass began with; only equal ones are kept.
    public var verdict: EquivalenceVerdict
    /// Seconds that the pass took.
    public var seconds: Double
    /// Seconds that its proof took.
    public var proofSeconds: Double
  }

  /// Gates of the source as they stand.
  public var sourceGates: Int
  /// Tokens before: gates of the source in two-input form, hashed and without constants, inverters and dead gates.
  public var tokensBefore: Int
  /// Tokens after: gates of the result.
  public var tokensAfter: Int
  /// Why the result is equal to the source.
  public var proof: EquivalenceProof
  /// The passes that changed something, in order, with those that were refused.
  public var passes: [Pass]

  /// The verdict on the result, which is always proved.
  public var verdict: EquivalenceVerdict { .equal(by: proof) }
  /// Whether some pass found less but could not be proved.
  public var hasUnprovedPass: Bool { passes.contains { !$0.verdict.isEqual } }
}
