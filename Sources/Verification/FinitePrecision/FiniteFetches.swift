// Which earlier position each head selects at each position that answers, and that softmax gives it all the weight.
import ExactArithmetic
import Transformers

/// The positions that the heads fetch from, shown for every state of every position.
struct FiniteFetches: Sendable {
  /// For each position that answers, from the first on, the position that each head selects, shape [answers, H].
  private(set) var targets: [Int]
  /// The least lead of a selected score over any other.
  private(set) var gap: Bounds.Worst?
  /// Whether some head had to be compared position by position.
  private(set) var comparesAllPairs = false

  /// The most products that comparing all pairs may take, all heads together.
  static let pairLimit = 2_000_000_000

  private let layer: FiniteLayer
  private let states: FiniteStates
  private var budget = pairLimit

  init(_ layer: FiniteLayer, _ states: FiniteStates, in arithmetic: inout TracedFormat) throws(Doubt) {
    self.layer = layer
    self.states = states
    let heads = layer.configuration.headCount
    let answers = max(0, states.count - states.form.firstAnsweringPosition)
    targets = [Int](repeating: -1, count: answers * heads)
    try confirmStrays(in: &arithmetic)
    if states.form.emittedTokenCount == 0 { return }
    let size = layer.configuration.headSize
    for h in 0..<heads {
      let g = layer.group(ofHead: h)
      if let argument = FiniteMatching(
        queries: states.queryPalettes[h * size..<(h + 1) * size], keys: states.keyPalettes[g * size..<(g + 1) * size],
        scale: layer.scale, in: &arithmetic)
      {
        try lookUp(head: h, argument, in: &arithmetic)
      } else {
        try compareAll(head: h, in: &arithmetic)
      }
    }
  }

  /// The step whose token follows `position`.
  private func step(_ position: Int) -> Int { position - states.form.firstAnsweringPosition }

  private mutating func record(_ target: Int, at position: Int, head h: Int) throws(Doubt) {
    let place = step(position) * layer.configuration.headCount + h
    guard targets[place] < 0 || targets[place] == target else {
      throw Doubt(
        "head \(h) at position \(position) selects position \(targets[place]) or \(target), as the token there is",
        step: step(position))
    }
    targets[place] = target
  }

  private mutating func record(_ score: FiniteNumber, over other: FiniteNumber?, at position: Int, head h: Int) {
    guard let other else { return }
    let lead = TracedFormat.lead(of: score, over: other)
    if gap.map({ lead < $0.value }) ?? true { gap = Bounds.Worst(lead, step: step(position), head: h) }
  }

  /// The weight that softmax gives to the only score whose exp is not 0: the sum is that exp, and the quotient is run.
  private func confirmWeight(of score: FiniteNumber, at position: Int, head h: Int, in format: FloatFormat)
    throws(Doubt)
  {
    let exponential = format.exponential(score)
    guard !exponential.isZero, let weight = try? format.divide(exponential, exponential), weight == format.one else {
      throw Doubt(
        "exp of every score of head \(h) at position \(position) may round to 0, so that softmax divides by 0",
        step: step(position))
    }
  }

  // MARK: By code

  /// The first two positions that have a key in some state; -1 where there is none.
  private struct Occurrence {
    var first = -1
    var second = -1
  }

  private mutating func lookUp(
    head h: Int, _ argument: FiniteMatching, in arithmetic: inout TracedFormat
  ) throws(Doubt) {
    let g = layer.group(ofHead: h)
    var occurrences = [Occurrence](repeating: Occurrence(), count: states.keys[g].count)
    for position in 0..<states.count {
      for v in 0..<states.stateCount(position) {
        let id = states.key(position, v, group: g)
        if occurrences[id].first < 0 {
          occurrences[id].first = position
        } else if occurrences[id].second < 0, occurrences[id].first != position {
          occurrences[id].second = position
        }
      }
    }
    // For each query: the key that it wants, and the score with it.
    let wanted = (0..<states.queries[h].count).map { id in
      states.keys[g].find(argument.wantedKey(of: states.queries[h][id]))
    }
    var scores = [FiniteNumber?](repeating: nil, count: wanted.count)
    for position in states.form.firstAnsweringPosition..<states.count {
      for v in 0..<states.stateCount(position) {
        let query = states.query(position, v, head: h)
        guard let key = wanted[query] else {
          throw Doubt("no position has the key that head \(h) at position \(position) looks for", step: step(position))
        }
        /// Whether `candidate` has the key in every state that is consistent with state v of `position`.
        func hasKey(_ candidate: Int) -> Bool {
          candidate == position
            ? states.key(position, v, group: g) == key
            : (0..<states.stateCount(candidate)).allSatisfy { states.key(candidate, $0, group: g) == key }
        }
        let found = occurrences[key]
        // Beyond the second are only later positions, of which the position itself may be one.
        let earlier = [found.first, found.second].filter { $0 >= 0 && $0 < position }
        let own = states.key(position, v, group: g) == key
        guard earlier.count + (own ? 1 : 0) == 1, let target = earlier.first ?? (own ? position : nil) else {
          throw Doubt(
            earlier.isEmpty
              ? "no position up to \(position) has the key that head \(h) looks for there"
              : "head \(h) at position \(position) cannot tell position \(earlier[0]) from "
                + "\(earlier.count > 1 ? earlier[1] : position)", step: step(position))
        }
        guard hasKey(target) else {
          throw Doubt(
            "position \(target) has the key that head \(h) at position \(position) looks for with one token, and not "
              + "with another", step: step(position))
        }
        try record(target, at: position, head: h)
        let score: FiniteNumber
        if let known = scores[query] {
          score = known
        } else {
          score = layer.score(
            states.queryNumbers(query, head: h), states.keyNumbers(key, group: g), in: &arithmetic)
          scores[query] = score
        }
        try confirmWeight(of: score, at: position, head: h, in: arithmetic.format)
        record(score, over: argument.greatestOther, at: position, head: h)
      }
    }
  }

  // MARK: Position by position

  private mutating func compareAll(head h: Int, in arithmetic: inout TracedFormat) throws(Doubt) {
    let (g, size) = (layer.group(ofHead: h), layer.configuration.headSize)
    let (cost, overflow) = (2 * states.count * states.count).multipliedReportingOverflow(by: size)
    guard !overflow, cost <= budget else {
      throw Doubt(
        "the scores of head \(h) do not tell positions apart by the values of their coordinates, and comparing all pairs of "
          + "\(states.count) positions takes about \(cost) products, beyond what is left of \(FiniteFetches.pairLimit)"
      )
    }
    budget -= cost
    comparesAllPairs = true
    let queries = (0..<states.queries[h].count).map { states.queryNumbers($0, head: h) }
    let keys = (0..<states.keys[g].count).map { states.keyNumbers($0, group: g) }
    for position in states.form.firstAnsweringPosition..<states.count {
      for v in 0..<states.stateCount(position) {
        let query = states.query(position, v, head: h)
        var target: Int?
        var selected: [FiniteNumber] = []
        var greatestOther: FiniteNumber?
        for candidate in 0...position {
          // One state where the candidate is the position itself, or where the states have one key.
          var ids = [states.key(candidate, candidate == position ? v : 0, group: g)]
          if candidate < position && states.stateCount(candidate) == 2 {
            let second = states.key(candidate, 1, group: g)
            if second != ids[0] { ids.append(second) }
          }
          let scores = ids.map { layer.score(queries[query], keys[$0], in: &arithmetic) }
          let attended = scores.count { !arithmetic.format.exponential($0).isZero }
          if attended == 0 {
            for score in scores { greatestOther = greatestOther.map { max($0, score) } ?? score }
            continue
          }
          guard attended == scores.count else {
            throw Doubt(
              "head \(h) at position \(position) attends to position \(candidate) with one token there, and not with "
                + "another", step: step(position))
          }
          if let target {
            throw Doubt(
              "head \(h) at position \(position) attends to both position \(target) and position \(candidate)",
              step: step(position))
          }
          (target, selected) = (candidate, scores)
        }
        guard let target else {
          throw Doubt(
            "exp of every score of head \(h) at position \(position) rounds to 0, so that softmax divides by 0",
            step: step(position))
        }
        try record(target, at: position, head: h)
        for score in selected {
          try confirmWeight(of: score, at: position, head: h, in: arithmetic.format)
          record(score, over: greatestOther, at: position, head: h)
        }
      }
    }
  }

  // MARK: Positions that do not answer

  /// What such positions fetch does not matter, but softmax must not divide by 0 there.
  private mutating func confirmStrays(in arithmetic: inout TracedFormat) throws(Doubt) {
    for stray in states.strays {
      let g = layer.group(ofHead: stray.head)
      var isAttending = false
      for candidate in 0..<stray.position where !isAttending {
        budget -= 2 * layer.configuration.headSize
        guard budget >= 0 else {
          throw Doubt(
            "showing that softmax exists in the prompt takes more than \(FiniteFetches.pairLimit) products")
        }
        isAttending = (0..<states.stateCount(candidate)).allSatisfy { v in
          let key = states.keyNumbers(states.key(candidate, v, group: g), group: g)
          return !arithmetic.format.exponential(layer.score(stray.query, key, in: &arithmetic)).isZero
        }
      }
      guard isAttending else {
        throw Doubt(
          "exp of every score of head \(stray.head) at position \(stray.position) may round to 0, so that softmax divides "
            + "by 0 there")
      }
    }
  }
}
