// Shrink passes that delete something and change something else for it, for sequences that are short already.

extension Shrinker {
  /// The longest sequence for which the passes of this file run, since they try many things for each span.
  private static var lengthLimit: Int { 256 }

  /// Deletes a span and gives one of the next two numbers a small value: a table of two operands becomes one of the operand left.
  mutating func deleteAndRetune() {
    guard choices.count <= Self.lengthLimit else { return }
    var i = best.spans.count - 1
    while i >= 0, !isExhausted {
      if i < best.spans.count, best.spans[i].end > best.spans[i].start { deleteAndRetune(span: best.spans[i]) }
      i -= 1
    }
  }

  private mutating func deleteAndRetune(span: Span) {
    let ranks = best.ranks
    let old = choices
    for k in old.indices[span.end...].lazy.filter({ old[$0].maximumRank > 1 }).prefix(2) {
      for rank in 0..<min(4, old[k].maximumRank) where rank != ranks[k] {
        var shorter = ranks
        shorter[k] = rank
        shorter.removeSubrange(span.start..<span.end)
        if accepts(shorter) || isExhausted { return }
      }
    }
  }

  /// Deletes a span with a number in it and lets another number make up for it: [1, 32767] becomes [-32768] where sums wrap.
  ///
  /// The other number of the same range, one of the three nearest on either side, takes the sum (modulo the range) or either end.
  mutating func mergeNumbers() {
    guard choices.count <= Self.lengthLimit else { return }
    var i = best.spans.count - 1
    while i >= 0, !isExhausted {
      if i < best.spans.count, best.spans[i].end > best.spans[i].start { mergeNumber(ofSpan: i) }
      i -= 1
    }
  }

  private mutating func mergeNumber(ofSpan index: Int) {
    let region = best.spans[index].start..<best.spans[index].end
    let old = choices
    guard region.count < old.count, let source = region.first(where: { old[$0].maximumRank > 1 }) else { return }
    let given = old[source]
    func isAlike(_ k: Int) -> Bool { old[k].below == given.below && old[k].above == given.above }
    let targets =
      Array(old[..<region.lowerBound].indices.reversed().lazy.filter(isAlike).prefix(3))
      + Array(old[region.upperBound...].indices.lazy.filter(isAlike).prefix(3))
    for target in targets {
      let (low, high) = (-Int128(given.below), Int128(given.above))
      let size = high - low + 1
      var sum = old[target].offset + given.offset
      if sum > high { sum -= size } else if sum < low { sum += size }
      for offset in [sum, low, high] {
        guard let rank = given.rank(ofOffset: offset) else { continue }
        var ranks = best.ranks
        ranks[target] = rank
        ranks.removeSubrange(region)
        if accepts(ranks) { return }
        if isExhausted { return }
      }
    }
  }

  /// Moves a span to the place of a shorter one and lets that take its place; also among the shorter one's siblings, in any place.
  ///
  /// A tree's part hangs lower then: `(0, (1), (0, (2), -))` becomes `(0, -, (0, (1), (2)))`.
  mutating func moveSpans() {
    guard best.spans.count <= 40 else { return }
    var i = 0
    while i < best.spans.count, !isExhausted {
      var j = 0
      while j < best.spans.count, !isExhausted {
        if i < best.spans.count { moveSpan(i, to: j) }
        j += 1
      }
      i += 1
    }
  }

  private mutating func moveSpan(_ i: Int, to j: Int) {
    let (moved, place) = (best.spans[i], best.spans[j])
    guard moved.end - moved.start > place.end - place.start, place.end > place.start, let parent = parent(of: j)
    else { return }
    let siblings = children(of: parent)
    guard siblings.allSatisfy({ $0.end <= moved.start || moved.end <= $0.start }),
      let own = siblings.firstIndex(of: place)
    else { return }
    var others = siblings
    others.remove(at: own)
    for position in siblings.indices {
      var contents = others
      contents.insert(moved, at: position)
      // In the order of places: the moved span's own is before or after all the siblings'.
      let candidate =
        moved.start < place.start
        ? reordered([moved] + siblings, by: [place] + contents) : reordered(siblings + [moved], by: contents + [place])
      if accepts(candidate) || isExhausted { return }
    }
  }
}
