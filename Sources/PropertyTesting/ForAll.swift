// forAll and check: run a property on generated examples, find the simplest counterexample, say how to replay it.
import Randomness

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

/// Checks that a property holds for all values, or throws a ``PropertyFailure`` with the simplest counterexample.
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
/// `seed: "..."`; pasted here, that example runs first. In the property, return a `Bool` or throw; an `#expect` or `#require` records
/// an issue of its own for each failing value on the way to the simplest.
///
/// An error that a generator throws fails the property as well: the report says that no value was made.
///
/// - Parameters:
///   - generators: one for each argument of the property, drawn from left to right.
///   - count: examples to keep.
///   - seed: a seed line of an earlier failure.
///   - fileID: the file that the default seed comes from.
///   - line: the line that the default seed comes from.
///   - property: returns a `Bool`, `false` where it does not hold, or nothing, and throws where it does not hold. Must be a
///     function of its arguments alone.
/// - Throws: ``PropertyFailure``; ``SeedError`` if the seed line, or the environment, cannot be read.
///   A property that returns anything else fails at once, since it would hold whatever it returned. (Two overloads would say so to the
///   compiler, which then calls every closure of several statements ambiguous.)
public func forAll<each Value, Verdict>(
  _ generators: repeat Generator<each Value>, count: Int = 100, seed: String? = nil,
  fileID: String = #fileID, line: Int = #line, _ property: (repeat each Value) throws -> Verdict
) throws {
  guard Verdict.self == Bool.self || Verdict.self == Void.self else {
    throw PropertyFailure(
      description: "The property (\(fileID):\(line)) returns \(Verdict.self); it has to return Bool or nothing.",
      seed: nil,
      minimal: nil)
  }
  let outcome = try check(
    tuples(repeat each generators), options: PropertyOptions(count: count, seed: seed), fileID: fileID, line: line
  ) { (values: (repeat each Value)) in
    let verdict = try property(repeat each values)
    return verdict as? Bool ?? true
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
  try check(generator, options: options, environment: .current, fileID: fileID, line: line, property)
}

/// The same in a given environment, so that tests need not change the process's own.
package func check<Value>(
  _ generator: Generator<Value>, options: PropertyOptions, environment: PropertyEnvironment,
  fileID: String = #fileID, line: Int = #line, _ property: (Value) throws -> Bool
) throws(SeedError) -> PropertyOutcome<Value> {
  precondition(options.count > 0, "A property needs a positive count, not \(options.count).")
  let defaultKey = stableHash("\(fileID):\(line)")
  let text = environment.seed ?? options.seed
  let seed: Seed = if let text { try Seed(text) } else { .random(key: defaultKey, iteration: 0) }
  let wanted = try environment.scaled(options.count)
  return withoutActuallyEscaping(property) { property in
    let runner = Runner(generator: generator, property: property)
    return run(runner, seed: seed, defaultKey: defaultKey, wanted: wanted, options: options)
  }
}

private func run<Value>(
  _ runner: Runner<Value>, seed: Seed, defaultKey: UInt64, wanted: Int, options: PropertyOptions
) -> PropertyOutcome<Value> {
  var statistics = RunStatistics()
  var key = defaultKey
  var next: UInt64 = 0
  switch seed {
  case .random(let given, let iteration): (key, next) = (given, iteration)
  case .choices(let ranks):
    let source = ChoiceSource(replaying: ranks, limit: options.choiceLimit)
    switch runner.run(source, keeping: &statistics) {
    case .decided(let run) where run.failure != nil:
      return .failed(
        counterexample(original: run, minimal: run, seed: .choices(run.ranks), shrinker: nil), statistics)
    case .generatorThrew(let error):
      return .generatorThrew(GeneratorFault(error: error, seed: seed.line), statistics)
    case .decided, .leftOut: break
    }
  }
  while statistics.examples < wanted {
    if statistics.discarded > 10 * max(statistics.examples, 10) { return .gaveUp(statistics) }
    let source = ChoiceSource(random: runRandom(seed: key, iteration: next), limit: options.choiceLimit)
    next += 1
    // The seed line of a shrunk sequence, or of the original where the shrunk one does not fit on a line.
    func seed(of ranks: [UInt64]) -> Seed {
      let choices = Seed.choices(ranks)
      return choices.line.utf8.count <= 400 ? choices : .random(key: key, iteration: next - 1)
    }
    switch runner.run(source, keeping: &statistics) {
    case .decided(let run) where run.failure != nil:
      let shrinker = shrunk(run, by: runner, options: options)
      return .failed(
        counterexample(
          original: run, minimal: shrinker.best, seed: seed(of: shrinker.best.ranks), shrinker: shrinker), statistics)
    case .generatorThrew(let error):
      // The generator's own fault is shrunk as a property of the generator: that it throws nothing.
      let faults = runner.generatorFaults
      guard case .decided(let run) = faults.run(source), run.failure != nil else {
        return .generatorThrew(
          GeneratorFault(error: error, seed: Seed.random(key: key, iteration: next - 1).line), statistics)
      }
      let best = shrunk(run, by: faults, options: options).best
      return .generatorThrew(
        GeneratorFault(error: best.failure?.error ?? error, seed: seed(of: best.ranks).line), statistics)
    case .decided, .leftOut: continue
    }
  }
  return statistics.uncovered.isEmpty ? .passed(statistics) : .insufficientCoverage(statistics)
}

private func shrunk<Value>(_ run: Run<Value>, by runner: Runner<Value>, options: PropertyOptions) -> Shrinker<Value> {
  var shrinker = Shrinker(start: run, limit: options.shrinkLimit, seconds: options.shrinkSeconds) { ranks, limit in
    if case .decided(let run) = runner.run(ChoiceSource(replaying: ranks, limit: limit)) { run } else { nil }
  }
  shrinker.shrink()
  return shrinker
}

private func counterexample<Value>(
  original: Run<Value>, minimal: Run<Value>, seed: Seed, shrinker: Shrinker<Value>?
) -> Counterexample<Value> {
  Counterexample(
    minimal: minimal.value, original: original.value, error: minimal.failure?.error, shrinks: shrinker?.shrinks ?? 0,
    attempts: shrinker?.attempts ?? 0, isFixedPoint: shrinker?.isFixedPoint ?? true, seed: seed.line,
    labels: minimal.labels)
}
