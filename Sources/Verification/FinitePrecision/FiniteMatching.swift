// That a head tells keys apart by their strings, whatever the number of positions: a reachability argument over its running sums.
import ExactArithmetic

/// What one head does with every pair of a query and a key of which it is known only which values their coordinates take.
///
/// Each query symbol wants the key symbol with which its product is greatest. A score is a sum formed coordinate by coordinate, and its
/// running sum is in one of two sets: of those keys that had every wanted symbol so far, and of those that lacked one. Both sets are extended by all pairs
/// of symbols that occur, so they hold at least what can be reached. If at the end exp rounds to 0 on the whole second set, then every key
/// but the one whose string is wanted has weight 0, and no position was compared with another.
struct FiniteMatching: Sendable {
  /// For each coordinate, the wanted key symbol of each query symbol.
  private let wanted: [[UInt32]]
  /// The greatest score of a key that lacks a wanted symbol; `nil` where no key does.
  let greatestOther: FiniteNumber?

  /// The most running sums that are kept in a set, the most pairs of symbols, and the most sums of one coordinate.
  static let limits = (sums: 4096, pairs: 1 << 18, steps: 1 << 22)

  /// The argument for a head, or `nil` where it does not hold or its sets grow too large.
  init?(
    queries: ArraySlice<Palette>, keys: ArraySlice<Palette>, scale: FiniteNumber, in arithmetic: inout TracedFormat
  ) {
    let limits = FiniteMatching.limits
    var wanted: [[UInt32]] = []
    var agreeing: Set<FiniteNumber> = [arithmetic.format.zero]
    var others: Set<FiniteNumber> = []
    for (query, key) in zip(queries, keys) {
      guard query.numbers.count * key.numbers.count <= limits.pairs else { return nil }
      var choices: [UInt32] = []
      var (kept, lost): (Set<FiniteNumber>, Set<FiniteNumber>) = ([], [])
      for a in query.numbers {
        let products = key.numbers.map { arithmetic.multiply(a, $0) }
        guard let greatest = products.max() else { return nil }
        guard products.count(where: { $0 == greatest }) == 1, let choice = products.firstIndex(of: greatest) else {
          return nil  // two symbols that this query does not tell apart
        }
        choices.append(UInt32(choice))
        kept.insert(greatest)
        for (symbol, product) in products.enumerated() where symbol != choice { lost.insert(product) }
      }
      wanted.append(choices)
      let all = kept.union(lost)
      guard agreeing.count * all.count + others.count * all.count <= limits.steps else { return nil }
      var next: Set<FiniteNumber> = []
      for sum in others { for product in all { next.insert(arithmetic.add(sum, product)) } }
      for sum in agreeing { for product in lost { next.insert(arithmetic.add(sum, product)) } }
      others = next
      next = []
      for sum in agreeing { for product in kept { next.insert(arithmetic.add(sum, product)) } }
      agreeing = next
      guard agreeing.count <= limits.sums, others.count <= limits.sums else { return nil }
    }
    var greatest: FiniteNumber?
    for sum in others {
      let score = arithmetic.multiply(sum, scale)
      guard arithmetic.format.exponential(score).isZero else { return nil }
      greatest = greatest.map { max($0, score) } ?? score
    }
    self.wanted = wanted
    greatestOther = greatest
  }

  /// The key string that `query` wants.
  func wantedKey(of query: ArraySlice<UInt32>) -> [UInt32] {
    query.enumerated().map { wanted[$0][Int($1)] }
  }
}
