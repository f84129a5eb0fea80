// Labels: what kinds of examples a property saw, counted, and required where a test would be hollow without them.
import Synchronization

/// Counts the current example under a name when a condition holds, for use in a property.
///
/// ```swift
/// try forAll(arrays(of: booleans())) { list in
///   classify("empty", when: list.isEmpty)
///   return list.reversed().count == list.count
/// }
/// ```
/// Each name counts once an example. Outside of a property nothing happens.
public func classify(_ name: String, when condition: Bool = true) {
  LabelRecorder.current?.note(name, holds: condition, minimumPercent: nil)
}

/// Counts the current example under a value's description, such as the size of a circuit.
public func collect(_ value: some Any) { classify(String(describing: value)) }

/// Counts the current example when a condition holds, and fails the property if fewer than `minimumPercent` of them did.
///
/// The check is made at the end of a run that has found no counterexample, over all examples kept, without statistical
/// allowance: the default seed is fixed, so ask for clearly less than you expect.
/// - Precondition: `minimumPercent` lies in 0 ... 100.
public func cover(_ name: String, minimumPercent: Double, when condition: Bool) {
  precondition((0...100).contains(minimumPercent), "minimumPercent lies in 0 ... 100, not at \(minimumPercent).")
  LabelRecorder.current?.note(name, holds: condition, minimumPercent: minimumPercent)
}

/// What the examples of a run were.
public struct RunStatistics: Sendable, Equatable {
  /// Examples for which the property was decided.
  public internal(set) var examples = 0
  /// Examples left out by `filter` or `assume`, or because they made too many choices.
  public internal(set) var discarded = 0
  /// How many examples have each label.
  public internal(set) var labels: [String: Int] = [:]
  /// The percentages that `cover` asked for.
  public internal(set) var minimumPercents: [String: Double] = [:]

  /// The labels that too few examples have, in alphabetical order.
  public var uncovered: [String] {
    minimumPercents.filter { percent(of: $0.key) < $0.value }.keys.sorted()
  }

  /// The percentage of the examples that have a label.
  public func percent(of label: String) -> Double {
    examples == 0 ? 0 : 100 * Double(labels[label, default: 0]) / Double(examples)
  }

  /// One line a label, most frequent first.
  public var table: String {
    labels.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
      .map { label, count in
        let needed = minimumPercents[label].map { percent(of: label) < $0 ? " (needs \($0)%)" : "" } ?? ""
        let tenths = Int((percent(of: label) * 10).rounded())
        return "  \(tenths / 10).\(tenths % 10)%  \(label)\(needed)"
      }
      .joined(separator: "\n")
  }
}

/// Collects the labels of one example. It is a class because the property's closure has no parameter to pass it by.
final class LabelRecorder: Sendable {
  @TaskLocal static var current: LabelRecorder?

  private let notes = Mutex<[String: (holds: Bool, minimumPercent: Double?)]>([:])

  func note(_ name: String, holds: Bool, minimumPercent: Double?) {
    notes.withLock { notes in
      let old = notes[name]
      notes[name] = (holds || old?.holds == true, minimumPercent ?? old?.minimumPercent)
    }
  }

  /// The labels that hold, in alphabetical order.
  var labels: [String] { notes.withLock { $0.filter(\.value.holds).keys.sorted() } }

  func add(to statistics: inout RunStatistics) {
    for (name, note) in notes.withLock({ $0 }) {
      if note.holds || note.minimumPercent != nil { statistics.labels[name, default: 0] += note.holds ? 1 : 0 }
      if let percent = note.minimumPercent { statistics.minimumPercents[name] = percent }
    }
  }
}
