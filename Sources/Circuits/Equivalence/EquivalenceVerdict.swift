// What comparing two circuits comes to: equal and why, different and where, or undecided and why.

/// Whether two circuits compute the same outputs.
public enum EquivalenceVerdict: Sendable, Equatable {
  /// They do, on every assignment of the inputs.
  case equal(by: EquivalenceProof)
  /// They do not: under `inputs`, output `output` differs. Checked by evaluating both circuits.
  case different(inputs: [Bool], output: Int)
  /// Nobody knows, for the reason given.
  case undecided(reason: String)

  /// Whether the circuits are known to be equal.
  public var isEqual: Bool { if case .equal = self { true } else { false } }
}

/// Why two circuits are equal; each case rests on more than the one before it.
public enum EquivalenceProof: Sendable, Equatable {
  /// Hashing, constants and complements alone make them the same network.
  case structure
  /// Both were run on all of `assignments` assignments.
  case exhaustion(assignments: UInt64)
  /// Hashing, and `merges` pairs of gates each proved equal by running a part of the network on all assignments of at most `leaves` wires.
  case windows(merges: Int, leaves: Int)
  /// A satisfiability solver found no assignment on which they differ; `solver` is its name and version, and its word is believed.
  ///
  /// `merges` pairs of gates were proved equal by windows before, and `calls` questions were asked.
  case satisfiability(solver: String, merges: Int, calls: Int)
}

extension EquivalenceProof {
  /// A proof of two steps, from this and the one that follows: it rests on whatever either rests on.
  func followed(by next: EquivalenceProof) -> EquivalenceProof {
    switch (self, next) {
    case (.structure, _): return next
    case (_, .structure): return self
    case (.satisfiability(let solver, let merges, let calls), _):
      return .satisfiability(solver: solver, merges: merges + next.merges, calls: calls + next.calls)
    case (_, .satisfiability(let solver, let others, let calls)):
      return .satisfiability(solver: solver, merges: merges + others, calls: calls)
    case (.windows(let merges, let leaves), _): return .windows(merges: merges + next.merges, leaves: leaves)
    case (_, .windows): return next
    case (.exhaustion, .exhaustion): return self
    }
  }

  private var merges: Int {
    switch self {
    case .structure, .exhaustion: 0
    case .windows(let merges, _), .satisfiability(_, let merges, _): merges
    }
  }

  private var calls: Int { if case .satisfiability(_, _, let calls) = self { calls } else { 0 } }
}

extension EquivalenceProof: CustomStringConvertible {
  /// The proof in a few words.
  public var description: String {
    switch self {
    case .structure: "the same network after hashing"
    case .exhaustion(let assignments): "all \(assignments) assignments"
    case .windows(let merges, let leaves):
      "hashing and \(merges) pairs of gates, each exhausted over at most \(leaves) wires"
    case .satisfiability(let solver, let merges, let calls):
      "unsatisfiable by \(solver) in \(calls) \(calls == 1 ? "question" : "questions"), after \(merges) pairs of gates by windows"
    }
  }
}

extension EquivalenceVerdict: CustomStringConvertible {
  /// The verdict in a few words.
  public var description: String {
    switch self {
    case .equal(let proof): "equal: \(proof)"
    case .different(let inputs, let output):
      "different: output \(output) under \(String(inputs.map { $0 ? "1" : "0" }))"
    case .undecided(let reason): "undecided: \(reason)"
    }
  }
}
