// Where the time of a session's steps goes, stage by stage.

/// The time that a session has spent in each stage of its steps.
///
///     session.stageTimes = StageTimes()
///     _ = session.generate(after: [prompt], maximumNewTokens: 1000)
///     print(session.stageTimes?.attention ?? .zero)
///
/// A stage's time is that of the monotonic clock between the end of the stage before and its own end; reading the clock
/// takes some tens of nanoseconds, four times a layer. Time between steps belongs to no stage.
public struct StageTimes: Sendable, Equatable {
  /// Normalization, projections, rotation, scores, softmax, weighted sums, and the addition to the stream.
  public private(set) var attention = Duration.zero
  /// Normalization, projections and activation, and the addition to the stream.
  public private(set) var feedForward = Duration.zero
  /// The last normalization, the product with the head, and the choice of the greatest logit.
  public private(set) var head = Duration.zero
  /// Embeddings, the table of rotations, and room in the cache.
  public private(set) var other = Duration.zero

  /// The stages.
  enum Stage { case attention, feedForward, head, other }

  private var last: ContinuousClock.Instant?

  /// No time yet.
  public init() {}

  /// The sum of all stages.
  public var total: Duration { attention + feedForward + head + other }

  /// A step begins.
  mutating func begin() { last = .now }

  /// What has happened since the last call was of `stage`.
  mutating func end(_ stage: Stage) {
    let now = ContinuousClock.now
    guard let last else { return }
    let time = now - last
    self.last = now
    switch stage {
    case .attention: attention += time
    case .feedForward: feedForward += time
    case .head: head += time
    case .other: other += time
    }
  }
}
