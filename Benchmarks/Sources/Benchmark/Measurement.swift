// One measured quantity: its samples, what summarizes them, and what it was to reach.

/// What is measured in.
enum Unit: String, Codable, Sendable {
  case seconds, bytes, times, percent
  case perSecond = "per second"
  case tokensPerSecond = "tokens per second"
}

/// A bound on the median.
struct Target: Codable, Sendable {
  enum Relation: String, Codable, Sendable {
    case atLeast = "at least"
    case below = "below"
  }

  var relation: Relation
  var value: Double

  static func atLeast(_ value: Double) -> Target { Target(relation: .atLeast, value: value) }
  static func below(_ value: Double) -> Target { Target(relation: .below, value: value) }

  func isReached(by median: Double) -> Bool {
    switch relation {
    case .atLeast: median >= value
    case .below: median < value
    }
  }
}

/// A row of a recorded run.
struct Measurement: Codable, Sendable {
  /// The heading under which it stands.
  var group: String
  var name: String
  var unit: Unit
  /// In the order in which they were taken.
  var samples: [Double]
  var minimum: Double
  var median: Double
  var maximum: Double
  /// (maximum - minimum) / median.
  var spread: Double
  var target: Target?
  /// Whether the median is on the target's side.
  var isReached: Bool?
  /// What a reader has to know to read the figure rightly.
  var note: String?

  init(_ group: String, _ name: String, _ unit: Unit, _ samples: [Double], target: Target? = nil, note: String? = nil) {
    precondition(!samples.isEmpty, "a measurement has at least one sample")
    let sorted = samples.sorted()
    self.group = group
    self.name = name
    self.unit = unit
    self.samples = samples
    minimum = sorted[0]
    maximum = sorted[sorted.count - 1]
    median = (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    spread = median == 0 ? 0 : (maximum - minimum) / median
    self.target = target
    isReached = target?.isReached(by: median)
    self.note = note
  }
}

/// The seconds that `body` takes, and its result.
///
/// The result is the caller's to check: a measurement whose result nobody looks at measures nothing.
func timed<Result>(_ body: () throws -> Result) rethrows -> (seconds: Double, result: Result) {
  let start = ContinuousClock.now
  let result = try body()
  return ((ContinuousClock.now - start) / .seconds(1), result)
}
