// Where generators get their choices: from a random stream or from a recorded sequence; either way everything is recorded.
package import Randomness

/// The source of a generator's choices; it records each of them, so that a run can be replayed and shrunk.
///
/// A generator's body asks for integers, Booleans and the values of other generators. It must be a function of these answers
/// alone: no clock, no other random numbers, no state kept outside.
///
/// ```swift
/// let dates = Generator<String> { source in
///   let month = try source.integer(in: 1...12)
///   let day = try source.draw(integers(in: 1...28))
///   return "\(month)-\(day)"
/// }
/// ```
public struct ChoiceSource {
  private var recorded: [Choice] = []
  /// What was drawn so far.
  public var choices: [Choice] { recorded }
  private var openedSpans: [Span] = []
  /// The stretches of `choices`, in the order in which they began.
  public var spans: [Span] { openedSpans }

  let prefix: [UInt64]
  let limit: Int
  let generates: Bool
  var random: Philox
  private var depth = 0

  /// A source of fresh random choices, at most `limit` of them.
  package init(random: Philox, limit: Int) {
    prefix = []
    self.limit = limit
    generates = true
    self.random = random
  }

  /// A source that answers with recorded ranks, then with the simplest choice; a run that needs more than `limit` is over.
  package init(replaying ranks: [UInt64], limit: Int) {
    prefix = ranks
    self.limit = limit
    generates = false
    random = Philox(seed: 0)
  }

  /// The value of a generator; its choices form a span, which the shrinker can delete or move as one.
  @inlinable
  public mutating func draw<Value>(_ generator: Generator<Value>) throws -> Value {
    try span { source in try generator.body(&source) }
  }

  /// Runs a part of a generator so that its choices form a span. Use it for what can be left out, such as one step of many.
  @inlinable
  public mutating func span<Value>(_ part: (inout ChoiceSource) throws -> Value) throws -> Value {
    try span(isRecursive: false, part)
  }

  @inlinable
  mutating func span<Value>(isRecursive: Bool, _ part: (inout ChoiceSource) throws -> Value) throws -> Value {
    let index = openSpan(isRecursive: isRecursive)
    defer { closeSpan(index) }
    return try part(&self)
  }

  @usableFromInline
  mutating func openSpan(isRecursive: Bool) -> Int {
    openedSpans.append(Span(start: recorded.count, end: recorded.count, depth: depth, isRecursive: isRecursive))
    depth += 1
    return openedSpans.count - 1
  }

  @usableFromInline
  mutating func closeSpan(_ index: Int) {
    depth -= 1
    openedSpans[index].end = recorded.count
  }

  /// An integer of a range; the shrinker moves it towards `simplest`.
  ///
  /// Small offsets, the range's ends and values that were already drawn come more often than a uniform draw would give them,
  /// since that is where faults are. - Parameter simplest: `nil` means the integer of the range that is nearest to 0.
  @inlinable
  public mutating func integer<Number: FixedWidthInteger & Sendable>(
    in range: ClosedRange<Number>, simplest: Number? = nil
  ) throws -> Number {
    let target = simplest ?? min(max(0, range.lowerBound), range.upperBound)
    precondition(range.contains(target), "integer(in:simplest:) needs a simplest value in \(range), not \(target).")
    let below = UInt64(Int128(target) - Int128(range.lowerBound))
    let above = UInt64(Int128(range.upperBound) - Int128(target))
    let offset = try choose(below: below, above: above)
    return Number(Int128(target) + offset)
  }

  /// A uniform index in `0 ..< count`; the shrinker moves it towards 0.
  ///
  /// Use it for references to things drawn earlier (an operand, a vertex): when the shrinker deletes the thing of number k, it tries also
  /// with every later index above k lowered by one, so that they mean the same things as before.
  public mutating func index(below count: Int) throws -> Int {
    precondition(count > 0, "index(below:) needs a positive count, not \(count).")
    return Int(
      try record(Choice(below: 0, above: UInt64(count - 1), isIndex: true)) { random, choice in
        random.uniform(in: 0...choice.maximumRank)
      })
  }

  /// An index of `weights`, generated in proportion to them but recorded as itself; shrinks towards 0.
  mutating func weightedIndex(weights: [Int]) throws -> Int {
    Int(
      try record(Choice(below: 0, above: UInt64(weights.count - 1))) { random, _ in
        var ticket = random.uniform(below: weights.reduce(0, +))
        var index = 0
        while ticket >= weights[index] {
          ticket -= weights[index]
          index += 1
        }
        return UInt64(index)
      })
  }

  /// `true` with a probability; the shrinker moves it towards `false`. A replayed choice need not respect the probability.
  public mutating func boolean(probability: Double = 0.5) throws -> Bool {
    precondition((0...1).contains(probability), "A probability lies in 0 ... 1, not at \(probability).")
    return try record(Choice(below: 0, above: 1)) { random, _ in random.bernoulli(probability) ? 1 : 0 } == 1
  }

  /// A number that shapes this run and is *not* recorded, such as how long lists should be; never let a value depend on it.
  mutating func unrecorded<Value>(_ draw: (inout Philox) -> Value) -> Value { draw(&random) }

  @usableFromInline
  mutating func choose(below: UInt64, above: UInt64) throws -> Int128 {
    // A value that was drawn before is looked up first: were `choices` kept for the closure, appending to it would copy it.
    let choice = Choice(below: below, above: above)
    let rank = generates ? likelyRank(of: choice) : 0
    return try record(choice) { _, _ in rank }
  }

  /// A random rank, uniform in small ranges; in others ends, values that were there and small magnitudes come more often.
  private mutating func likelyRank(of choice: Choice) -> UInt64 {
    let top = choice.maximumRank
    if top < 16 { return random.uniform(in: 0...top) }
    switch random.uniform(below: 16) {
    case 0:  // a value that was drawn before, or its neighbour: independent draws hardly ever meet
      let alike = recorded.suffix(64).filter { $0.below == choice.below && $0.above == choice.above }
      guard let old = random.pick(from: alike) else { return random.uniform(in: 0...top) }
      let step = Int128(random.uniform(below: 3)) - 1
      return choice.rank(ofOffset: old.offset + step) ?? old.rank
    case 1:  // the ends
      let end = random.bernoulli(0.5) ? Int128(choice.above) : -Int128(choice.below)
      return choice.rank(ofOffset: end) ?? 0
    case 2...8:  // of random magnitude
      let bits = UInt64.bitWidth - top.leadingZeroBitCount
      let size = random.uniform(below: bits) + 1
      let mask = size >= 64 ? UInt64.max : (1 << UInt64(size)) - 1
      return min(top, random.next() & mask)
    default:
      return random.uniform(in: 0...top)
    }
  }

  private mutating func record(
    _ choice: Choice, generate: (inout Philox, Choice) -> UInt64
  ) throws -> Int128 {
    if recorded.count >= limit { throw RunStop.tooLong }
    var choice = choice
    if generates {
      choice.rank = generate(&random, choice)
    } else if recorded.count < prefix.count {
      choice.rank = min(prefix[recorded.count], choice.maximumRank)
    }
    recorded.append(choice)
    return choice.offset
  }
}

/// Why a run ended without a verdict.
enum RunStop: Error { case discarded, tooLong }

/// Leaves the current example out when a condition does not hold; for use in generators and properties.
///
/// A property that leaves out ten times as many examples as it keeps gives up, so prefer a generator that makes what you want.
public func assume(_ condition: Bool) throws {
  if !condition { throw RunStop.discarded }
}
