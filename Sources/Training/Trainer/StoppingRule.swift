// When training ends early: a rule that is fixed before the run and sees evaluations alone.

/// A rule that ends training by a value of the evaluations.
public struct StoppingRule: Sendable, Hashable, Codable {
  /// Which way the value is better.
  public enum Direction: String, Sendable, Hashable, Codable {
    /// Less is better: losses.
    case lower
    /// More is better: accuracies.
    case higher
  }

  /// The name of the value among the evaluation's.
  public var metric: String
  /// Which way it is better.
  public var direction: Direction
  /// After how many evaluations in a row without improvement training ends; `nil` where it waits for ever.
  public var patience: Int?
  /// By how much a value has to exceed the best before it to count as an improvement: by more than this.
  public var minimumChange: Double
  /// A value at which training ends at once, or beyond it.
  public var threshold: Double?

  /// A rule.
  public init(
    metric: String, direction: Direction, patience: Int? = nil, minimumChange: Double = 0, threshold: Double? = nil
  ) {
    self.metric = metric
    self.direction = direction
    self.patience = patience
    self.minimumChange = minimumChange
    self.threshold = threshold
  }

  /// What is wrong with the numbers, as a sentence, or `nil`.
  public var fault: String? {
    if let patience, patience < 1 { return "patience is at least one evaluation, not \(patience)" }
    if !(minimumChange >= 0 && minimumChange.isFinite) { return "the least change is at least 0, not \(minimumChange)" }
    if patience == nil && threshold == nil { return "a stopping rule has patience or a threshold" }
    return nil
  }
}

/// What a stopping rule remembers.
public struct StoppingState: Sendable, Equatable, Codable {
  /// Why training ended.
  public enum Decision: String, Sendable, Codable {
    /// The threshold was reached.
    case reachedThreshold
    /// The patience ran out.
    case ranOutOfPatience
  }

  /// The best value so far.
  public private(set) var best: Double?
  /// The step of the best value.
  public private(set) var bestStep = 0
  /// How many evaluations came since the best one.
  public private(set) var evaluationsSinceBest = 0
  /// Why training has ended, where it has.
  public private(set) var decision: Decision?

  /// Nothing seen.
  public init() {}

  /// Takes note of an evaluation; a value that is not finite is no improvement.
  ///
  /// - Returns: Whether the value is the best so far.
  @discardableResult
  public mutating func observe(_ value: Double, at step: Int, by rule: StoppingRule) -> Bool {
    let sign: Double = rule.direction == .higher ? 1 : -1
    let isImprovement = value.isFinite && best.map { sign * (value - $0) > rule.minimumChange } ?? true
    if isImprovement {
      best = value
      bestStep = step
      evaluationsSinceBest = 0
    } else {
      evaluationsSinceBest += 1
    }
    if let threshold = rule.threshold, sign * (value - threshold) >= 0 {
      decision = .reachedThreshold
    } else if let patience = rule.patience, evaluationsSinceBest >= patience {
      decision = .ranOutOfPatience
    }
    return isImprovement
  }
}
