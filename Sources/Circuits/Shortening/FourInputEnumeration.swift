// The least number of two-input gates of every function of four inputs, by enumeration: where the checked-in library comes from.

/// Optimum chains for all 222 classes, found by enumerating all sets of functions that chains compute.
///
/// A chain of `r` steps is seen as the set of its `r` functions; two sets that differ by order and complements of the inputs are one.
/// All sets of up to four steps are listed (22 thousand, up to symmetry); a fifth and a sixth step are tried on each. In a chain without
/// useless steps the last step reads the one before it, so that every optimum chain of six steps is met. What is not met needs
/// seven, and a chain of seven is searched for until each class has one.
///
/// Complexity: about 10^8 table operations, a second. Source: D. E. Knuth, The Art of Computer Programming 4A (2011), section 7.1.2,
/// whose Table 1 has the numbers of classes and functions of each cost.
package struct FourInputEnumeration: Sendable {
  /// The least number of steps of each class.
  package private(set) var costs: [Int]
  /// Optimum chains of each class's representative, several where there are, in the order of discovery.
  package private(set) var chains: [[TwoInputChain]]

  private typealias Functions = SIMD4<UInt16>
  private static let tables: [UInt8] = [0b1000, 0b0010, 0b0100, 0b0110, 0b1110]

  private let classes = FourInputClasses.shared
  private let perClass: Int
  private var attempts: [Int]

  /// Enumerates, and keeps at most `chainsPerClass` chains for each class.
  package init(chainsPerClass: Int) {
    perClass = chainsPerClass
    let count = classes.representatives.count
    costs = [Int](repeating: .max, count: count)
    chains = [[TwoInputChain]](repeating: [], count: count)
    attempts = [Int](repeating: 0, count: count)
    costs[classOf(0)] = 0
    costs[classOf(TwoInputChain.inputTables[0])] = 0
    chains[classOf(0)] = [TwoInputChain([])]
    chains[classOf(TwoInputChain.inputTables[0])] = [TwoInputChain([])]
    var states: [Functions] = [.zero]
    for size in 0..<4 {
      extend(states, size: size) { this, known, function in this.record(known + [function], cost: size + 1) }
      states = Self.successors(of: states, size: size)
    }
    extend(states, size: 4) { this, known, function in this.record(known + [function], cost: 5) }
    extend(states, size: 4) { this, known, fifth in this.last(known + [fifth], cost: 6) }
    searchSeven(states)
  }

  private func classOf(_ function: UInt16) -> Int { Int(classes.classes[Int(function)]) }

  /// Calls `body` with the known functions and each new one that a step can compute from them.
  private mutating func extend(
    _ states: [Functions], size: Int, _ body: (inout FourInputEnumeration, [UInt16], UInt16) -> Void
  ) {
    for state in states {
      let known = TwoInputChain.inputTables + (0..<size).map { state[$0] }
      for function in Self.next(known) { body(&self, known, function) }
    }
  }

  /// The functions that one step computes from `known`, without those that are known, each once.
  private static func next(_ known: [UInt16]) -> [UInt16] {
    var result: [UInt16] = []
    for b in known.indices {
      for a in 0..<b {
        for table in tables {
          let function = TwoInputChain.apply(table, known[a], known[b])
          if function != 0, !known.contains(function), !result.contains(function) { result.append(function) }
        }
      }
    }
    return result
  }

  /// The sets of `size + 1` functions up to symmetry, from those of `size`.
  private static func successors(of states: [Functions], size: Int) -> [Functions] {
    var seen: Set<Functions> = []
    var result: [Functions] = []
    for state in states {
      for function in next(TwoInputChain.inputTables + (0..<size).map { state[$0] }) {
        var successor = state
        successor[size] = function
        let canonical = leastImage(successor)
        if seen.insert(canonical).inserted { result.append(canonical) }
      }
    }
    return result
  }

  /// The least image of a set under order and complements of the inputs: normal functions in ascending order, zeros last.
  private static func leastImage(_ state: Functions) -> Functions {
    var least = Functions(repeating: .max)
    var image = state
    // Heap's algorithm passes through all orders by exchanges, a Gray code through all complements.
    let exchanges = [(0, 1), (0, 2), (0, 1), (0, 2), (0, 1)]
    for fourth in 0..<4 {
      for third in 0..<6 {
        for complement in 1...16 {
          least = smaller(least, sorted(image))
          image = complementing(image, complement == 16 ? 3 : complement.trailingZeroBitCount)
        }
        if third < 5 { image = exchanging(image, exchanges[third].0, exchanges[third].1) }
      }
      // After the five exchanges the orders of inputs 0 to 2 are exhausted; bring another input to place 3.
      if fourth < 3 { image = exchanging(image, [0, 1, 2][fourth], 3) }
    }
    return least
  }

  private static func smaller(_ a: Functions, _ b: Functions) -> Functions {
    for i in 0..<4 where a[i] != b[i] { return a[i] < b[i] ? a : b }
    return a
  }

  /// The lanes made normal and sorted, zero lanes last.
  private static func sorted(_ state: Functions) -> Functions {
    var v = state
    v = v.replacing(with: ~v, where: (v & 1) .== 1)
    // Zero lanes are empty ones: one less wraps them to the end.
    v = v &- 1
    for (i, j) in [(0, 1), (2, 3), (0, 2), (1, 3), (1, 2)] where v[i] > v[j] { (v[i], v[j]) = (v[j], v[i]) }
    return v &+ 1
  }

  private static func complementing(_ state: Functions, _ j: Int) -> Functions {
    let high = Functions(repeating: TwoInputChain.inputTables[j])
    let shift = Functions(repeating: UInt16(1 << j))
    return (state & high) &>> shift | (state & ~high) &<< shift
  }

  private static func exchanging(_ state: Functions, _ i: Int, _ j: Int) -> Functions {
    let onlyFirst = Functions(repeating: TwoInputChain.inputTables[i] & ~TwoInputChain.inputTables[j])
    let shift = Functions(repeating: UInt16(1 << j - 1 << i))
    let change = (state ^ (state &>> (shift))) & onlyFirst
    return state ^ change ^ (change &<< shift)
  }

  /// Notes a chain, given as all its values, for the class of its last one, if that class needs as many steps.
  private mutating func record(_ values: [UInt16], cost: Int) {
    let number = classOf(values[values.count - 1])
    if costs[number] == .max { costs[number] = cost }
    // Most later chains repeat earlier ones: a bounded number of attempts finds enough different ones.
    guard costs[number] == cost, chains[number].count < perClass, attempts[number] < 40 * perClass else { return }
    attempts[number] += 1
    let (permutation, complements, _) = classes.transformation(of: values[values.count - 1])
    // C(y) is f(x) with x_{p(i)} = y_i ^ c_i, up to a complement.
    var sources = [0, 0, 0, 0]
    var mask = 0
    for i in 0..<4 {
      sources[permutation[i]] = i
      mask |= (complements >> i & 1) << permutation[i]
    }
    let chain = Self.chain(values).feeding(sources, complements: mask)
    let functions = Set(chain.values)
    if !chains[number].contains(where: { Set($0.values) == functions }) { chains[number].append(chain) }
  }

  /// Tries a last step, which reads the last of `known`.
  private mutating func last(_ known: [UInt16], cost: Int) {
    let previous = known[known.count - 1]
    for other in known.dropLast() {
      for table in Self.tables {
        let function = TwoInputChain.apply(table, other, previous)
        if costs[classOf(function)] >= cost { record(known + [function], cost: cost) }
      }
    }
  }

  /// Chains for the classes that six steps do not reach.
  private mutating func searchSeven(_ states: [Functions]) {
    for state in states {
      let known = TwoInputChain.inputTables + (0..<4).map { state[$0] }
      for fifth in Self.next(known) {
        for sixth in Self.next(known + [fifth]) { last(known + [fifth, sixth], cost: 7) }
      }
      if costs.allSatisfy({ $0 != .max }), costs.indices.allSatisfy({ costs[$0] < 7 || chains[$0].count >= perClass }) {
        return
      }
    }
  }

  /// The chain that computes the given values, in an order in which each is one step of earlier ones.
  private static func chain(_ values: [UInt16]) -> TwoInputChain {
    var known = TwoInputChain.inputTables
    var rest = Array(values.dropFirst(4))
    let target = values[values.count - 1]
    var steps: [TwoInputChain.Step] = []
    while !rest.isEmpty {
      // The last value comes last.
      let (index, step) = nextStep(known, rest, keeping: rest.count > 1 ? target : nil)
      steps.append(step)
      known.append(rest.remove(at: index))
    }
    return TwoInputChain(steps)
  }

  private static func nextStep(
    _ known: [UInt16], _ rest: [UInt16], keeping target: UInt16?
  ) -> (Int, TwoInputChain.Step) {
    for (index, function) in rest.enumerated() where function != target {
      for b in known.indices {
        for a in 0..<b {
          for table in tables where TwoInputChain.apply(table, known[a], known[b]) == function {
            return (index, TwoInputChain.Step(table: table, a: a, b: b))
          }
        }
      }
    }
    preconditionFailure("the values are those of a chain")
  }
}
