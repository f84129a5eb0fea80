// The shrinker: makes a failing choice sequence as short, then as simple, as it can; knows nothing of values.

/// Searches for the least failing choice sequence in the order "shorter first, then lexicographically by rank".
///
/// Every pass proposes sequences of ranks; one is accepted when replaying it fails in the same way and what it *recorded* is less
/// than the best so far. So passes may propose nonsense, and each accepted step gets nearer to the end: shrinking always ends.
/// The passes are in `Shrinker+Deletion.swift`, `Shrinker+Merging.swift`, `Shrinker+Values.swift` and `Shrinker+Order.swift`.
struct Shrinker<Value> {
  private(set) var best: Run<Value>
  private(set) var shrinks = 0
  private(set) var attempts = 0
  private(set) var isFixedPoint = false

  private let kind: String?
  private let limit: Int
  private let deadline: ContinuousClock.Instant
  private let evaluate: ([UInt64], Int) -> Run<Value>?
  private var tried: Set<[UInt64]> = []

  init(start: Run<Value>, limit: Int, seconds: Double, evaluate: @escaping ([UInt64], Int) -> Run<Value>?) {
    best = start
    kind = start.failure?.kind
    self.limit = limit
    deadline = .now + .seconds(seconds)
    self.evaluate = evaluate
  }

  /// The best run's choices.
  var choices: [Choice] { best.choices }

  /// Whether the limit of attempts or time is reached; every pass stops then.
  var isExhausted: Bool { attempts >= limit || ContinuousClock.now >= deadline }

  /// Runs all passes until none of them finds anything.
  mutating func shrink() {
    while !isExhausted {
      let before = shrinks
      let length = choices.count
      truncate()
      replaceByDescendants()
      deleteSpans()
      zeroSpans()
      deleteChunks()
      minimizeDuplicates()
      minimizeChoices()
      // The costly ones, once the sequence gets no shorter. Waiting until no value changes either would be wrong: two values that
      // must stay near each other creep down by turns for ever, and only `lowerPairs` ends that.
      if choices.count == length {
        lowerAndDelete()
        deleteAndRetune()
        mergeNumbers()
        reorderSpans()
        reorderCounted()
        swapChoices()
        redistribute()
        lowerPairs()
      }
      // Those that try most or that would only creep, once all others have found nothing.
      if shrinks == before {
        minimizeBySteps()
        lowerAndRetune()
        moveSpans()
      }
      if shrinks == before {
        isFixedPoint = !isExhausted
        return
      }
    }
  }

  /// Tries a sequence; `true` if it became the best.
  @discardableResult
  mutating func accepts(_ ranks: [UInt64]) -> Bool { attempt(ranks).accepted }

  /// Tries a sequence; returns also what it did, where that is known and it was not left out.
  mutating func attempt(_ ranks: [UInt64]) -> (accepted: Bool, run: Run<Value>?) {
    guard precedes(ranks, best.choices), !isExhausted, tried.insert(ranks).inserted else { return (false, nil) }
    attempts += 1
    // A sequence that is used up goes on with simplest choices, but never beyond the length that is to be beaten.
    guard let run = evaluate(ranks, best.choices.count) else { return (false, nil) }
    guard run.failure != nil, run.failure?.kind == kind, precedes(run.ranks, best.choices) else { return (false, run) }
    best = run
    shrinks += 1
    return (true, run)
  }

  private func precedes(_ ranks: [UInt64], _ choices: [Choice]) -> Bool {
    if ranks.count != choices.count { return ranks.count < choices.count }
    for (rank, choice) in zip(ranks, choices) where rank != choice.rank { return rank < choice.rank }
    return false
  }
}

/// The largest `n` in `0 ... limit` found by doubling and halving with `holds(n)`, where `holds(0)` is taken as true.
///
/// Where `holds` is not monotone, some `n` is found with `holds(n)` and not `holds(n + 1)`.
func largest(upTo limit: UInt64, _ holds: (UInt64) -> Bool) -> UInt64 {
  var low: UInt64 = 0
  while low < min(limit, 4) {
    if !holds(low + 1) { return low }
    low += 1
  }
  if low == limit { return low }
  var high = low
  repeat {
    low = high
    high = high > limit / 2 ? limit : high * 2
    if holds(high) {
      if high == limit { return limit }
    } else {
      break
    }
  } while true
  while high - low > 1 {
    let middle = low + (high - low) / 2
    if holds(middle) { low = middle } else { high = middle }
  }
  return low
}
