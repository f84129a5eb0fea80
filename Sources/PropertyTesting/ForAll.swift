// forAll and check: run a property on generated examples, find the simplest counterexample, say how to replay it.
import Randomness

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#elseif canImport(Darwin)
  import Darwin
#endif

/// The limits of a run; every default is visible here.
public struct PropertyOptions: Sendable {
  /// Examples to keep; multiplied by the environment variable `WRIGHT_PROPERTY_COUNT` (a positive number) if it is set.
  public var count = 100
  /// The seed line; the environment variable `WRIGHT_PROPERTY_SEED` overrides it. `nil` derives one from the file and line.
  public var seed: String?
  /// The most choices of one example; a longer one is left out.
  public var choiceLimit = 8192
  /// The most simpler values to try.
  public var shrinkLimit = 20_000
  /// The most seconds to spend on shrinking. Only a shrink that reaches it can end differently on another machine.
  public var shrinkSeconds = 30.0

  /// The defaults, or others.
  public init(count: Int = 100, seed: String? = nil) {
    self.count = count
    self.seed = seed
  }
}

/// Checks that a property returns `true` for all values, or throws a ``PropertyFailure`` with the simplest counterexample.
///
/// In a test this is one line; the thrown failure is the test's failure:
///
/// ```swift
/// @Test func reversingTwiceChangesNothing() throws {
///   try forAll(arrays(of: integers())) { $0.reversed().reversed() == $0 }
/// }
/// ```
///
/// Reproducibility: without `seed`, the examples are fixed by the file and line of the call, so a test that passed passes again
/// (set `WRIGHT_PROPERTY_SEED` or move a larger `WRIGHT_PROPERTY_COUNT` over it to see others). A failure prints
/// `seed: "..."`; pasted here, that example runs first. In the property, use `Bool`, `throw` or `try #require`; an `#expect`
/// records an issue of its own for each failing value and cannot be seen from here.
///
/// - Parameters:
///   - generators: one for each argument of the property, drawn from left to right.
///   - count: examples to keep.
///   - seed: a seed line of an earlier failure.
///   - fileID: the file that the default seed comes from.
///   - line: the line that the default seed comes from.
///   - property: returns `false` or throws when it does not hold. Must be a function of its arguments alone.
/// - Throws: ``PropertyFailure``; ``SeedError`` if the seed line cannot be read.
public func forAll<each Value>(
  _ generators: repeat Generator<each Value>, count: Int = 100, seed: String? = nil,
  fileID: String = #fileID, line: Int = #line, _ property: (repeat each Value) throws -> Bool
) throws {
  let outcome = try check(
    tuples(repeat each generators), options: PropertyOptions(count: count, seed: seed), fileID: fileID, line: line
  ) { (values: (repeat each Value)) in try property(repeat each values) }
  if let failure = outcome.failure(fileID: fileID, line: line) { throw failure }
}

/// Checks that a property throws for no values; see the form that returns `Bool`.
public func forAll<each Value>(
  _ generators: repeat Generator<each Value>, count: Int = 100, seed: String? = nil,
  fileID: String = #fileID, line: Int = #line, _ property: (repeat each Value) throws -> Void
) throws {
  let outcome = try check(
    tuples(repeat each generators), options: PropertyOptions(count: count, seed: seed), fileID: fileID, line: line
  ) { (values: (repeat each Value)) in
    try property(repeat each values)
    return true
  }
  if let failure = outcome.failure(fileID: fileID, line: line) { throw failure }
}

/// Runs a property and returns what came of it; `forAll` is this with the failure thrown.
///
/// ```swift
/// let outcome = try check(integers(in: 0...1000)) { $0 <= 100 }
/// print(outcome.counterexample!.minimal)  // 101
/// ```
/// - Throws: ``SeedError`` alone.
public func check<Value>(
  _ generator: Generator<Value>, options: PropertyOptions = PropertyOptions(),
  fileID: String = #fileID, line: Int = #line, _ property: (Value) throws -> Bool
) throws(SeedError) -> PropertyOutcome<Value> {
  precondition(options.count > 0, "A property needs a positive count, not \(options.count).")
  let defaultKey = stableHash("\(fileID):\(line)")
  let text = environment("WRIGHT_PROPERTY_SEED") ?? options.seed
  let seed: Seed = if let text { try Seed(text) } else { .random(key: defaultKey, iteration: 0) }
  return withoutActuallyEscaping(property) { property in
    run(
      Runner(generator: generator, limit: options.choiceLimit, property: property), seed: seed, defaultKey: defaultKey,
      options: options)
  }
}

private func run<Value>(
  _ runner: Runner<Value>, seed: Seed, defaultKey: UInt64, options: PropertyOptions
) -> PropertyOutcome<Value> {
  let wanted = scaledCount(options.count)
  var statistics = RunStatistics()
  var key = defaultKey
  var next: UInt64 = 0
  switch seed {
  case .random(let given, let iteration): (key, next) = (given, iteration)
  case .choices(let ranks):
    let run = runner.run(ChoiceSource(replaying: ranks, limit: options.choiceLimit), keeping: &statistics)
    if let run, run.failure != nil {
      return .failed(
        counterexample(original: run, minimal: run, seed: .choices(run.ranks), shrinker: nil), statistics)
    }
  }
  while statistics.examples < wanted {
    if statistics.discarded > 10 * max(statistics.examples, 10) { return .gaveUp(statistics) }
    let source = ChoiceSource(random: runRandom(seed: key, iteration: next), limit: options.choiceLimit)
    next += 1
    guard let run = runner.run(source, keeping: &statistics), run.failure != nil else { continue }
    var shrinker = Shrinker(
      start: run, limit: options.shrinkLimit, seconds: options.shrinkSeconds,
      evaluate: { ranks, limit in runner.run(ChoiceSource(replaying: ranks, limit: limit)) })
    shrinker.shrink()
    let choices = Seed.choices(shrinker.best.ranks)
    let seed = choices.line.utf8.count <= 400 ? choices : .random(key: key, iteration: next - 1)
    return .failed(counterexample(original: run, minimal: shrinker.best, seed: seed, shrinker: shrinker), statistics)
  }
  return statistics.uncovered.isEmpty ? .passed(statistics) : .insufficientCoverage(statistics)
}

private func counterexample<Value>(
  original: Run<Value>, minimal: Run<Value>, seed: Seed, shrinker: Shrinker<Value>?
) -> Counterexample<Value> {
  Counterexample(
    minimal: minimal.value, original: original.value, error: minimal.failure?.error, shrinks: shrinker?.shrinks ?? 0,
    attempts: shrinker?.attempts ?? 0, isFixedPoint: shrinker?.isFixedPoint ?? true, seed: seed.line,
    labels: minimal.labels)
}

/// One example: its value, its choices and whether the property held.
struct Run<Value> {
  let value: Value
  let choices: [Choice]
  let spans: [Span]
  let labels: [String]
  /// `nil` where the property held.
  let failure: (kind: String, error: (any Error)?)?

  var ranks: [UInt64] { choices.map(\.rank) }
}

/// Runs a generator and a property on a source.
struct Runner<Value> {
  let generator: Generator<Value>
  let limit: Int
  let property: (Value) throws -> Bool

  /// The run, or `nil` if the example was left out.
  func run(_ source: ChoiceSource) -> Run<Value>? {
    var ignored = RunStatistics()
    return run(source, keeping: &ignored)
  }

  func run(_ source: ChoiceSource, keeping statistics: inout RunStatistics) -> Run<Value>? {
    var source = source
    let recorder = LabelRecorder()
    let run: Run<Value>? = LabelRecorder.$current.withValue(recorder) {
      guard let value = try? source.draw(generator) else { return nil }
      var failure: (kind: String, error: (any Error)?)?
      do {
        if try !property(value) { failure = ("false", nil) }
      } catch is RunStop {
        return nil
      } catch {
        // Shrinking keeps to errors of the first one's type, so that it does not slip to another fault.
        failure = (String(reflecting: type(of: error)), error)
      }
      return Run(
        value: value, choices: source.choices, spans: source.spans, labels: recorder.labels, failure: failure)
    }
    if run == nil {
      statistics.discarded += 1
    } else {
      statistics.examples += 1
      recorder.add(to: &statistics)
    }
    return run
  }
}

private func environment(_ name: String) -> String? {
  guard let text = getenv(name) else { return nil }
  let value = String(cString: text)
  return value.isEmpty ? nil : value
}

private func scaledCount(_ count: Int) -> Int {
  guard let text = environment("WRIGHT_PROPERTY_COUNT") else { return count }
  guard let factor = Double(text), factor > 0, factor <= 1e6 else {
    preconditionFailure("WRIGHT_PROPERTY_COUNT must be a factor above 0 and at most 1e6, not '\(text)'.")
  }
  return max(1, Int((Double(count) * factor).rounded()))
}
