// Replaces a gate by a function of gates that are there anyway, where the difference does not matter.

/// One pass of windowed resubstitution with don't-cares.
///
/// Gates are visited by rank. In a window around a gate, on the assignments that matter, the gate may equal a constant, another node,
/// one gate of two other nodes, or two gates of three; it is replaced where that takes fewer gates than go with it. The outputs of the
/// network keep their functions, inner nodes need not. Source: A. Mishchenko, R. Brayton, J.-H. Jiang, S. Jang, "Scalable don't-care-based
/// logic optimization and resynthesis", ACM TRETS 2011; here with XOR and by exhausting windows instead of solving.
///
/// Complexity: O(nodes · (window gates + divisors^2 up to ^3) · window words).
struct Resubstitution {
  private var graph: XorAndGraph
  private var window: Window
  private let maximumGates: Int

  /// Resubstitutes in `graph`, whose nodes stand in order of rank; the result.
  ///
  /// - Parameters:
  ///   - graph: the network.
  ///   - limits: the bounds of a window.
  ///   - maximumGates: how many gates a replacement may have: 0, 1 or 2.
  ///   - shouldStop: asked once in a while; what was done by then is kept.
  static func run(
    _ graph: XorAndGraph, limits: Window.Limits, maximumGates: Int, shouldStop: () -> Bool
  ) -> XorAndGraph {
    var pass = Resubstitution(
      graph: graph, window: Window(nodeCount: graph.nodeCount, limits: limits), maximumGates: maximumGates)
    for node in 1..<graph.nodeCount {
      if node & 127 == 0, shouldStop() { break }
      pass.visit(node)
    }
    return pass.graph
  }

  private mutating func visit(_ root: Int) {
    guard graph.isGate(root), window.surround(root, in: &graph) else { return }
    var search = DivisorSearch(window, root: root)
    let affordable = min(maximumGates, window.cone.count - 1)
    guard affordable >= 0, let replacement = search.replacement(maximumGates: affordable) else { return }
    let rank = graph.ranks[root]
    let literal: UInt32
    switch replacement {
    case .literal(let found): literal = found
    case .gate(let table, let a, let b):
      literal = graph.made(XorAndGraph.form(table: table, a, b), rank: rank)
    case .twoGates(let outer, let a, let inner, let b, let c):
      let below = graph.made(XorAndGraph.form(table: inner, b, c), rank: rank)
      literal = graph.made(XorAndGraph.form(table: outer, a, below), rank: rank)
      if Int(below >> 1) == root { return discard(literal) }
    }
    // A function of the divisors that happens to be the gate itself is no change.
    if Int(literal >> 1) == root { return }
    graph.substitute(root, by: literal)
  }

  /// Removes a gate that turned out to be useless.
  private mutating func discard(_ literal: UInt32) { graph.release(Int(literal >> 1)) }
}
