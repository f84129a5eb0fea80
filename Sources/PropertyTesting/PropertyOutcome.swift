// What a property's run came to: passed, a counterexample, too little coverage, or too few examples to say.

/// The result of running a property.
public enum PropertyOutcome<Value> {
  /// Every example satisfied the property.
  case passed(RunStatistics)
  /// An example did not.
  case failed(Counterexample<Value>, RunStatistics)
  /// No counterexample, but a label of `cover` was too rare; see ``RunStatistics/uncovered``.
  case insufficientCoverage(RunStatistics)
  /// More than ten examples were left out for each one kept: the generator's filters or `assume` are too strict.
  case gaveUp(RunStatistics)
  /// The generator threw an error, so that there is no value to speak of.
  case generatorThrew(GeneratorFault, RunStatistics)

  /// The counterexample, if there is one.
  public var counterexample: Counterexample<Value>? {
    if case .failed(let counterexample, _) = self { counterexample } else { nil }
  }

  /// The counts, whatever the outcome.
  public var statistics: RunStatistics {
    switch self {
    case .passed(let statistics), .failed(_, let statistics), .insufficientCoverage(let statistics),
      .gaveUp(let statistics), .generatorThrew(_, let statistics):
      statistics
    }
  }

  /// Whether every example satisfied the property, with the coverage asked for.
  public var hasPassed: Bool { if case .passed = self { true } else { false } }

  /// The outcome as an error to throw, or `nil` if the property passed.
  public func failure(fileID: String, line: Int) -> PropertyFailure? {
    var text: String
    var seed = counterexample?.seed
    switch self {
    case .passed: return nil
    case .failed(let found, let statistics):
      text = "The property is false (\(fileID):\(line), example \(statistics.examples)).\n\(found)"
    case .insufficientCoverage(let statistics):
      let names = statistics.uncovered.map { "'\($0)'" }.joined(separator: ", ")
      text = "The property held for \(statistics.examples) examples (\(fileID):\(line)), too few of them \(names)."
    case .gaveUp(let statistics):
      text =
        "The property gave up (\(fileID):\(line)): \(statistics.discarded) examples were left out by filters or assume, "
        + "\(statistics.examples) kept. Make what is wanted instead of filtering for it."
    case .generatorThrew(let fault, let statistics):
      seed = fault.seed
      text = "The generator threw (\(fileID):\(line), after \(statistics.examples) examples).\n\(fault)"
    }
    if !statistics.labels.isEmpty { text += "\nLabels of \(statistics.examples) examples:\n\(statistics.table)" }
    return PropertyFailure(
      description: text, seed: seed, minimal: counterexample.map { "\($0.minimal)" })
  }
}

/// A value for which a property is false, made as simple as the shrinker could.
public struct Counterexample<Value>: CustomStringConvertible {
  /// The simplest failing value found.
  public let minimal: Value
  /// The failing value that was drawn first.
  public let original: Value
  /// What the property threw for `minimal`; `nil` if it returned `false`.
  public let error: (any Error)?
  /// How many times a simpler failing value was found on the way.
  public let shrinks: Int
  /// How many simpler values were tried.
  public let attempts: Int
  /// Whether shrinking ended because no pass found anything simpler, and not at a limit of count or time.
  public let isFixedPoint: Bool
  /// The line that replays `minimal`, or `original` where `minimal` has too many choices for one line.
  public let seed: String
  /// The labels of `minimal`.
  public let labels: [String]

  /// The report that a failure prints.
  public var description: String {
    var lines = ["  minimal:  \(minimal)", "  original: \(original)"]
    if let error { lines.append("  error:    \(error)") }
    if !labels.isEmpty { lines.append("  labels:   \(labels.joined(separator: ", "))") }
    let end = isFixedPoint ? "" : ", stopped at the limit"
    lines.append("  shrinks:  \(shrinks) in \(attempts) attempts\(end)")
    lines.append("  replay:   seed: \"\(seed)\"")
    return lines.joined(separator: "\n")
  }
}

/// An error that a generator threw, of as simple a choice sequence as the shrinker could find.
public struct GeneratorFault: CustomStringConvertible {
  /// What it threw.
  public let error: any Error
  /// The line that replays it.
  public let seed: String

  /// The report that a failure prints.
  public var description: String { "  error:    \(error)\n  replay:   seed: \"\(seed)\"" }
}

/// A property that did not pass; thrown by `forAll`, so that one line in a test is one failure with the whole report.
public struct PropertyFailure: Error, CustomStringConvertible, Sendable {
  /// The report: the minimal example, what was thrown, the labels' counts and the seed line.
  public let description: String
  /// The line that replays the counterexample, to paste as `seed:`; `nil` where there is no counterexample.
  public let seed: String?
  /// The minimal example's description.
  public let minimal: String?
}
