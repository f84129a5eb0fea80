// Shrink passes that make the choice sequence shorter: delete spans and chunks, hoist a part over its whole.

extension Shrinker {
  /// Replaces a recursive span by a recursive span inside of it: a tree by its subtree.
  mutating func replaceByDescendants() {
    var i = 0
    while i < best.spans.count, !isExhausted {
      let outer = best.spans[i]
      var replaced = false
      if outer.isRecursive {
        // Small parts first: a leaf that fails ends the search at once.
        let inner = best.spans[(i + 1)...].prefix { $0.depth > outer.depth }.filter { $0.isRecursive }
        for part in inner.sorted(by: { $0.end - $0.start < $1.end - $1.start }) {
          let ranks = best.ranks
          if accepts(Array(ranks[..<outer.start] + ranks[part.start..<part.end] + ranks[outer.end...])) {
            replaced = true
            break
          }
        }
      }
      if !replaced { i += 1 }
    }
  }

  /// Cuts the sequence off after 1, 2, 4, ... choices; what is missing is answered with the simplest ones.
  mutating func truncate() {
    let ranks = best.ranks
    var kept = 1
    while kept < ranks.count, !isExhausted, !accepts(Array(ranks.prefix(kept))) { kept *= 2 }
  }

  /// Sets all choices of a span to the simplest, from the whole to the smallest parts.
  mutating func zeroSpans() {
    var i = 0
    while i < best.spans.count, !isExhausted {
      let span = best.spans[i]
      var ranks = best.ranks
      if ranks[span.start..<span.end].contains(where: { $0 != 0 }) {
        for k in span.start..<span.end { ranks[k] = 0 }
        accepts(ranks)
      }
      i += 1
    }
  }

  /// Deletes spans, from the last to the first, several neighbours at once where that works.
  mutating func deleteSpans() {
    var i = best.spans.count - 1
    while i >= 0, !isExhausted {
      defer { i -= 1 }
      guard i < best.spans.count else { continue }
      let span = best.spans[i]
      if span.start == span.end { continue }
      guard deletes(span, at: i) else { continue }
      // It worked: try ever more of the siblings before it.
      var batch = 1
      while batch > 0, !isExhausted {
        let siblings = best.spans.prefix(i).filter { $0.depth == span.depth && $0.end <= span.start }.suffix(batch)
        guard let first = siblings.first, siblings.count == batch,
          accepts(without(first.start..<min(span.start, choices.count)))
        else { batch /= 2; continue }
        batch *= 2
        i = min(i, best.spans.count)
        if best.spans.isEmpty { return }
        break
      }
    }
  }

  /// Deletes runs of 8, 4, 3, 2 and 1 neighbouring choices wherever they stand, many times over where that works.
  ///
  /// A list's end followed by the next list's first "one more" is such a run: deleting it joins the two lists.
  mutating func deleteChunks() {
    for size in [8, 4, 3, 2, 1] {
      var start = choices.count - size
      while start >= 0, !isExhausted {
        if start + size <= choices.count, accepts(without(start..<start + size)) {
          var times = 2
          while start - size * times >= 0, accepts(without(start - size * times..<start)) {
            start -= size * times
            times *= 2
          }
        }
        start -= 1
      }
    }
  }

  /// Lowers a choice and deletes what it makes superfluous later, for a number that says how much follows.
  mutating func lowerAndDelete() {
    var i = 0
    while i < choices.count, !isExhausted {
      let length = choices.count
      let rank = choices[i].rank
      if rank > 0 {
        var candidates: [UInt64] = [0, 1, rank / 2, rank - 1]
        if rank >= 2 { candidates.append(rank - 2) }
        for lower in Set(candidates).sorted() where lower < rank && lowerAndDelete(at: i, to: lower) { break }
      }
      // Again only where something was deleted: a value that can be lowered alone would creep down in these small steps.
      if choices.count == length { i += 1 }
    }
  }

  private mutating func lowerAndDelete(at i: Int, to lower: UInt64) -> Bool {
    var ranks = best.ranks
    ranks[i] = lower
    let (accepted, run) = attempt(ranks)
    if accepted {
      minimize([i])
      return true
    }
    // What followed the choice in the spans around it: a kind that needs less than the one before.
    for span in best.spans where span.start <= i && i + 1 < span.end {
      var shorter = ranks
      shorter.removeSubrange(i + 1..<span.end)
      if accepts(shorter) { return true }
    }
    // What a shorter run left over, at each later place: windows for short sequences, span boundaries for long ones.
    var regions: [Range<Int>] = []
    if let run, run.choices.count < choices.count {
      let lost = choices.count - run.choices.count
      let starts =
        choices.count <= 128
        ? Array(i + 1..<max(i + 2, choices.count - lost + 1)) : best.spans.map(\.start).filter { $0 > i }
      regions = starts.filter { $0 + lost <= choices.count }.map { $0..<$0 + lost }
    } else {
      regions = best.spans.filter { $0.start > i && $0.end > $0.start }.prefix(32).map { $0.start..<$0.end }
    }
    for region in regions {
      if isExhausted { return false }
      var shorter = ranks
      shorter.removeSubrange(region)
      if accepts(shorter) { return true }
      // The others may count the deleted thing: [0, 2, 1], three numbers that are positions, becomes [1, 0].
      guard let index = best.spans.firstIndex(where: { $0.start == region.lowerBound && $0.end == region.upperBound }),
        let place = siblingNumber(of: index), choices.count <= 256
      else { continue }
      var kept = choices
      kept[i].rank = lower
      if accepts(renumbered(kept, without: region, above: place, except: i)) { return true }
    }
    return false
  }

  /// Tries to delete a span; if that fails and later indices may count it, to delete it and lower those beyond it by one.
  private mutating func deletes(_ span: Span, at index: Int) -> Bool {
    if accepts(without(span.start..<span.end)) { return true }
    guard choices[span.end...].contains(where: \.isIndex), let place = siblingNumber(of: index) else { return false }
    return accepts(renumbered(choices, without: span.start..<span.end, above: place, except: nil))
  }

  /// The ranks without a region, those above `place` lowered by one: the indices' if there are any, else all numbers'.
  private func renumbered(
    _ choices: [Choice], without region: Range<Int>, above place: Int, except exempt: Int?
  ) -> [UInt64] {
    let indicesOnly = choices.contains(where: \.isIndex)
    return choices.indices.filter { !region.contains($0) }.map { k in
      let choice = choices[k]
      let moves = indicesOnly ? choice.isIndex : choice.maximumRank > 1 && k != exempt
      return moves && choice.rank > UInt64(place) ? choice.rank - 1 : choice.rank
    }
  }

  /// The number of non-empty spans that stand before a span directly inside of the same span.
  private func siblingNumber(of index: Int) -> Int? {
    let span = best.spans[index]
    var number = 0
    for other in best.spans[..<index].reversed() {
      if other.depth < span.depth { return number }
      if other.depth == span.depth, other.end > other.start { number += 1 }
    }
    return nil
  }

  private func without(_ range: Range<Int>) -> [UInt64] {
    var ranks = best.ranks
    ranks.removeSubrange(range)
    return ranks
  }
}
