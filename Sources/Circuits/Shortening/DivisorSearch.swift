// Looks for a gate's value, where it matters, among few functions of a window's divisors.

/// The search for a replacement of a window's root by at most two gates of its divisors.
///
/// Exact on the window: what is found agrees with the root on every assignment that matters. Functions are tried from the cheapest.
struct DivisorSearch {
  /// What replaces a gate.
  enum Replacement: Equatable {
    /// A constant or a node, maybe complemented.
    case literal(UInt32)
    /// The function, row `b a` at bit `2 b + a`, of two literals.
    case gate(UInt64, UInt32, UInt32)
    /// The first function of the first literal and of the gate that computes the second function of the other two.
    case twoGates(UInt64, UInt32, UInt64, UInt32, UInt32)
  }

  private let window: Window
  private let words: Int
  /// A word of each divisor in turn: divisor `d` has words `d * words ..< (d + 1) * words`.
  private var columns: [UInt64] = []
  private var target: [UInt64]
  private var care: [UInt64]
  /// Literals, as `2 * divisor + complement`, that are true wherever the target is, and false wherever it is.
  private var above: [Int] = []
  private var below: [Int] = []

  init(_ window: Window, root: Int) {
    self.window = window
    words = window.words
    columns.reserveCapacity(window.divisors.count * words)
    for divisor in window.divisors {
      let column = window.column(divisor)
      columns += window.values[column..<column + words]
    }
    let column = window.column(root)
    target = Array(window.values[column..<column + words])
    care = window.care
  }

  /// The cheapest replacement found with at most `maximumGates` (0, 1 or 2) gates.
  mutating func replacement(maximumGates: Int) -> Replacement? {
    if let literal = constant() ?? single() { return .literal(literal) }
    if maximumGates >= 1, let (table, a, b) = pair() { return .gate(table, literal(a), literal(b)) }
    if maximumGates >= 2 { return triple() }
    return nil
  }

  private func literal(_ divisor: Int) -> UInt32 { UInt32(window.divisors[divisor]) << 1 }

  /// The constant that the target is.
  private func constant() -> UInt32? {
    var (ones, zeros): (UInt64, UInt64) = (0, 0)
    for w in 0..<words {
      ones |= target[w] & care[w]
      zeros |= ~target[w] & care[w]
    }
    return ones == 0 ? 0 : zeros == 0 ? 1 : nil
  }

  /// The divisor that the target is, or is the complement of.
  private func single() -> UInt32? {
    for d in window.divisors.indices {
      var (different, equal): (UInt64, UInt64) = (0, 0)
      for w in 0..<words {
        let difference = columns[d * words + w] ^ target[w]
        different |= difference & care[w]
        equal |= ~difference & care[w]
      }
      if different == 0 { return literal(d) }
      if equal == 0 { return literal(d) | 1 }
    }
    return nil
  }

  /// Sorts the literals into those above and below the target.
  private mutating func filter() {
    above.removeAll(keepingCapacity: true)
    below.removeAll(keepingCapacity: true)
    for d in window.divisors.indices {
      var (notAbove, notBelow, notAboveComplement, notBelowComplement): (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)
      for w in 0..<words {
        let x = columns[d * words + w]
        let (t, c) = (target[w], care[w])
        notAbove |= ~x & t & c
        notBelow |= x & ~t & c
        notAboveComplement |= x & t & c
        notBelowComplement |= ~x & ~t & c
      }
      if notAbove == 0 { above.append(2 * d) }
      if notBelow == 0 { below.append(2 * d) }
      if notAboveComplement == 0 { above.append(2 * d + 1) }
      if notBelowComplement == 0 { below.append(2 * d + 1) }
    }
  }

  /// One gate of two divisors that is the target.
  private mutating func pair() -> (UInt64, Int, Int)? {
    filter()
    // An AND lies below each of its operands, an OR above.
    for i in above.indices.dropFirst() {
      for j in 0..<i where isEqual(above[i], above[j], { $0 & $1 }) {
        return (Self.and(above[i], above[j]), above[i] >> 1, above[j] >> 1)
      }
    }
    for i in below.indices.dropFirst() {
      for j in 0..<i where isEqual(below[i], below[j], { $0 | $1 }) {
        return (Self.and(below[i] ^ 1, below[j] ^ 1) ^ 0b1111, below[i] >> 1, below[j] >> 1)
      }
    }
    let count = window.divisors.count
    guard count > 1 else { return nil }
    for i in 1..<count {
      for j in 0..<i {
        // Either no word differs where it matters, or all do.
        let first = (columns[i * words] ^ columns[j * words] ^ target[0]) & care[0]
        if first == 0, isEqual(2 * i, 2 * j, { $0 ^ $1 }) { return (0b0110, i, j) }
        if first == care[0], isEqual(2 * i, 2 * j, { ~($0 ^ $1) }) { return (0b1001, i, j) }
      }
    }
    return nil
  }

  /// Whether a function of two literals is the target where it matters.
  @inline(__always) private func isEqual(_ a: Int, _ b: Int, _ function: (UInt64, UInt64) -> UInt64) -> Bool {
    let (p, q): (UInt64, UInt64) = (a & 1 != 0 ? .max : 0, b & 1 != 0 ? .max : 0)
    let (x, y) = ((a >> 1) * words, (b >> 1) * words)
    for w in 0..<words
    where (function(columns[x + w] ^ p, columns[y + w] ^ q) ^ target[w]) & care[w] != 0 {
      return false
    }
    return true
  }

  /// The AND of two divisors as a table, complemented as the literals are.
  private static func and(_ a: Int, _ b: Int) -> UInt64 { 1 << UInt64((a & 1 ^ 1) | (b & 1 ^ 1) << 1) }

  /// Two gates of three divisors that are the target: the last gate takes one divisor, and what remains is one gate of two.
  private mutating func triple() -> Replacement? {
    let (wholeTarget, wholeCare) = (target, care)
    defer { (target, care) = (wholeTarget, wholeCare) }
    // filter() has run; the lists change with the target.
    let (above, below) = (above, below)
    for a in above {
      // target = a & rest: the rest matters where a is true.
      for w in 0..<words { care[w] = wholeCare[w] & value(a, w) }
      if let (table, b, c) = pair() {
        return .twoGates(0b1000, literal(a >> 1) | UInt32(a & 1), table, literal(b), literal(c))
      }
    }
    for a in below {
      // target = a | rest: the rest matters where a is false.
      for w in 0..<words { care[w] = wholeCare[w] & ~value(a, w) }
      if let (table, b, c) = pair() {
        return .twoGates(0b1110, literal(a >> 1) | UInt32(a & 1), table, literal(b), literal(c))
      }
    }
    care = wholeCare
    for d in window.divisors.indices {
      // target = d ^ rest.
      for w in 0..<words { target[w] = wholeTarget[w] ^ columns[d * words + w] }
      if let (table, b, c) = pair() {
        return .twoGates(0b0110, literal(d), table, literal(b), literal(c))
      }
    }
    return nil
  }

  @inline(__always) private func value(_ literal: Int, _ w: Int) -> UInt64 {
    columns[(literal >> 1) * words + w] ^ (literal & 1 != 0 ? .max : 0)
  }
}
