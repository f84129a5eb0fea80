// "There is a chain of r two-input gates that computes these functions" as clauses.

/// The clauses of an exact search for one number of gates.
///
/// Letters: `i` a gate, `j < k` what it reads (inputs are `0 ..< n`, gates `n ..< n + r`), `t` a row of the truth tables. All gates are normal, that
/// is 0 in row 0, so that rows start at 1. Variables: gate `i` reads `j` and `k`; its value in row `t`; its three table entries; it is
/// target `h`.
struct ChainEncoding {
  /// The clauses.
  private(set) var clauses = ClauseSet()
  private let n: Int
  private let r: Int
  private let targets: [UInt64]
  /// For each gate, a variable for each pair of operands, at `k (k - 1) / 2 + j`.
  private var reads: [[Int32]] = []
  /// For each gate, its values in rows `1 ..< 2^n`.
  private var values: [[Int32]] = []
  /// For each gate, its table in rows 1 (only `j` true), 2 (only `k` true) and 3.
  private var tables: [[Int32]] = []
  /// For each target, a variable for each gate.
  private var places: [[Int32]] = []

  /// The different functions that need a gate, each normal.
  static func targets(_ functions: [TruthTable]) -> [UInt64] {
    var result: [UInt64] = []
    for function in functions {
      let n = function.inputCount
      let normal = function[0] ? function.complemented.bits : function.bits
      let isInput = (0..<n).contains { TruthTable.pattern(ofInput: $0) & TruthTable.mask(n) == normal }
      if normal != 0, !isInput, !result.contains(normal) { result.append(normal) }
    }
    return result
  }

  /// The clauses for a chain of `gates` gates.
  init(_ targets: [UInt64], inputCount: Int, gates: Int) {
    n = inputCount
    r = gates
    self.targets = targets
    for i in 0..<r {
      reads.append((0..<(n + i) * (n + i - 1) / 2).map { _ in clauses.variable() })
      values.append((1..<1 << n).map { _ in clauses.variable() })
      tables.append((0..<3).map { _ in clauses.variable() })
    }
    for _ in targets { places.append((0..<r).map { _ in clauses.variable() }) }
    for i in 0..<r {
      clauses.add(reads[i])
      addTable(of: i)
      for k in 1..<(n + i) {
        for j in 0..<k { addValues(of: i, j, k) }
      }
    }
    addTargets()
    addOrder()
    addSymmetries()
  }

  private static func pair(_ j: Int, _ k: Int) -> Int { k * (k - 1) / 2 + j }

  /// A gate is neither constant nor one of its operands.
  private mutating func addTable(of i: Int) {
    let (first, second, both) = (tables[i][0], tables[i][1], tables[i][2])
    clauses.add(first, second, both)
    clauses.add(first, -second, -both)
    clauses.add(-first, second, -both)
  }

  /// If gate `i` reads `j` and `k`, its values are those of its table.
  private mutating func addValues(of i: Int, _ j: Int, _ k: Int) {
    let isRead = reads[i][Self.pair(j, k)]
    for t in 1..<1 << n {
      for (x, y) in [(false, false), (true, false), (false, true), (true, true)] {
        // Inputs are known, gates have a variable: the clause speaks of rows where they are x and y.
        guard let notX = isNot(j, t, x), let notY = isNot(k, t, y) else { continue }
        let value = values[i][t - 1]
        let condition = [-isRead] + notX + notY
        if !x, !y {
          clauses.add(condition + [-value])
          continue
        }
        let entry = tables[i][(x ? 1 : 0) + (y ? 2 : 0) - 1]
        clauses.add(condition + [-value, entry])
        clauses.add(condition + [value, -entry])
      }
    }
  }

  /// The literals for "value `j` in row `t` is not `x`": none where it always is `x`, `nil` where it never is.
  private func isNot(_ j: Int, _ t: Int, _ x: Bool) -> [Int32]? {
    if j < n { return (t >> j & 1 != 0) == x ? [] : nil }
    let variable = values[j - n][t - 1]
    return [x ? -variable : variable]
  }

  /// Each target is a gate, and each gate is a target or read by a later one.
  private mutating func addTargets() {
    for (h, target) in targets.enumerated() {
      clauses.add(places[h])
      for i in 0..<r {
        for t in 1..<1 << n {
          let value = values[i][t - 1]
          clauses.add(-places[h][i], target >> UInt64(t) & 1 != 0 ? value : -value)
        }
      }
    }
    for i in 0..<r {
      var readers = places.map { $0[i] }
      for later in i + 1..<max(r, i + 1) {
        for other in 0..<(n + later) where other != n + i {
          readers.append(reads[later][Self.pair(min(other, n + i), max(other, n + i))])
        }
      }
      clauses.add(readers)
    }
  }

  /// Of chains that differ by the order of their gates one is enough; and no gate undoes another.
  private mutating func addOrder() {
    for i in 0..<r {
      for k in 1..<(n + i) {
        for j in 0..<k {
          let isRead = reads[i][Self.pair(j, k)]
          // A gate of j and of a gate of j and k is a gate of j and k.
          for later in i + 1..<max(r, i + 1) {
            clauses.add(-isRead, -reads[later][Self.pair(j, n + i)])
            clauses.add(-isRead, -reads[later][Self.pair(k, n + i)])
          }
          // The next gate reads this one, or its operands do not come before this one's.
          guard i + 1 < r else { continue }
          for pair in 0..<Self.pair(j, k) { clauses.add(-isRead, -reads[i + 1][pair]) }
        }
      }
    }
  }

  /// Where exchanging inputs `p < q` changes no target, `q` is not read before `p`.
  private mutating func addSymmetries() {
    for q in 1..<max(n, 1) {
      for p in 0..<q where targets.allSatisfy({ isSymmetric($0, p, q) }) {
        for i in 0..<r {
          var earlier: [Int32] = []
          for before in 0..<i {
            for other in 0..<(n + before) where other != p {
              earlier.append(reads[before][Self.pair(min(other, p), max(other, p))])
            }
          }
          for other in 0..<(n + i) where other != p && other != q {
            clauses.add([-reads[i][Self.pair(min(other, q), max(other, q))]] + earlier)
          }
        }
      }
    }
  }

  private func isSymmetric(_ target: UInt64, _ p: Int, _ q: Int) -> Bool {
    (0..<1 << n).allSatisfy { t in
      let exchanged = t & ~(1 << p | 1 << q) | (t >> p & 1) << q | (t >> q & 1) << p
      return target >> UInt64(t) & 1 == target >> UInt64(exchanged) & 1
    }
  }

  /// The steps of the chain that a model describes, and the value that each target is.
  func chain(_ model: [Bool]) -> (steps: [(table: UInt64, a: Int, b: Int)], places: [Int]) {
    var steps: [(table: UInt64, a: Int, b: Int)] = []
    for i in 0..<r {
      let table = (0..<3).reduce(UInt64(0)) { $0 | (model[Int(tables[i][$1])] ? 1 : 0) << UInt64($1 + 1) }
      var step = (table: table, a: 0, b: 1)
      for k in 1..<(n + i) {
        for j in 0..<k where model[Int(reads[i][Self.pair(j, k)])] { step = (table, j, k) }
      }
      steps.append(step)
    }
    let places = places.map { gates in n + (gates.firstIndex { model[Int($0)] } ?? 0) }
    return (steps, places)
  }
}
