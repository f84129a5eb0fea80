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
      guard accepts(without(span.start..<span.end)) else { continue }
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
      var lowered = false
      let rank = choices[i].rank
      if rank > 0 {
        var candidates: [UInt64] = [0, 1, rank / 2, rank - 1]
        if rank >= 2 { candidates.append(rank - 2) }
        for lower in Set(candidates).sorted() where lower < rank && !lowered {
          lowered = lowerAndDelete(at: i, to: lower)
        }
      }
      if !lowered { i += 1 }
    }
  }

  private mutating func lowerAndDelete(at i: Int, to lower: UInt64) -> Bool {
    var ranks = best.ranks
    ranks[i] = lower
    let (accepted, run) = attempt(ranks)
    if accepted { return true }
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
    }
    return false
  }

  private func without(_ range: Range<Int>) -> [UInt64] {
    var ranks = best.ranks
    ranks.removeSubrange(range)
    return ranks
  }
}
