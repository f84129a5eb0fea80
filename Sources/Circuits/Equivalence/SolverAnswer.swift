// What a satisfiability solver wrote, read with suspicion.

/// A solver's answer to a formula.
enum SolverAnswer: Sendable, Equatable {
  /// Satisfiable: the value of each variable, at its number; the first entry is nobody's. Every clause has been checked.
  case satisfiable([Bool])
  /// Unsatisfiable, on the solver's word.
  case unsatisfiable
  /// No answer that could be used.
  case none(reason: String)

  /// Reads the text of a solver that ended with exit code `code`.
  ///
  /// Understood are the form of the SAT competitions (`s SATISFIABLE`, `v 1 -2 0`) and that of MiniSat's result file (`SAT`, `1 -2 0`). Text and
  /// exit code (10 or 20) have to agree, a model has to give every variable one value and to satisfy every clause. Variables that a model
  /// leaves out are false.
  init(_ text: [UInt8], code: Int32, to clauses: ClauseSet) {
    var claims: Set<Bool> = []
    var values = [Bool](repeating: false, count: clauses.variableCount + 1)
    var isAssigned = values
    var isModel = false
    for line in text.split(separator: 0x0A) {
      let words = line.split { $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }
      guard let first = words.first.map({ String(decoding: $0, as: UTF8.self) }) else { continue }
      var numbers = words[...]
      switch first {
      case "s":
        let claim = words.dropFirst().map { String(decoding: $0, as: UTF8.self) }
        guard claim == ["SATISFIABLE"] || claim == ["UNSATISFIABLE"] else { continue }
        claims.insert(claim == ["SATISFIABLE"])
        continue
      case "SAT":
        claims.insert(true)
        isModel = true
        continue
      case "UNSAT":
        claims.insert(false)
        continue
      case "v": numbers = numbers.dropFirst()
      // MiniSat writes warnings among the lines of its model.
      default: if !isModel || Int(first) == nil { continue }
      }
      for word in numbers {
        guard let literal = Int(String(decoding: word, as: UTF8.self)), literal.magnitude <= clauses.variableCount
        else {
          self = .none(reason: "its model holds \"\(SolverAnswer.excerpt(word))\", which is no literal of the formula")
          return
        }
        if literal == 0 { continue }
        let variable = Int(literal.magnitude)
        if isAssigned[variable], values[variable] != (literal > 0) {
          self = .none(reason: "its model gives variable \(variable) two values")
          return
        }
        isAssigned[variable] = true
        values[variable] = literal > 0
      }
    }
    switch (claims, code) {
    case ([true], 10):
      if let clause = clauses.firstFalseClause(values) {
        self = .none(reason: "its model does not satisfy clause \(clause + 1) of \(clauses.clauseCount)")
      } else {
        self = .satisfiable(values)
      }
    case ([false], 20): self = .unsatisfiable
    case ([], _):
      self = .none(reason: "it ended with exit code \(code) and no answer, but \"\(SolverAnswer.excerpt(text[...]))\"")
    default: self = .none(reason: "its text and its exit code \(code) contradict each other")
    }
  }

  /// The first bytes of a text, printable.
  private static func excerpt(_ bytes: ArraySlice<UInt8>) -> String {
    String(decoding: bytes.prefix(60).map { $0 >= 0x20 && $0 < 0x7F ? $0 : 0x2E }, as: UTF8.self)
  }
}
