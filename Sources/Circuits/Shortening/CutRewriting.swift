// Replaces the cone of a gate above a cut of four leaves by an optimum chain, where that takes fewer gates.

/// One pass of DAG-aware rewriting.
///
/// Gates are visited by rank. For each the cuts of at most four leaves are listed, and for each cut all chains of the library: a chain costs the
/// gates that are not there already, and frees those that only the gate needed and the chain does not reuse. The best is put in place.
/// Node functions do not change. Source: A. Mishchenko, S. Chatterjee, R. Brayton, "DAG-aware AIG rewriting", DAC 2006; here over all
/// two-input gates, with optimum chains.
///
/// Complexity: O(nodes · cuts · chains), a few microseconds a gate.
struct CutRewriting {
  private var graph: XorAndGraph
  private var cuts: [Cut] = []
  private var firstCut: [Int32]
  private var cutCount: [Int32]
  /// Gates that moved down in rank, which are settled before their turn.
  private var isSettled: [Bool]
  private let allowsEven: Bool
  private let library = FourInputLibrary.shared
  private let classes = FourInputClasses.shared
  private var cone: [Int] = []
  private var claims: [CutClaim] = []

  private static let maximumCuts = 12

  /// Rewrites `graph`, whose nodes stand in order of rank;
  /// the result, and why each gate could be replaced.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - allowsEven: whether a chain is put in place that costs as much as it frees, which lets later passes find more.
  ///   - shouldStop: asked once in a while; what was done by then is kept.
  static func run(_ graph: XorAndGraph, allowsEven: Bool, shouldStop: () -> Bool) -> (
    graph: XorAndGraph, claims: [CutClaim]
  ) {
    var pass = CutRewriting(graph, allowsEven: allowsEven)
    for node in 1..<graph.nodeCount {
      if node & 1023 == 0, shouldStop() { break }
      pass.visit(node)
    }
    return (pass.graph, pass.claims)
  }

  private init(_ graph: XorAndGraph, allowsEven: Bool) {
    self.graph = graph
    self.allowsEven = allowsEven
    firstCut = [Int32](repeating: 0, count: graph.nodeCount)
    cutCount = [Int32](repeating: 0, count: graph.nodeCount)
    isSettled = [Bool](repeating: false, count: graph.nodeCount)
    for i in 1..<(graph.inputCount + 1) where graph.inputCount > 0 { setCuts(of: i, [Cut(trivial: i)]) }
  }

  private mutating func setCuts(of node: Int, _ list: [Cut]) {
    while firstCut.count <= node {
      firstCut.append(0)
      cutCount.append(0)
    }
    firstCut[node] = Int32(cuts.count)
    cutCount[node] = Int32(list.count)
    cuts += list
  }

  /// Lists the cuts of a gate from those of its operands; the trivial one is last.
  private mutating func listCuts(of node: Int) {
    let (a, b) = (graph.operands[2 * node], graph.operands[2 * node + 1])
    let isXor = graph.kinds[node] == .xor
    var list: [Cut] = []
    list.reserveCapacity(Self.maximumCuts + 1)
    let (i, j) = (Int(a >> 1), Int(b >> 1))
    search: for x in firstCut[i]..<firstCut[i] + cutCount[i] {
      for y in firstCut[j]..<firstCut[j] + cutCount[j] {
        guard let cut = Cut(cuts[Int(x)], a & 1 != 0, cuts[Int(y)], b & 1 != 0, isXor: isXor) else { continue }
        if list.contains(where: { $0.isSubset(of: cut) }) { continue }
        list.removeAll { cut.isSubset(of: $0) }
        list.append(cut)
        if list.count == Self.maximumCuts { break search }
      }
    }
    list.append(Cut(trivial: node))
    setCuts(of: node, list)
  }

  private mutating func visit(_ root: Int) {
    guard graph.isGate(root), !isSettled[root] else { return }
    listCuts(of: root)
    var best: (gain: Int, cut: Cut, chain: Int)?
    for c in firstCut[root]..<firstCut[root] + cutCount[root] - 1 {
      let cut = cuts[Int(c)]
      if cut.count == 2, cut.leaves[0] == min(graph.operands[2 * root], graph.operands[2 * root + 1]) >> 1,
        cut.leaves[1] == max(graph.operands[2 * root], graph.operands[2 * root + 1]) >> 1
      {
        continue
      }
      guard let found = bestChain(root, cut) else { continue }
      if found.gain > best?.gain ?? (allowsEven ? -1 : 0) { best = (found.gain, cut, found.chain) }
    }
    if let best { replace(root, best.cut, best.chain) }
  }

  /// The literals that the class's inputs are fed for a cut, and whether the class's function is complemented.
  @inline(__always)
  private func feeds(_ cut: Cut) -> (SIMD4<UInt32>, UInt32) {
    let code = Int(classes.transformations[Int(cut.table)])
    let permutation = FourInputClasses.permutations[code & 31]
    var literals = SIMD4<UInt32>(repeating: 0)
    for i in 0..<4 where permutation[i] < cut.count {
      literals[i] = cut.leaves[permutation[i]] << 1 | UInt32(code >> (5 + i) & 1)
    }
    // Chains are normal; where the representative is not, they compute its complement.
    let isAbnormal = classes.representatives[Int(classes.classes[Int(cut.table)])] & 1
    return (literals, UInt32(code >> 9) ^ UInt32(isAbnormal))
  }

  /// The chain for a cut that saves most, and how many gates.
  private mutating func bestChain(_ root: Int, _ cut: Cut) -> (gain: Int, chain: Int)? {
    let number = Int(classes.classes[Int(cut.table)])
    for i in 0..<cut.count { graph.references[Int(cut.leaves[i])] += 1 }
    cone.removeAll(keepingCapacity: true)
    graph.dereference(root, into: &cone)
    defer {
      graph.restore(cone)
      for i in 0..<cut.count { graph.references[Int(cut.leaves[i])] -= 1 }
    }
    var best: (gain: Int, chain: Int)?
    if cut.count <= 1 { return (cone.count, Int(library.firstChain[number])) }
    let (inputs, _) = feeds(cut)
    for chain in Int(library.firstChain[number])..<Int(library.firstChain[number + 1]) {
      let least = best.map { $0.gain + 1 } ?? (allowsEven ? 0 : 1)
      if let cost = cost(of: chain, inputs, root: root, atMost: cone.count - least) {
        best = (cone.count - cost, chain)
      }
    }
    return best
  }

  /// How many gates a chain adds, or keeps from being freed; `nil` where that is more than `limit`, or the chain needs the root itself.
  @inline(__always)
  private func cost(of chain: Int, _ inputs: SIMD4<UInt32>, root: Int, atMost limit: Int) -> Int? {
    var cost = 0
    // Four inputs and up to seven steps.
    var values = SIMD16<UInt32>(repeating: XorAndGraph.none)
    for i in 0..<4 { values[i] = inputs[i] }
    var next = 4
    for s in Int(library.starts[chain])..<Int(library.starts[chain + 1]) {
      let step = library.steps[s]
      let (a, b) = (values[Int(step.a)], values[Int(step.b)])
      var literal = XorAndGraph.none
      if a != XorAndGraph.none, b != XorAndGraph.none,
        let found = graph.found(XorAndGraph.form(table: UInt64(step.table), a, b))
      {
        literal = found
        let node = Int(found >> 1)
        if node == root { return nil }
        if graph.references[node] == 0, graph.isGate(node) { cost += 1 }
      } else {
        cost += 1
      }
      if cost > limit { return nil }
      values[next] = literal
      next += 1
    }
    return cost
  }

  /// Builds a chain above a cut and lets it replace the root.
  private mutating func replace(_ root: Int, _ cut: Cut, _ chain: Int) {
    let (inputs, complement) = feeds(cut)
    let rank = graph.ranks[root]
    let before = graph.nodeCount
    var values = (0..<4).map { inputs[$0] }
    // Gates whose cuts are not listed yet: new ones, and those that moved down to this rank.
    var unlisted: [Int] = []
    for s in Int(library.starts[chain])..<Int(library.starts[chain + 1]) {
      let step = library.steps[s]
      let form = XorAndGraph.form(table: UInt64(step.table), values[Int(step.a)], values[Int(step.b)])
      let count = graph.nodeCount
      let literal = graph.made(form, rank: rank) { unlisted.append($0) }
      if graph.nodeCount > count { unlisted.append(count) }
      values.append(literal)
    }
    var result = cut.count == 0 ? 0 : values[values.count - 1]
    if cut.count == 1 { result = values[inputs[0] != 0 ? 0 : inputs[1] != 0 ? 1 : inputs[2] != 0 ? 2 : 3] }
    while isSettled.count < graph.nodeCount { isSettled.append(true) }
    for node in unlisted {
      listCuts(of: node)
      if node < before { isSettled[node] = true }
    }
    claims.append(
      CutClaim(
        root: root, literal: result ^ complement,
        leaves: (0..<cut.count).map { Int(cut.leaves[$0]) } + (0..<cut.hiddenCount).map { Int(cut.hidden[$0]) }))
    graph.substitute(root, by: result ^ complement)
  }
}
