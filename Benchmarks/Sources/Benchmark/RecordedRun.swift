// The file that a run leaves: what was measured, on what machine, with which versions.

/// A recorded run, as it stands in the JSON file.
struct RecordedRun: Codable, Sendable {
  /// The version of this layout.
  var schema = 1
  /// The heading of its page; "Benchmarks" where none is given.
  var title: String?
  /// When the run began, in ISO 8601, UTC.
  var date: String
  /// The commit that was measured.
  var commit: String
  /// Whether tracked files differed from the commit.
  var hasLocalChanges: Bool
  /// Whether the run was cut short by `--quick`; such figures are not for quoting.
  var isQuick: Bool
  /// The command that repeats the run.
  var command: String
  var seconds: Double
  var machine: Machine
  var versions: Versions
  /// The circuits that were measured; none where training was.
  var circuits: [CircuitFacts]
  var measurements: [Measurement]

  struct Versions: Codable, Sendable {
    var swift: String
    var python: String
    var torch: String
    var transformers: String
    /// Threads that torch was given.
    var torchThreads: Int
  }

  struct CircuitFacts: Codable, Sendable {
    var name: String
    /// Where the circuit comes from.
    var source: String
    var inputs: Int
    var gates: Int
    var depth: Int
    /// Tokens that a chain of thought emits, the end token included.
    var tokens: Int
  }
}
