// Shrink passes that make single choices simpler: alone, together with equal ones, in pairs that depend on each other.

extension Shrinker {
  /// Minimizes each choice alone.
  mutating func minimizeChoices() {
    var i = 0
    while i < choices.count, !isExhausted {
      minimize([i])
      i += 1
    }
  }

  /// Minimizes choices of equal value and range together: both copies of a duplicate must change at once.
  mutating func minimizeDuplicates() {
    var groups: [Choice: [Int]] = [:]
    for (i, choice) in choices.enumerated() where choice.rank > 0 { groups[choice, default: []].append(i) }
    for indices in groups.values.filter({ $0.count > 1 }).sorted(by: { $0[0] < $1[0] }) {
      if isExhausted { return }
      guard let first = indices.first, indices.allSatisfy({ $0 < choices.count && choices[$0] == choices[first] })
      else {
        continue
      }
      minimize(indices)
      for pair in zip(indices, indices.dropFirst()) where pair.1 < choices.count && choices[pair.0] == choices[pair.1] {
        minimize([pair.0, pair.1])
      }
    }
  }

  /// Lowers the choices at some indices, which are equal, to one value as simple as can be found.
  mutating func minimize(_ indices: [Int]) {
    func current(_ shrinker: Self) -> Choice? {
      guard let last = indices.last, last < shrinker.choices.count else { return nil }
      return shrinker.choices[indices[0]]
    }
    guard let start = current(self), start.rank > 0 else { return }
    // The simplest few first: they are the most likely ends, and a search that is not monotone would miss them.
    for rank in 0..<min(start.rank, 5) where set(indices, to: rank) { return }
    guard let start = current(self) else { return }
    // Then along the offset of the same sign, since truth mostly depends on that and not on the interleaved rank.
    if start.offset < 0, let mirrored = start.rank(ofOffset: -start.offset) { set(indices, to: mirrored) }
    guard let now = current(self) else { return }
    let sign: Int128 = now.offset < 0 ? -1 : 1
    let magnitude = UInt64(now.offset.magnitude)
    if magnitude > 4 {
      // Fewer bits, then the binary search proper.
      for shift in (1...63).reversed() where magnitude >> UInt64(shift) > 0 {
        if set(indices, to: now.rank(ofOffset: sign * Int128(magnitude >> UInt64(shift)))) { break }
      }
    }
    guard let now = current(self) else { return }
    let top = UInt64(now.offset.magnitude)
    _ = largest(upTo: top) { step in set(indices, to: now.rank(ofOffset: sign * Int128(top - step))) }
    // Clear bits from the highest, for conditions on single bits and on divisibility.
    guard let now = current(self) else { return }
    var rest = UInt64(now.offset.magnitude)
    for bit in (0..<64).reversed() where rest >> UInt64(bit) & 1 == 1 {
      let cleared = rest & ~(1 << UInt64(bit))
      if set(indices, to: now.rank(ofOffset: sign * Int128(cleared))) { rest = cleared }
    }
  }

  /// Lowers single choices in steps of 2, 3, 5 and 10, for truth that depends on divisibility as well as on size.
  ///
  /// For the end alone: where two values depend on each other, they would creep down by these steps.
  mutating func minimizeBySteps() {
    for i in choices.indices {
      for step in [2, 3, 5, 10] as [UInt64] {
        guard i < choices.count, !isExhausted else { return }
        let now = choices[i]
        let sign: Int128 = now.offset < 0 ? -1 : 1
        let top = UInt64(now.offset.magnitude)
        _ = largest(upTo: top / step) { n in set([i], to: now.rank(ofOffset: sign * Int128(top - n * step))) }
      }
    }
  }

  /// Lowers a choice that may say what the next ones mean, and gives one of the next two numbers another value: a small one or the greatest.
  mutating func lowerAndRetune() {
    guard choices.count <= 64 else { return }
    var i = 0
    while i < choices.count, !isExhausted {
      let rank = choices[i].rank
      if rank > 0 {
        for lower in Set([0, rank - 1]).sorted() where lowerAndRetune(i, to: lower) { break }
      }
      i += 1
    }
  }

  private mutating func lowerAndRetune(_ i: Int, to lower: UInt64) -> Bool {
    let old = best.ranks
    for k in i + 1..<max(i + 1, min(i + 3, old.count)) {
      var ranks = old
      ranks[i] = lower
      for rank in [0, 1, 2, 3, .max] as [UInt64] {
        ranks[k] = rank  // what is too much for the range becomes its greatest
        let (accepted, run) = attempt(ranks)
        if accepted { return true }
        if isExhausted { return false }
        // The greatest on the other side of the simplest.
        if rank == .max, let run, k < run.choices.count, run.choices[k].rank > 0 {
          ranks[k] = run.choices[k].rank - 1
          if accepts(ranks) { return true }
        }
      }
    }
    return false
  }

  @discardableResult
  private mutating func set(_ indices: [Int], to rank: UInt64?) -> Bool {
    guard let rank, let last = indices.last, last < choices.count else { return false }
    var ranks = best.ranks
    for i in indices { ranks[i] = rank }
    return accepts(ranks)
  }

  /// Moves part of one integer to a later one: [5, 6] with a large sum becomes [0, 11].
  mutating func redistribute() {
    forNumericPairs { shrinker, i, j in
      let (a, b) = (shrinker.choices[i], shrinker.choices[j])
      if a.offset == 0 { return }
      let sign: Int128 = a.offset < 0 ? -1 : 1
      _ = largest(upTo: UInt64(a.offset.magnitude)) { amount in
        shrinker.set(i, a.offset - sign * Int128(amount), j, b.offset + sign * Int128(amount))
      }
    }
  }

  /// Moves two integers by the same amount, the first one nearer to its simplest value: keeps their difference.
  mutating func lowerPairs() {
    forNumericPairs { shrinker, i, j in
      let (a, b) = (shrinker.choices[i], shrinker.choices[j])
      if a.offset == 0 { return }
      let sign: Int128 = a.offset < 0 ? -1 : 1
      _ = largest(upTo: UInt64(a.offset.magnitude)) { amount in
        shrinker.set(i, a.offset - sign * Int128(amount), j, b.offset - sign * Int128(amount))
      }
    }
  }

  /// Visits pairs of choices of integers with at most three other integers between them.
  private mutating func forNumericPairs(_ visit: (inout Self, Int, Int) -> Void) {
    var i = 0
    while i < choices.count, !isExhausted {
      if choices[i].maximumRank > 1, choices[i].rank > 0 {
        var met = 0
        var j = i + 1
        while j < choices.count, met < 4, !isExhausted {
          if i < choices.count, choices[j].maximumRank > 1 {
            met += 1
            visit(&self, i, j)
          }
          j += 1
        }
      }
      i += 1
    }
  }

  private mutating func set(_ i: Int, _ a: Int128, _ j: Int, _ b: Int128) -> Bool {
    guard j < choices.count, let first = choices[i].rank(ofOffset: a), let second = choices[j].rank(ofOffset: b) else {
      return false
    }
    var ranks = best.ranks
    ranks[i] = first
    ranks[j] = second
    return accepts(ranks)
  }
}
