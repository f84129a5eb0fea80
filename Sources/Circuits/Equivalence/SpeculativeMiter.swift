// Asks a solver about all remaining pairs at once: if no assignment tells any of them apart, then all are equal.

/// The last step of a comparison: a network, pairs of its literals that have to be equal, and inner pairs that seem to be.
///
/// The network is rebuilt with the later gate of each inner pair read as the earlier one, and a solver is asked for an assignment under which any
/// pair differs. If there is none, all pairs are equal, by induction in the order of the nodes: below the first pair that differs, reading
/// one gate for the other changes nothing. If there is one, then the first pair that differs under it does so in the real network as well;
/// the pairs that the assignment tells apart are dropped, and the question is asked again. Each question is many small ones, where that of
/// the outputs alone would be one large one. Source: A. Mishchenko et al., "Scalable and scalably-verifiable sequential synthesis",
/// ICCAD 2008 (speculative reduction).
struct SpeculativeMiter {
  private let graph: XorAndGraph
  private let outputs: [(UInt32, UInt32)]
  /// Nodes that seem to be equal, as literals that are then all equal, ascending; the first stands for the others.
  private var classes: [[UInt32]]

  /// How the question ended.
  enum Answer {
    /// All output pairs are equal, after so many questions.
    case equal(calls: Int)
    /// Some output pair differs under this assignment of the inputs.
    case different([Bool])
    /// It did not end.
    case undecided(String)
  }

  /// A question about `outputs`, helped by `pairs`, in a network whose nodes stand in topological order.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - outputs: pairs of literals that are asked about.
  ///   - pairs: nodes and earlier literals that they seem to equal, by ascending node.
  init(_ graph: XorAndGraph, outputs: [(UInt32, UInt32)], pairs: [(node: Int, candidate: UInt32)]) {
    self.graph = graph
    self.outputs = outputs
    var members: [UInt32: [UInt32]] = [:]
    for (node, candidate) in pairs {
      members[candidate >> 1, default: [candidate & ~1]].append(UInt32(node) << 1 | candidate & 1)
    }
    classes = members.values.sorted { $0[0] < $1[0] }
  }

  /// Asks until everything is proved, an output pair differs, or the solver gives up.
  ///
  /// - Parameters:
  ///   - solver: who is asked.
  ///   - deadline: when to give up.
  ///   - isCancelled: asked about twenty times a second.
  mutating func decide(
    by solver: SatisfiabilitySolver, deadline: ContinuousClock.Instant, isCancelled: () -> Bool
  ) -> Answer {
    var random = SplitMix64(seed: 0xC0DE)
    var calls = 0
    // Random assignments are cheaper than questions; biased ones reach what ANDs and ORs of many inputs hide.
    for bias in [1, 2, 3, 4, 6, -2, -3, -4, -6].flatMap({ Array(repeating: $0, count: 8) }) {
      if let inputs = refine(Self.biasedColumns(graph.inputCount, bias, &random)) { return .different(inputs) }
    }
    while true {
      var clauses = NetworkClauses(graph)
      let differences = question(&clauses)
      if differences.isEmpty { return .equal(calls: calls) }
      clauses.clauses.add(differences)
      calls += 1
      switch solver.solve(clauses.clauses, deadline: deadline, isCancelled: isCancelled) {
      case .unsatisfiable: return .equal(calls: calls)
      case .none(let reason): return .undecided(reason)
      case .satisfiable(let values):
        let inputs = (0..<graph.inputCount).map { i in
          let variable = clauses.inputVariable(i)
          return variable > 0 && values[Int(variable)]
        }
        let before = pairCount
        if let inputs = refine(Self.neighbours(of: inputs, &random)) { return .different(inputs) }
        // A model that tells no pair apart would be a fault of ours; going on would ask the same again.
        if pairCount == before { return .undecided("\(solver.title)'s counterexample tells no pair of gates apart") }
      }
    }
  }

  private var pairCount: Int { classes.reduce(0) { $0 + $1.count - 1 } }

  /// The network with one gate read for the others of its class, as clauses; the literals of which one is true where some pair differs.
  private func question(_ clauses: inout NetworkClauses) -> [Int32] {
    var candidates = [UInt32](repeating: XorAndGraph.none, count: graph.nodeCount)
    for members in classes {
      for member in members.dropFirst() { candidates[Int(member >> 1)] = members[0] ^ member & 1 }
    }
    var reduced = XorAndGraph(inputCount: graph.inputCount)
    var images = (0..<UInt32(graph.nodeCount)).map { $0 << 1 }
    var differences: [UInt32] = []
    // The candidates of needed nodes are earlier, but need not be needed themselves.
    let isNeeded = graph.cone(of: outputs.flatMap { [$0.0, $0.1] } + classes.map { $0[0] })
    for node in 0..<graph.nodeCount where isNeeded[node] {
      if graph.isGate(node) {
        let (a, b) = (graph.operands[2 * node], graph.operands[2 * node + 1])
        images[node] = reduced.gate(
          table: graph.kinds[node] == .and ? 0b1000 : 0b0110, images[Int(a >> 1)] ^ a & 1, images[Int(b >> 1)] ^ b & 1)
      }
      if candidates[node] != XorAndGraph.none {
        let candidate = images[Int(candidates[node] >> 1)] ^ candidates[node] & 1
        differences.append(reduced.gate(table: 0b0110, images[node], candidate))
        images[node] = candidate
      }
    }
    for (a, b) in outputs {
      differences.append(
        reduced.gate(table: 0b0110, images[Int(a >> 1)] ^ a & 1, images[Int(b >> 1)] ^ b & 1))
    }
    clauses = NetworkClauses(reduced)
    return Set(differences).subtracting([0]).sorted().map { clauses.literal($0) }
  }

  /// Runs the network on 64 assignments, a word an input, and splits the classes; an assignment under which an output pair differs.
  private mutating func refine(_ inputs: [UInt64]) -> [Bool]? {
    var values = [UInt64](repeating: 0, count: graph.nodeCount)
    for i in 0..<graph.inputCount { values[i + 1] = inputs[i] }
    func value(_ literal: UInt32) -> UInt64 { values[Int(literal >> 1)] ^ (literal & 1 != 0 ? .max : 0) }
    for node in 0..<graph.nodeCount where graph.isGate(node) {
      let (a, b) = (value(graph.operands[2 * node]), value(graph.operands[2 * node + 1]))
      values[node] = graph.kinds[node] == .and ? a & b : a ^ b
    }
    for (a, b) in outputs {
      let difference = value(a) ^ value(b)
      if difference != 0 {
        let lane = UInt64(difference.trailingZeroBitCount)
        return inputs.map { $0 >> lane & 1 != 0 }
      }
    }
    var split: [[UInt32]] = []
    for members in classes {
      let first = value(members[0])
      if members.allSatisfy({ value($0) == first }) {
        split.append(members)
        continue
      }
      var parts: [UInt64: [UInt32]] = [:]
      for member in members { parts[value(member), default: []].append(member) }
      // The first of a class has no complement.
      for part in parts.values where part.count > 1 { split.append(part.map { $0 ^ part[0] & 1 }) }
    }
    classes = split.sorted { $0[0] < $1[0] }
    return nil
  }

  /// Words in which a bit is 1 with probability 2^-bias, or 1 - 2^bias where that is negative.
  private static func biasedColumns(_ count: Int, _ bias: Int, _ random: inout SplitMix64) -> [UInt64] {
    (0..<count).map { _ in
      let word = (0..<abs(bias)).reduce(UInt64.max) { word, _ in word & random.next() }
      return bias > 0 ? word : ~word
    }
  }

  /// 64 assignments: the given one, and others in which few inputs differ from it.
  private static func neighbours(of inputs: [Bool], _ random: inout SplitMix64) -> [UInt64] {
    inputs.map { input in
      let change = random.next() & random.next() & random.next() & ~1
      return (input ? .max : 0) ^ change
    }
  }
}

extension XorAndGraph {
  /// Which nodes some literals depend on, of a network whose nodes stand in topological order.
  func cone(of literals: [UInt32]) -> [Bool] {
    var isNeeded = [Bool](repeating: false, count: nodeCount)
    for literal in literals { isNeeded[Int(literal >> 1)] = true }
    for node in stride(from: nodeCount - 1, through: 0, by: -1) where isNeeded[node] && isGate(node) {
      for operand in operandNodes(of: node) { isNeeded[operand] = true }
    }
    return isNeeded
  }
}
