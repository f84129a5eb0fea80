// The least number of two-input gates that compute given functions of at most five inputs together.

/// What an exact search found.
public enum ExactSearchResult: Sendable, Equatable {
  /// A circuit with as few two-input gates as there can be; that fewer do not suffice rests on `reason`.
  case minimum(Circuit, reason: MinimalityReason)
  /// No circuit of at most so many gates exists.
  case none(upTo: Int)
  /// No circuit of at most `excluded` gates exists (-1: nothing is known), and nobody knows about larger ones, for the reason given.
  case undecided(excluded: Int, reason: String)

  /// Why there is no smaller circuit.
  public enum MinimalityReason: Sendable, Equatable {
    /// All chains of fewer gates have been enumerated.
    case enumeration
    /// A simple bound: each input that matters, each different output, each fixed input takes a gate.
    case counting
    /// A satisfiability solver, named, found no smaller one; its word is believed.
    case satisfiability(solver: String)
  }
}

extension ExactSearchResult.MinimalityReason: CustomStringConvertible {
  /// The reason in a few words.
  public var description: String {
    switch self {
    case .enumeration: "all smaller chains are enumerated"
    case .counting: "its inputs, outputs and cofactors take as many"
    case .satisfiability(let solver): "smaller sizes are unsatisfiable by \(solver)"
    }
  }
}

/// A search for a minimum circuit.
///
///     let search = ExactSearch([TruthTable(inputCount: 3) { $0[0] != ($0[1] != $0[2]) }, .majority])
///     search.minimum(upTo: 6)  // a full adder: five gates
///
/// Every function of two inputs counts one gate, complements are free, and gates may serve several outputs. Single functions of at most four
/// inputs are looked up among enumerated optimum chains (`FourInputEnumeration`). For others a satisfiability solver is asked about one size after
/// the other, from a lower bound on. Source of the encoding: A. Kojevnikov, A. Kulikov, G. Yaroslavtsev, "Finding efficient circuits using
/// SAT-solvers", SAT 2009, with the symmetry breaking of D. E. Knuth, TAOCP 4B, section 7.2.2.2, exercise 477.
public struct ExactSearch: Sendable {
  /// The functions, of one number of inputs.
  public let functions: [TruthTable]
  /// Who is asked.
  public var solver: SatisfiabilitySolver?
  /// How long the solver may work in all.
  public var timeLimit: Duration = .seconds(60)
  /// Asked now and then whether to give up.
  public var isCancelled: @Sendable () -> Bool = { false }

  /// The largest number of inputs.
  public static let maximumInputCount = 5

  /// A search for a circuit of all of `functions`.
  ///
  /// - Parameters:
  ///   - functions: one or more functions of one number of inputs, at most five.
  ///   - solver: who is asked, by default the solver that is installed.
  public init(_ functions: [TruthTable], solver: SatisfiabilitySolver? = .installed()) {
    precondition(!functions.isEmpty, "a search is for at least one function")
    precondition(
      functions.allSatisfy { $0.inputCount == functions[0].inputCount && $0.inputCount <= Self.maximumInputCount },
      "functions of one number of inputs, at most five")
    self.functions = functions
    self.solver = solver
  }

  /// The smallest circuit, if it has at most `size` gates.
  ///
  /// Exact, but for the word of the solver where the reason names one; a circuit that it finds is checked on all assignments. Outputs that are
  /// constant read a gate without operands, which does not count.
  ///
  /// Complexity: exponential in the number of gates; up to seven gates of five inputs take seconds, eleven are out of reach.
  ///
  /// - Parameter size: the largest number of gates, at least 0.
  public func minimum(upTo size: Int) -> ExactSearchResult {
    precondition(size >= 0, "a number of gates is not negative")
    if functions.count == 1, functions[0].inputCount <= 4 {
      let circuit = Circuit.gate(of: functions[0]).twoInputForm()
      let gates = circuit.logicGateCount
      return gates <= size ? .minimum(circuit, reason: .enumeration) : .none(upTo: size)
    }
    let targets = ChainEncoding.targets(functions)
    return minimum(of: targets, from: lowerBound(targets), upTo: size)
  }

  /// The same by the solver alone, which also has to exclude what the lower bound excludes.
  package func minimumWithoutBounds(upTo size: Int) -> ExactSearchResult {
    minimum(of: ChainEncoding.targets(functions), from: 1, upTo: size)
  }

  private func minimum(of targets: [UInt64], from bound: Int, upTo size: Int) -> ExactSearchResult {
    if targets.isEmpty { return .minimum(assembled([], [], targets), reason: .counting) }
    if bound > size { return .none(upTo: size) }
    guard let solver else {
      return .undecided(excluded: bound - 1, reason: "no solver is installed (CaDiCaL, Kissat or MiniSat)")
    }
    let deadline = ContinuousClock.now + timeLimit
    for gates in bound...size {
      let encoding = ChainEncoding(targets, inputCount: functions[0].inputCount, gates: gates)
      switch solver.solve(encoding.clauses, deadline: deadline, isCancelled: isCancelled) {
      case .unsatisfiable: continue
      case .none(let reason): return .undecided(excluded: gates - 1, reason: reason)
      case .satisfiable(let values):
        let (steps, places) = encoding.chain(values)
        let circuit = assembled(steps, places, targets)
        guard circuit.truthTables() == functions else {
          return .undecided(excluded: gates - 1, reason: "the circuit of \(solver.title)'s model is a wrong one")
        }
        return .minimum(
          circuit, reason: gates == bound ? .counting : .satisfiability(solver: solver.title))
      }
    }
    return .none(upTo: size)
  }

  /// A number of gates below which there is no circuit of the targets.
  private func lowerBound(_ targets: [UInt64]) -> Int {
    let n = functions[0].inputCount
    return targets.reduce(targets.count) { max($0, Self.lowerBound(TruthTable(bits: $1, inputCount: n))) }
  }

  /// The same for one function. Fixing an input that matters makes each gate that reads it superfluous, and there is one.
  private static func lowerBound(_ table: TruthTable) -> Int {
    if table.inputCount <= 4 { return FourInputLibrary.cost(of: table.asFourInputs) }
    var bound = 0
    for j in 0..<table.inputCount {
      for value in [false, true] {
        let cofactor = lowerBound(table.removingInput(j, fixedTo: value))
        bound = max(bound, table.depends(onInput: j) ? 1 + cofactor : cofactor)
      }
    }
    return max(bound, (0..<table.inputCount).count { table.depends(onInput: $0) } - 1)
  }

  /// The circuit of a chain: steps are normal, and target `t` is the value `places[t]`.
  private func assembled(
    _ steps: [(table: UInt64, a: Int, b: Int)], _ places: [Int], _ targets: [UInt64]
  ) -> Circuit {
    let n = functions[0].inputCount
    var builder = CircuitBuilder(inputCount: n)
    for step in steps { builder.gate(bits: step.table, Wire(step.a), Wire(step.b)) }
    var constant: Wire?
    let outputs = functions.map { function -> Literal in
      let isComplemented = function[0]
      let normal = isComplemented ? function.complemented.bits : function.bits
      if normal == 0 {
        let wire = constant ?? builder.gate(.false)
        constant = wire
        return Literal(wire, complemented: isComplemented)
      }
      if let j = (0..<n).first(where: { TruthTable.pattern(ofInput: $0) & TruthTable.mask(n) == normal }) {
        return Literal(Wire(j), complemented: isComplemented)
      }
      let place = targets.firstIndex(of: normal).map { places[$0] } ?? 0
      return Literal(Wire(place), complemented: isComplemented)
    }
    return builder.circuit(outputs: outputs)
  }
}

extension Circuit {
  /// The circuit of one gate.
  static func gate(of table: TruthTable) -> Circuit {
    var builder = CircuitBuilder(inputCount: table.inputCount)
    let gate = builder.gate(table, (0..<table.inputCount).map { Wire($0) })
    return builder.circuit(outputs: [Literal(gate)])
  }

  /// The number of gates with operands.
  var logicGateCount: Int { (0..<gateCount).count { fanIn(ofGate: $0) > 0 } }
}
