// Solvers that lie, babble, crash, sleep or are missing: none of them may lead to a verdict that is not checked.
import Circuits
import Foundation
import Testing
import TestSupport

struct SolverTests {
  /// Two circuits whose comparison asks the solver.
  private static let pair = (EquivalenceTests.alternation(40), EquivalenceTests.never(41))

  /// The verdict when `script` is the solver.
  private func verdict(_ script: String, seconds: Double = 20) throws -> EquivalenceVerdict {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "fake").path
    try Data("#!/bin/sh\n\(script)\n".utf8).write(to: URL(fileURLWithPath: path))
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
    var checker = EquivalenceChecker(solver: SatisfiabilitySolver(path: path))
    checker.timeLimit = .seconds(seconds)
    return checker.compare(Self.pair.0, Self.pair.1)
  }

  /// A script, and what the reason has to say.
  static let liars: [(String, String)] = [
    ("cat > /dev/null; echo 's SATISFIABLE'; echo 'v -1 2 3 0'; exit 10", "does not satisfy clause"),
    ("cat > /dev/null; echo 's SATISFIABLE'; echo 'v 1 -1 0'; exit 10", "two values"),
    ("cat > /dev/null; echo 's SATISFIABLE'; echo 'v 999999 0'; exit 10", "no literal"),
    ("cat > /dev/null; echo 's SATISFIABLE'; echo 'v one two'; exit 10", "no literal"),
    ("cat > /dev/null; echo 's SATISFIABLE'; echo 'v 99999999999999999999 0'; exit 10", "no literal"),
    ("cat > /dev/null; echo 's UNSATISFIABLE'; exit 10", "contradict"),
    ("cat > /dev/null; echo 's UNSATISFIABLE'; exit 0", "contradict"),
    ("cat > /dev/null; echo 's SATISFIABLE'; echo 's UNSATISFIABLE'; exit 20", "contradict"),
    ("cat > /dev/null; echo 'I feel lucky'; exit 20", "no answer"),
    ("cat > /dev/null; exit 0", "no answer"),
    ("head -c 100000 /dev/urandom; exit 10", ""),
    ("kill -SEGV $$", "signal 11"),
    ("exit 3", "no answer"),
  ]

  @Test(arguments: liars)
  func nonsenseIsRefusedWithAReason(_ script: String, _ expected: String) throws {
    let verdict = try verdict(script)
    guard case .undecided(let reason) = verdict else {
      Issue.record("\(script): \(verdict)")
      return
    }
    #expect(expected.isEmpty || reason.contains(expected), "\(reason)")
  }

  @Test func aSolverThatNeverEndsIsKilled() throws {
    let start = ContinuousClock.now
    // One that waits, and one that closed its output and waits.
    for script in ["exec sleep 60", "exec 1>&-; exec sleep 60"] {
      guard case .undecided(let reason) = try verdict("[ \"$1\" = --version ] && exit 0; \(script)", seconds: 0.5)
      else {
        Issue.record("a sleeping solver decides nothing")
        return
      }
      #expect(reason.contains("time was over"))
    }
    #expect(ContinuousClock.now - start < .seconds(20))
  }

  @Test func aMissingSolverIsNamed() {
    let checker = EquivalenceChecker(solver: SatisfiabilitySolver(path: "/nowhere/cadical"))
    guard case .undecided(let reason) = checker.compare(Self.pair.0, Self.pair.1) else {
      Issue.record("a missing solver decides nothing")
      return
    }
    #expect(reason.contains("/nowhere/cadical"))
    #expect(SatisfiabilitySolver.installed(searchPath: "/nowhere:") == nil)
  }

  @Test func aCancelledQuestionEndsAtOnce() {
    var checker = EquivalenceChecker(solver: SatisfiabilitySolver(path: "/bin/cat"))
    checker.isCancelled = { true }
    #expect(checker.compare(Self.pair.0, Self.pair.1) == .undecided(reason: "interrupted"))
  }

  @Test(arguments: ["cadical", "kissat", "minisat"])
  func everyInstalledSolverAgrees(_ name: String) throws {
    guard let solver = SatisfiabilitySolver.installed(named: [name]) else { return }
    let checker = EquivalenceChecker(solver: solver)
    let expected = EquivalenceVerdict.different(inputs: EquivalenceTests.alternating(40), output: 0)
    #expect(checker.compare(Self.pair.0, Self.pair.1) == expected)
    let verdict = checker.compare(.rippleCarryAdder(width: 16), .prefixAdder(width: 16))
    #expect(verdict.isEqual, "\(verdict)")
  }
}
