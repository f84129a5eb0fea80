// Merges gates that compute the same function: candidates by simulation, proofs by exhausting windows.

/// A growing network in which gates that are proved equal, or opposite, become one.
///
/// Each new gate is run on some hundred random assignments; an earlier one with the same values, or the opposite ones, is a candidate. The pair is
/// proved by running the part of the network above a common cut of few leaves on all assignments of these leaves: if the two are equal as
/// functions of the leaves, they are equal as functions of the inputs. The converse does not hold; pairs without such a proof stay apart.
/// Exact: no merge rests on simulation alone.
struct FunctionalSweep {
  /// The network; gates are only ever added, and read representatives only.
  private(set) var graph: XorAndGraph
  /// How many gates were merged.
  private(set) var merges = 0
  /// The literal that stands for each node: its own, or that of an equal earlier node.
  private(set) var representatives: [UInt32]
  /// Values under the random assignments, `wordCount` words a node.
  private var signatures: [UInt64]
  /// The nodes by hash of their signature; only representatives.
  private var candidates: [UInt64: [UInt32]] = [:]
  /// The gates by the terms of which they are the sum modulo 2.
  private var sums: LinearForms
  private let wordCount: Int
  private var window: ExhaustedWindow

  /// The most leaves of a window.
  static let windowLeaves = 12

  /// A network of inputs, run on `64 * wordCount` assignments from a fixed generator.
  init(inputCount: Int, wordCount: Int = 32, leaves: Int = FunctionalSweep.windowLeaves) {
    graph = XorAndGraph(inputCount: inputCount)
    self.wordCount = wordCount
    window = ExhaustedWindow(maximumLeaves: leaves)
    sums = LinearForms(nodeCount: inputCount + 1)
    representatives = (0...UInt32(inputCount)).map { $0 << 1 }
    signatures = [UInt64](repeating: 0, count: (inputCount + 1) * wordCount)
    var random = SplitMix64(seed: 0x5EED)
    for w in 0..<wordCount {
      // Numbers of all sizes, in either order of their bits: half of the words hold assignments in which all inputs but those before, or
      // behind, a random one are 0. Uniform assignments would never show the late steps of a division anything but zeros.
      let places = (0..<64).map { _ in Int(random.next() % UInt64(max(1, inputCount))) }
      for i in 0..<inputCount {
        var mask = UInt64.max
        if w % 4 == 2 { mask = places.indices.reduce(0) { $0 | (i <= places[$1] ? 1 : 0) << UInt64($1) } }
        if w % 4 == 3 { mask = places.indices.reduce(0) { $0 | (i >= places[$1] ? 1 : 0) << UInt64($1) } }
        signatures[(i + 1) * wordCount + w] = random.next() & mask
      }
    }
    for node in 0...inputCount { candidates[key(node), default: []].append(UInt32(node)) }
  }

  /// Adds the gates of `circuit`, whose inputs are the network's; the representative of each wire.
  mutating func append(_ circuit: Circuit) -> [UInt32] {
    var hashed = XorAndGraph(inputCount: circuit.inputCount)
    let wires = hashed.append(circuit)
    let images = append(hashed)
    return wires.map { images[Int($0 >> 1)] ^ $0 & 1 }
  }

  /// Adds the gates of another network of as many inputs, and those that were replaced in it, as far as it remembers.
  ///
  /// - Parameters:
  ///   - other: a network whose gates have their operands before them in the order of `(rank, number)`.
  ///   - claims: what is said about its gates; a claim that does not hold is ignored.
  /// - Returns: the representative of each of its nodes.
  @discardableResult
  mutating func append(_ other: XorAndGraph, claims: [CutClaim] = []) -> [UInt32] {
    precondition(other.inputCount == graph.inputCount, "as many inputs")
    var images = (0..<UInt32(other.nodeCount)).map { $0 << 1 }
    let order = other.gatesByRank
    // A claim is used as soon as both of its nodes are there.
    var places = [Int](repeating: -1, count: other.nodeCount)
    for (place, node) in order.enumerated() { places[node] = place }
    var next = 0
    let due = claims.map { max(places[$0.root], places[Int($0.literal >> 1)]) }
    let byPlace = claims.indices.sorted { due[$0] < due[$1] }
    for (place, node) in order.enumerated() {
      let (a, b) = (other.operands[2 * node], other.operands[2 * node + 1])
      images[node] = gate(
        isXor: other.wasXor(node), current(images[Int(a >> 1)] ^ a & 1), current(images[Int(b >> 1)] ^ b & 1))
      while next < byPlace.count, due[byPlace[next]] <= place {
        let claim = claims[byPlace[next]]
        next += 1
        let root = current(images[claim.root])
        let equal = current(images[Int(claim.literal >> 1)] ^ claim.literal & 1)
        if root != equal, claim.holds(in: other) { merge(root, equal) }
      }
    }
    return images.map { current($0) }
  }

  /// What stands for a literal now.
  private func current(_ literal: UInt32) -> UInt32 {
    var literal = literal
    while representatives[Int(literal >> 1)] >> 1 != literal >> 1 {
      literal = representatives[Int(literal >> 1)] ^ literal & 1
    }
    return literal
  }

  /// Lets the earlier of two equal representatives stand for both.
  private mutating func merge(_ a: UInt32, _ b: UInt32) {
    let (early, late) = a < b ? (a, b) : (b, a)
    // Equal and opposite at once would be a contradiction, which a true claim cannot be.
    guard early >> 1 != late >> 1 else { return }
    representatives[Int(late >> 1)] = early ^ late & 1
    merges += 1
  }

  /// The representative of a gate of two representatives.
  mutating func gate(isXor: Bool, _ a: UInt32, _ b: UInt32) -> UInt32 {
    let count = graph.nodeCount
    let literal = graph.gate(table: isXor ? 0b0110 : 0b1000, a, b)
    if graph.nodeCount > count { settle(count) }
    let node = Int(literal >> 1)
    return current(UInt32(node) << 1) ^ literal & 1
  }

  /// Runs a new gate and looks for an equal one.
  private mutating func settle(_ node: Int) {
    let (a, b) = (graph.operands[2 * node], graph.operands[2 * node + 1])
    let (p, q): (UInt64, UInt64) = (a & 1 != 0 ? .max : 0, b & 1 != 0 ? .max : 0)
    let (x, y) = (Int(a >> 1) * wordCount, Int(b >> 1) * wordCount)
    let isXor = graph.kinds[node] == .xor
    for w in 0..<wordCount {
      let (u, v) = (signatures[x + w] ^ p, signatures[y + w] ^ q)
      signatures.append(isXor ? u ^ v : u & v)
    }
    representatives.append(UInt32(node) << 1)
    if let equal = sums.add(node, graph.kinds[node] == .xor ? (a, b) : nil) {
      representatives[node] = current(equal)
      merges += 1
      return
    }
    let key = key(node)
    var others = candidates[key] ?? []
    // Of very many, the first are likely those of the other circuit, the last are near.
    for other in others.count <= 8 ? others : Array(others.prefix(4) + others.suffix(4)) {
      guard let complement = relation(node, Int(other)) else { continue }
      if window.provesEqual(UInt32(node) << 1, other << 1 | complement, in: graph) {
        representatives[node] = current(other << 1 | complement)
        merges += 1
        return
      }
    }
    others.append(UInt32(node))
    candidates[key] = others
  }

  /// A hash of a signature that is the same for the opposite one.
  private func key(_ node: Int) -> UInt64 {
    let first = node * wordCount
    let flip: UInt64 = signatures[first] & 1 != 0 ? .max : 0
    var h: UInt64 = 0
    for w in first..<first + wordCount {
      h = (h ^ signatures[w] ^ flip) &* 0xD6E8_FEB8_6659_FD93
      h ^= h >> 32
    }
    return h
  }

  /// 0 where two nodes have equal signatures, 1 where they have opposite ones, otherwise `nil`.
  private func relation(_ a: Int, _ b: Int) -> UInt32? {
    let flip = signatures[a * wordCount] ^ signatures[b * wordCount]
    guard flip == 0 || flip == .max else { return nil }
    for w in 1..<wordCount where signatures[a * wordCount + w] ^ signatures[b * wordCount + w] != flip { return nil }
    return flip == 0 ? 0 : 1
  }

  /// The nodes in `isNeeded` that still have an earlier representative with the same or opposite signature, with that literal.
  func unprovedPairs(among isNeeded: [Bool]) -> [(node: Int, candidate: UInt32)] {
    var pairs: [(node: Int, candidate: UInt32)] = []
    for (_, others) in candidates where others.count > 1 {
      for (i, node) in others.enumerated().dropFirst()
      where isNeeded[Int(node)] && representatives[Int(node)] >> 1 == node {
        for other in others[..<i] {
          guard let complement = relation(Int(node), Int(other)) else { continue }
          pairs.append((Int(node), other << 1 | complement))
          break
        }
      }
    }
    return pairs.sorted { $0.node < $1.node }
  }
}
