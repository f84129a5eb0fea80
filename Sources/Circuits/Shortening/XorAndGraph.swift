// A network of two-input gates that changes in place: AND and XOR nodes with free complements, hashed, with reference counts.

/// A network in which every function of two inputs that needs both is one node: AND of two literals, or XOR of two.
///
/// Literals are `2 * node + complement`; node 0 is the constant 0, nodes `1 ... inputCount` are the inputs. No two live gates have the same operands and
/// kind, none has a constant operand or twice the same one. `rank` orders the nodes: an operand has a smaller `(rank, number)`
/// than its reader, so passes that go through the network by rank never meet an operand that changes behind them.
package struct XorAndGraph: Sendable {
  /// What a node is.
  enum Kind: UInt8, Sendable { case constant, input, and, xor, deadAnd, deadXor }

  /// The number of inputs.
  package let inputCount: Int
  /// What the outputs read; follow `resolved` before use.
  package var outputs: [UInt32] = []
  /// What each node is.
  private(set) var kinds: [Kind]
  /// Literals: two a node, at `2 * node` and `2 * node + 1`. Of an XOR only the first may be complemented.
  private(set) var operands: [UInt32]
  /// How many operands and outputs read each node; those of a pass in progress too.
  var references: [Int32]
  /// The order of the nodes; equal ranks are ordered by number.
  var ranks: [UInt32]
  /// The number of live gates.
  package private(set) var gateCount = 0

  /// What a removed node was replaced by, or `none`.
  private var replacements: [UInt32]
  /// The readers of a node are a list of operand places, `2 * reader + j`.
  private var firstReader: [UInt32]
  private var nextReader: [UInt32]
  private var previousReader: [UInt32]
  /// Chains of nodes with the same hash.
  private var buckets: [UInt32]
  private var nextInBucket: [UInt32]

  static let none = UInt32.max

  /// A network without gates.
  package init(inputCount: Int) {
    self.inputCount = inputCount
    let count = inputCount + 1
    kinds = [Kind](repeating: .input, count: count)
    kinds[0] = .constant
    operands = [UInt32](repeating: Self.none, count: 2 * count)
    references = [Int32](repeating: 0, count: count)
    ranks = (0..<UInt32(count)).map { $0 }
    replacements = [UInt32](repeating: Self.none, count: count)
    firstReader = [UInt32](repeating: Self.none, count: count)
    nextReader = [UInt32](repeating: Self.none, count: 2 * count)
    previousReader = [UInt32](repeating: Self.none, count: 2 * count)
    buckets = [UInt32](repeating: Self.none, count: 1024)
    nextInBucket = [UInt32](repeating: Self.none, count: count)
  }

  /// The number of nodes ever made.
  var nodeCount: Int { kinds.count }

  /// Whether a node is a live gate.
  @inline(__always) func isGate(_ node: Int) -> Bool { kinds[node] == .and || kinds[node] == .xor }

  /// Whether a gate is an XOR, or was one when it was removed.
  @inline(__always) func wasXor(_ node: Int) -> Bool { kinds[node] == .xor || kinds[node] == .deadXor }

  /// All gates, removed ones with the operands that they had last, such that operands come before readers.
  var gatesByRank: [Int] {
    (inputCount + 1..<nodeCount).sorted { (ranks[$0], $0) < (ranks[$1], $1) }
  }

  /// Whether the node of a literal has been neither removed nor replaced.
  package func isLive(_ literal: UInt32) -> Bool { kinds[Int(literal >> 1)].rawValue < Kind.deadAnd.rawValue }

  /// The literal that stands for `literal` now.
  package func resolved(_ literal: UInt32) -> UInt32 {
    var literal = literal
    while replacements[Int(literal >> 1)] != Self.none {
      literal = replacements[Int(literal >> 1)] ^ literal & 1
    }
    return literal
  }

  /// Calls `body` with each gate that reads `node`, as often as it reads it, until that returns false.
  @inline(__always) func forEachReader(of node: Int, _ body: (Int) -> Bool) {
    var place = firstReader[node]
    while place != Self.none {
      if !body(Int(place >> 1)) { return }
      place = nextReader[Int(place)]
    }
  }

  // MARK: Gates in normal form

  /// What a gate of two literals comes to.
  enum Form {
    /// A literal that is there without any gate.
    case literal(UInt32)
    /// A gate, and whether it is complemented.
    case gate(Kind, UInt32, UInt32, UInt32)
  }

  /// The normal form of the AND of two literals.
  @inline(__always) static func and(_ a: UInt32, _ b: UInt32) -> Form {
    if a == b { return .literal(a) }
    if a == b ^ 1 || a == 0 || b == 0 { return .literal(0) }
    if a == 1 { return .literal(b) }
    if b == 1 { return .literal(a) }
    return .gate(.and, min(a, b), max(a, b), 0)
  }

  /// The normal form of the XOR of two literals.
  @inline(__always) static func xor(_ a: UInt32, _ b: UInt32) -> Form {
    let complement = (a ^ b) & 1
    let (x, y) = (a & ~1, b & ~1)
    if x == y { return .literal(complement) }
    if x == 0 { return .literal(y | complement) }
    if y == 0 { return .literal(x | complement) }
    return .gate(.xor, min(x, y), max(x, y), complement)
  }

  /// The normal form of the two-input function with these values, row `b a` at bit `2 b + a`.
  static func form(table: UInt64, _ a: UInt32, _ b: UInt32) -> Form {
    switch table & 15 {
    case 0b0000: .literal(0)
    case 0b1111: .literal(1)
    case 0b1010: .literal(a)
    case 0b0101: .literal(a ^ 1)
    case 0b1100: .literal(b)
    case 0b0011: .literal(b ^ 1)
    case 0b0110: xor(a, b)
    case 0b1001: xor(a ^ 1, b)
    case 0b1000: and(a, b)
    case 0b0010: and(a, b ^ 1)
    case 0b0100: and(a ^ 1, b)
    case 0b0001: and(a ^ 1, b ^ 1)
    case 0b0111: complemented(and(a, b))
    case 0b1101: complemented(and(a, b ^ 1))
    case 0b1011: complemented(and(a ^ 1, b))
    default: complemented(and(a ^ 1, b ^ 1))
    }
  }

  private static func complemented(_ form: Form) -> Form {
    switch form {
    case .literal(let literal): .literal(literal ^ 1)
    case .gate(let kind, let a, let b, let complement): .gate(kind, a, b, complement ^ 1)
    }
  }

  /// The literal of a form whose gate is there already, or `nil`.
  @inline(__always) func found(_ form: Form) -> UInt32? {
    switch form {
    case .literal(let literal): return literal
    case .gate(let kind, let a, let b, let complement):
      var node = buckets[bucket(kind, a, b)]
      while node != Self.none {
        let n = Int(node)
        // The complement of an XOR's first operand is not part of its key.
        let first = operands[2 * n]
        if kinds[n] == kind, operands[2 * n + 1] == b, kind == .xor ? first & ~1 == a : first == a {
          return node << 1 | complement ^ (kind == .xor ? first & 1 : 0)
        }
        node = nextInBucket[n]
      }
      return nil
    }
  }

  /// The literal of a form; its gate is made with `rank` where there is none. A gate of a higher rank moves down to `rank`, and `lowered` is told.
  mutating func made(_ form: Form, rank: UInt32, lowered: (Int) -> Void = { _ in }) -> UInt32 {
    if let literal = found(form) {
      let node = Int(literal >> 1)
      if ranks[node] > rank {
        ranks[node] = rank
        lowered(node)
      }
      return literal
    }
    guard case .gate(let kind, let a, let b, let complement) = form else { preconditionFailure("a literal is found") }
    let node = nodeCount
    precondition(node < 1 << 30, "a network has fewer than 2^30 nodes")
    kinds.append(kind)
    operands.append(a)
    operands.append(b)
    references.append(0)
    ranks.append(rank)
    replacements.append(Self.none)
    firstReader.append(Self.none)
    for _ in 0..<2 {
      nextReader.append(Self.none)
      previousReader.append(Self.none)
    }
    nextInBucket.append(Self.none)
    link(2 * node)
    link(2 * node + 1)
    gateCount += 1
    if gateCount > buckets.count { growBuckets() } else { insert(node) }
    return UInt32(node) << 1 | complement
  }

  // MARK: Removal and replacement

  /// Removes a gate that nothing reads, and what only it needed.
  mutating func release(_ node: Int) {
    guard isGate(node), references[node] == 0 else { return }
    remove(fromTable: node)
    var stack = [node]
    while let dying = stack.popLast() {
      // The table holds each gate in the stack no longer.
      kinds[dying] = kinds[dying] == .xor ? .deadXor : .deadAnd
      gateCount -= 1
      for place in [2 * dying, 2 * dying + 1] {
        let operand = Int(operands[place] >> 1)
        unlink(place)
        if references[operand] == 0, isGate(operand) {
          remove(fromTable: operand)
          stack.append(operand)
        }
      }
    }
  }

  /// Replaces a gate by a literal of a smaller `(rank, number)` everywhere; what becomes equal or trivial by that is replaced too.
  package mutating func substitute(_ old: Int, by literal: UInt32) {
    // Literals that wait are kept alive by a reference, which moves along where their node is replaced itself.
    precondition(isLive(resolved(literal)), "what replaces a gate is there")
    var pending = [(old, literal)]
    references[Int(resolved(literal) >> 1)] += 1
    while let (node, waiting) = pending.popLast() {
      let literal = resolved(waiting)
      let target = Int(literal >> 1)
      guard isGate(node), target != node else {
        references[target] -= 1
        release(target)
        continue
      }
      remove(fromTable: node)
      while firstReader[node] != Self.none {
        rewire(Int(firstReader[node] >> 1), from: node, to: literal, &pending)
      }
      // What is left are outputs and waiting literals; the literal itself waits no longer.
      references[target] += references[node] - 1
      references[node] = 0
      replacements[node] = literal
      kinds[node] = kinds[node] == .xor ? .deadXor : .deadAnd
      gateCount -= 1
      for place in [2 * node, 2 * node + 1] {
        unlink(place)
        release(Int(operands[place] >> 1))
      }
      release(target)
    }
  }

  /// Lets a gate read `literal` where it read `node`, and brings it back to normal form or puts it among those that wait for replacement.
  private mutating func rewire(
    _ reader: Int, from node: Int, to literal: UInt32, _ pending: inout [(Int, UInt32)]
  ) {
    remove(fromTable: reader)
    for place in [2 * reader, 2 * reader + 1] {
      unlink(place)
      if Int(operands[place] >> 1) == node { operands[place] = literal ^ operands[place] & 1 }
    }
    let (a, b) = (operands[2 * reader], operands[2 * reader + 1])
    let form = kinds[reader] == .and ? Self.and(a, b) : Self.xor(a, b)
    if case .gate(_, let low, let high, let complement) = form {
      operands[2 * reader] = low | complement
      operands[2 * reader + 1] = high
    }
    link(2 * reader)
    link(2 * reader + 1)
    guard let same = found(form) else { return insert(reader) }
    let other = Int(same >> 1)
    if case .gate = form, (ranks[reader], reader) < (ranks[other], other) {
      // Of two equal gates the earlier one stays.
      remove(fromTable: other)
      insert(reader)
      references[reader] += 1
      pending.append((other, UInt32(reader) << 1 | same & 1))
    } else {
      references[other] += 1
      pending.append((reader, same))
    }
  }

  // MARK: Lists of readers, and the table of gates

  private mutating func link(_ place: Int) {
    let operand = Int(operands[place] >> 1)
    let next = firstReader[operand]
    nextReader[place] = next
    previousReader[place] = Self.none
    if next != Self.none { previousReader[Int(next)] = UInt32(place) }
    firstReader[operand] = UInt32(place)
    references[operand] += 1
  }

  private mutating func unlink(_ place: Int) {
    let operand = Int(operands[place] >> 1)
    let (previous, next) = (previousReader[place], nextReader[place])
    if previous != Self.none { nextReader[Int(previous)] = next } else { firstReader[operand] = next }
    if next != Self.none { previousReader[Int(next)] = previous }
    references[operand] -= 1
  }

  /// The list of gates with this kind and these operands, an XOR's without complements.
  @inline(__always) private func bucket(_ kind: Kind, _ a: UInt32, _ b: UInt32) -> Int {
    var h = (UInt64(a) << 32 | UInt64(b)) &* 0x9E37_79B9_7F4A_7C15
    h ^= h >> 29 ^ (kind == .xor ? 0x5555 : 0)
    return Int(truncatingIfNeeded: h) & (buckets.count - 1)
  }

  private func bucket(of node: Int) -> Int {
    let a = operands[2 * node]
    return bucket(kinds[node], kinds[node] == .xor ? a & ~1 : a, operands[2 * node + 1])
  }

  private mutating func insert(_ node: Int) {
    let bucket = bucket(of: node)
    nextInBucket[node] = buckets[bucket]
    buckets[bucket] = UInt32(node)
  }

  /// Takes a gate out of the table, if it is there.
  private mutating func remove(fromTable node: Int) {
    let bucket = bucket(of: node)
    var previous = Self.none
    var entry = buckets[bucket]
    while entry != Self.none {
      if Int(entry) == node {
        if previous == Self.none {
          buckets[bucket] = nextInBucket[node]
        } else {
          nextInBucket[Int(previous)] = nextInBucket[node]
        }
        return
      }
      previous = entry
      entry = nextInBucket[Int(entry)]
    }
  }

  private mutating func growBuckets() {
    buckets = [UInt32](repeating: Self.none, count: 4 * buckets.count)
    for node in kinds.indices where isGate(node) { insert(node) }
  }
}
