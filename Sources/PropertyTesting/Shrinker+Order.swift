// Shrink passes that sort: sibling spans and single choices, so that one failing set of elements has one minimal order.

extension Shrinker {
  /// Sorts the spans that lie side by side in the same span: all at once, else neighbour by neighbour.
  mutating func reorderSpans() {
    var i = 0
    while i < best.spans.count, !isExhausted {
      let siblings = children(of: i)
      if siblings.count > 1, !accepts(reordered(siblings, by: siblings.sorted { isSimpler($0, $1) })) {
        for k in siblings.indices.dropLast() {
          let now = children(of: i)
          guard now.count == siblings.count, isSimpler(now[k + 1], now[k]) else { continue }
          var order = now
          // Down as far as it gets.
          var place = k
          while place >= 0, isSimpler(now[k + 1], order[place]) {
            order.swapAt(place, place + 1)
            if !accepts(reordered(now, by: order)) { break }
            place -= 1
            if children(of: i).count != now.count { break }
            order = children(of: i)
            if place < 0 || !isSimpler(order[place + 1], order[place]) { break }
          }
        }
      }
      i += 1
    }
  }

  /// Swaps neighbouring spans that are not in order together with the later indices that count them.
  mutating func reorderCounted() {
    var i = 0
    while i < best.spans.count, !isExhausted {
      var k = 0
      while true {
        let siblings = children(of: i)
        guard k + 1 < siblings.count, !isExhausted else { break }
        let (a, b) = (siblings[k], siblings[k + 1])
        if isSimpler(b, a), choices[b.end...].contains(where: { $0.isIndex && ($0.rank == k || $0.rank == k + 1) }) {
          var ranks = reordered([a, b], by: [b, a])
          for j in b.end..<choices.count where choices[j].isIndex {
            if choices[j].rank == k { ranks[j] += 1 } else if choices[j].rank == k + 1 { ranks[j] -= 1 }
          }
          accepts(ranks)
        }
        k += 1
      }
      i += 1
    }
  }

  /// Swaps choices of the same range that stand in descending order.
  mutating func swapChoices() {
    var i = 0
    while i < choices.count, !isExhausted {
      for j in i + 1..<max(i + 1, min(i + 17, choices.count)) {
        guard j < choices.count, choices[i].rank > choices[j].rank, choices[i].maximumRank == choices[j].maximumRank
        else { continue }
        var ranks = best.ranks
        ranks.swapAt(i, j)
        accepts(ranks)
      }
      i += 1
    }
  }

  /// The non-empty spans directly inside of a span.
  func children(of index: Int) -> [Span] {
    guard index < best.spans.count else { return [] }
    let parent = best.spans[index]
    var result: [Span] = []
    for span in best.spans[(index + 1)...] {
      if span.depth <= parent.depth { break }
      if span.depth == parent.depth + 1, span.end > span.start { result.append(span) }
    }
    return result
  }

  /// The span directly around a span, or `nil` for the outermost.
  func parent(of index: Int) -> Int? {
    best.spans[..<index].lastIndex { $0.depth < best.spans[index].depth }
  }

  private func isSimpler(_ a: Span, _ b: Span) -> Bool {
    if a.end - a.start != b.end - b.start { return a.end - a.start < b.end - b.start }
    return choices[a.start..<a.end].lazy.map(\.rank).lexicographicallyPrecedes(
      choices[b.start..<b.end].lazy.map(\.rank))
  }

  /// The choice sequence with the contents of some disjoint spans, in `order`, put at the places of `places`.
  func reordered(_ places: [Span], by order: [Span]) -> [UInt64] {
    let old = best.ranks
    var ranks: [UInt64] = []
    var position = 0
    for (place, content) in zip(places, order) {
      ranks += old[position..<place.start]
      ranks += old[content.start..<content.end]
      position = place.end
    }
    return ranks + old[position...]
  }
}
