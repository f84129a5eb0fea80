// A satisfiability solver that is installed on this machine.

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A program that decides formulas in DIMACS form: CaDiCaL, Kissat, MiniSat, or one that behaves like the first two.
public struct SatisfiabilitySolver: Sendable, Equatable {
  /// The path of the program.
  public let path: String
  /// The program's name, and its version where it tells one.
  public let title: String
  /// Whether it is called as MiniSat is, with a file for the result.
  private let isMiniSat: Bool

  /// The solver at `path`; a program whose name contains `minisat` is called as MiniSat is, any other as the solvers of the SAT competitions.
  ///
  /// The program is asked for its version, for at most two seconds; it is not checked otherwise, its answers are.
  ///
  /// - Parameter path: the program; it is not looked for.
  public init(path: String) {
    self.path = path
    let name = path.split(separator: "/").last.map(String.init) ?? path
    isMiniSat = name.lowercased().contains("minisat")
    let known = ["cadical": "CaDiCaL", "kissat": "Kissat", "minisat": "MiniSat"][name] ?? name
    var version = ""
    if !isMiniSat {
      let run = ChildProcess(
        path, ["--version"], input: [], deadline: .now + .seconds(2), isCancelled: { false })
      let line = run.output.split(separator: 0x0A).first ?? []
      if run.ending == .exit(0), line.count <= 40, line.allSatisfy({ $0 > 0x20 && $0 < 0x7F }), !line.isEmpty {
        version = " " + String(decoding: line, as: UTF8.self)
      }
    }
    title = known + version
  }

  /// The first of some programs that stands in a folder of `searchPath`, or `nil` where none is installed.
  ///
  /// - Parameters:
  ///   - names: the programs, the best first; by default CaDiCaL, Kissat and MiniSat.
  ///   - searchPath: folders, separated by colons; by default those of the variable `PATH`.
  public static func installed(
    named names: [String] = ["cadical", "kissat", "minisat"], searchPath: String? = nil
  ) -> SatisfiabilitySolver? {
    let path = searchPath ?? getenv("PATH").map { String(cString: $0) } ?? ""
    for name in names {
      for folder in path.split(separator: ":") where access("\(folder)/\(name)", X_OK) == 0 {
        return SatisfiabilitySolver(path: "\(folder)/\(name)")
      }
    }
    return nil
  }

  /// Asks the solver.
  ///
  /// - Parameters:
  ///   - clauses: the formula.
  ///   - deadline: when to give up.
  ///   - isCancelled: asked about twenty times a second.
  func solve(_ clauses: ClauseSet, deadline: ContinuousClock.Instant, isCancelled: () -> Bool) -> SolverAnswer {
    let arguments = isMiniSat ? ["-verb=0", "/dev/stdin", "/dev/stdout"] : ["-q"]
    let run = ChildProcess(
      path, arguments, input: clauses.dimacs(), deadline: deadline, isCancelled: isCancelled)
    switch run.ending {
    case .exit(let code):
      let answer = SolverAnswer(run.output, code: code, to: clauses)
      if case .none(let reason) = answer { return .none(reason: "\(title): \(reason)") }
      return answer
    case .signal(let number): return .none(reason: "\(title) was ended by signal \(number)")
    case .timeLimit: return .none(reason: "the time was over while \(title) worked")
    case .cancelled: return .none(reason: "interrupted")
    case .tooMuchOutput: return .none(reason: "\(title) wrote more than a gigabyte")
    case .failure(let reason): return .none(reason: "\(path) could not be run: \(reason)")
    }
  }
}
