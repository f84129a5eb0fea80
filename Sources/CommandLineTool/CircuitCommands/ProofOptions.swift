// The options of the subcommands that prove circuits equal: the solver and its time.
import ArgumentParser
import Circuits

/// `--solver` and `--time-limit`.
struct ProofOptions: ParsableArguments {
  @Option(
    name: .long,
    help: """
      The satisfiability solver's program; by default the first of cadical, kissat and minisat on PATH. A program named \
      minisat is called as MiniSat is, any other as the solvers of the SAT competitions; none does without.
      """,
    completion: .file())
  var solver: String?

  @Option(
    name: .long,
    help: "How many seconds the solver may work on one proof; by default 60, and 15 for each pass of shorten.")
  var timeLimit: Double?

  func validate() throws {
    guard timeLimit.map({ $0 > 0 && $0 <= 1e6 }) ?? true else {
      throw ValidationError("--time-limit is a number of seconds above 0 and at most 1,000,000.")
    }
  }

  /// The solver that is asked, if there is one.
  func chosenSolver() throws -> SatisfiabilitySolver? {
    guard let solver else { return .installed() }
    if solver == "none" { return nil }
    if solver.contains("/") {
      guard isExecutable(solver) else {
        throw Failure(.usage, "\(solver): is no program that can be run")
      }
      return SatisfiabilitySolver(path: solver)
    }
    guard let found = SatisfiabilitySolver.installed(named: [solver]) else {
      throw Failure(.usage, "--solver \(solver): no such program on PATH")
    }
    return found
  }

  /// How long the solver may work.
  func seconds(default seconds: Double) -> Duration { .seconds(timeLimit ?? seconds) }

  /// The checker that these options describe, with `seconds` where they say nothing; Ctrl-C ends its work.
  func checker(seconds: Double = 60) throws -> EquivalenceChecker {
    var checker = EquivalenceChecker(solver: try chosenSolver())
    checker.timeLimit = self.seconds(default: seconds)
    checker.isCancelled = { Interruption.isRequested }
    return checker
  }
}

/// A verdict as `--json` prints it.
struct EquivalenceReport: Encodable {
  /// `equal`, `different` or `undecided`.
  var verdict: String
  /// Why they are equal: `structure`, `exhaustion`, `windows` or `satisfiability`.
  var proof: String?
  /// The solver that was believed.
  var solver: String?
  /// The inputs under which they differ, input 0 first.
  var counterexample: String?
  /// The output that differs.
  var output: Int?
  /// Why nothing is known.
  var reason: String?
  /// The verdict in words.
  var text: String

  init(_ verdict: EquivalenceVerdict) {
    text = verdict.description
    switch verdict {
    case .equal(let proof):
      self.verdict = "equal"
      switch proof {
      case .structure: self.proof = "structure"
      case .exhaustion: self.proof = "exhaustion"
      case .windows: self.proof = "windows"
      case .satisfiability(let solver, _, _):
        self.proof = "satisfiability"
        self.solver = solver
      }
    case .different(let inputs, let output):
      self.verdict = "different"
      counterexample = String(inputs.map { $0 ? "1" : "0" })
      self.output = output
    case .undecided(let reason):
      self.verdict = "undecided"
      self.reason = reason
    }
  }
}
