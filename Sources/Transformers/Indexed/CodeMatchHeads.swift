// Checks on the weights that every attention head looks its key up: one key leads all others by so much that softmax is one-hot.
import Tensors

/// What the attention of a one-layer decoder does, found from its weights alone: which key each state offers and which each head wants.
///
/// Conditions, checked for every state: key coordinates that are not identically zero have one absolute value each, so that a key is its
/// signs (its signature); so have the queries on these coordinates. Then the score of a query on a key is a weighted count of equal signs, and the key
/// whose signature the query has leads each other one by at least `2 * min weight`, less the slack: what rotation, unequal
/// absolute values and float32 rounding, in whatever order it sums, can change. The lead must exceed `requiredLead`, so that the other softmax weights are exactly 0.
struct CodeMatchHeads: Sendable {
  /// float32's exp is 0 below -103.98; a lead above it leaves nothing to the others.
  static let requiredLead = 104.0

  /// For each key-value head, the number of each state's key; equal numbers are equal signatures.
  let keys: [[UInt32]]
  /// For each key-value head, the class of each state's value vector.
  let valueClasses: [[UInt8]]
  /// For each key-value head, the value vector of each class, of shape [D].
  let values: [[[Float]]]
  /// For each key-value head, how far float32 evaluation may be from each coordinate of a value vector, of shape [D].
  let valueErrors: [[Double]]
  /// For each query head, the key-value head that it reads.
  let sources: [Int]
  /// For each query head, the key number that each state wants, or `noKey`.
  let wanted: [[UInt32]]
  /// For each key-value head, how many different keys there are.
  let keyCounts: [Int]
  /// The smallest lead of any head, in score units, slack taken off.
  let lead: Double

  static let noKey = UInt32.max
  static let maximumValueClasses = 16

  init(_ space: StateSpace, layer: LayerWeights) throws(StructureRefusal) {
    let configuration = space.model.configuration
    let (headSize, width) = (configuration.headSize, space.width)
    let groups = configuration.keyValueHeadCount
    let query = SparseRows(layer.query)
    let key = SparseRows(layer.key)
    let value = SparseRows(layer.value)
    let normalization = VectorNormalization(
      kind: configuration.normalization, weights: layer.attentionNormalization)
    var keyMaps = try CodeMatchHeads.projections(key, heads: groups, headSize: headSize, count: space.count, "key")
    var queryMaps: [SignatureTable] = []
    for h in 0..<configuration.headCount {
      // A query is read only where keys are not zero; its other coordinates meet them by rotation, and count in the slack.
      let rows = keyMaps[h / (configuration.headCount / groups)].rows.map { $0 % headSize + h * headSize }
      queryMaps.append(SignatureTable(rows: rows, count: space.count))
    }
    var classes = (0..<groups).map { _ in ValueClasses(count: space.count) }
    let valueRows = (0..<groups).map { g in value.activeRows.filter { $0 / headSize == g } }
    var failure: StructureRefusal?
    var largest: Float = 0
    var doubt = (relative: 0.0, absolute: 0.0)
    var valueMasses = [Float](repeating: 0, count: groups * headSize)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { buffer in
      guard let n = buffer.baseAddress else { return }
      space.forEach { state, x in
        guard failure == nil else { return }
        guard let found = normalization.apply(x, width: width, to: n) else {
          failure = StructureRefusal("the normalization divides the embedding of state \(state) by nearly nothing")
          return
        }
        doubt = (max(doubt.relative, found.relative), max(doubt.absolute, found.absolute))
        for c in 0..<width { largest = max(largest, abs(n[c])) }
        for g in 0..<groups { keyMaps[g].record(state, key, n) }
        for h in queryMaps.indices { queryMaps[h].record(state, query, n) }
        for g in 0..<groups {
          for row in valueRows[g] { valueMasses[row] = max(valueMasses[row], value.mass(row: row, of: n)) }
          if !classes[g].record(state, rows: valueRows[g], map: value, n, headSize: headSize) {
            failure = StructureRefusal("head group \(g) has more than \(CodeMatchHeads.maximumValueClasses) values")
          }
        }
      }
    }
    if let failure { throw failure }
    let rounding = ProjectionRounding(normalization, doubt: doubt, width: width)
    for g in 0..<groups { keyMaps[g].widen(key, rounding) }
    for h in queryMaps.indices { queryMaps[h].widen(query, rounding) }
    guard keyMaps.allSatisfy(\.isInRange), queryMaps.allSatisfy(\.isInRange) else {
      throw StructureRefusal("keys or queries leave the range of float32")
    }

    var lead = Double.infinity
    var keys: [[UInt32]] = []
    var numbers: [[UInt64: UInt32]] = []
    for g in 0..<groups {
      let varying = keyMaps[g].varyingSigns
      var numbering: [UInt64: UInt32] = [:]
      keys.append(
        keyMaps[g].signatures.map { signature in
          let next = UInt32(numbering.count)
          let known = numbering[signature & varying]
          if known == nil { numbering[signature & varying] = next }
          return known ?? next
        })
      numbers.append(numbering)
    }
    var wanted: [[UInt32]] = []
    var sources: [Int] = []
    for h in queryMaps.indices {
      let g = h / (configuration.headCount / groups)
      sources.append(g)
      let queryBound = CodeMatchHeads.bounds(
        query, head: h, headSize: headSize, largest: largest, rounding: rounding)
      lead = min(
        lead,
        try CodeMatchHeads.lead(
          of: queryMaps[h], over: keyMaps[g], queryBound: queryBound, configuration: configuration, head: h))
      let varying = keyMaps[g].varyingSigns
      let numbering = numbers[g]
      wanted.append(queryMaps[h].signatures.map { numbering[$0 & varying] ?? CodeMatchHeads.noKey })
    }
    self.keys = keys
    self.wanted = wanted
    self.sources = sources
    self.lead = lead
    keyCounts = numbers.map(\.count)
    valueClasses = classes.map(\.classOfState)
    values = classes.map(\.vectors)
    valueErrors = (0..<groups).map { g in
      (0..<headSize).map { d in
        let row = g * headSize + d
        return valueMasses[row] == 0 ? 0 : rounding.error(value, row: row, mass: valueMasses[row])
      }
    }
  }

  /// One empty signature table for each head of a projection, over the rows of the head that are not identically zero.
  private static func projections(
    _ map: SparseRows, heads: Int, headSize: Int, count: Int, _ name: String
  ) throws(StructureRefusal) -> [SignatureTable] {
    var tables: [SignatureTable] = []
    for h in 0..<heads {
      let rows = map.activeRows.filter { $0 / headSize == h }
      guard rows.count <= 64 else {
        throw StructureRefusal("\(name) head \(h) has \(rows.count) non-zero coordinates, more than 64")
      }
      tables.append(SignatureTable(rows: rows, count: count))
    }
    return tables
  }

  /// An upper bound of |q_c| for every coordinate c of head `h`, when no normalized coordinate exceeds `largest`.
  private static func bounds(
    _ query: SparseRows, head h: Int, headSize: Int, largest: Float, rounding: ProjectionRounding
  ) -> [Double] {
    (0..<headSize).map { c in
      let row = h * headSize + c
      var sum = Double(abs(query.bias[row]))
      for e in query.starts[row]..<query.starts[row + 1] { sum += Double(abs(query.values[e])) * Double(largest) }
      return sum == 0 ? 0 : sum + rounding.error(query, row: row, mass: Float(sum))
    }
  }

  /// How far, at least, the wanted key's score leads every other key's.
  private static func lead(
    of query: SignatureTable, over key: SignatureTable, queryBound: [Double], configuration: ModelConfiguration,
    head: Int
  ) throws(StructureRefusal) -> Double {
    let scale = configuration.resolvedAttentionScale
    // With a negative factor the least score would win, and a slack above the lead would pass for a lead.
    guard scale > 0 else { throw StructureRefusal("scores are multiplied by \(scale), which is not positive") }
    let (headSize, half) = (configuration.headSize, configuration.headSize / 2)
    var smallest = Double.infinity
    var slack = 0.0
    var total = 0.0
    var keyBound = [Double](repeating: 0, count: headSize)
    for (i, row) in key.rows.enumerated() {
      keyBound[row % headSize] = key.greatest(i)
      let greatest = query.greatest(i) * key.greatest(i)
      let least = query.least(i) * key.least(i)
      slack += greatest - least
      total += greatest
      guard key.varyingSigns >> UInt64(i) & 1 != 0 else { continue }
      guard least > 0 else {
        throw StructureRefusal("head \(head) does not read key coordinate \(row % headSize) at every position")
      }
      smallest = min(smallest, least)
    }
    // float32: products and sums of at most D terms, each within a few units of 2^-24
    slack += 2 * total * Rounding.accumulated(headSize)
    if case .rotary(let encoding) = configuration.positions {
      let frequencies = encoding.inverseFrequencies(headSize: headSize)
      for i in 0..<half {
        let angle = min(frequencies[i] * Double(max(0, configuration.maximumPositionCount - 1)), .pi)
        let aligned = queryBound[i] * keyBound[i] + queryBound[i + half] * keyBound[i + half]
        let crossed = queryBound[i + half] * keyBound[i] + queryBound[i] * keyBound[i + half]
        // The sine, the cosine and the angle itself are rounded too.
        let rounded = (4 + angle) * 0x1p-22
        slack += aligned * (1 - cosine(angle) + rounded) + crossed * (min(angle, 1) + rounded)
      }
    }
    guard !key.rows.isEmpty, smallest < .infinity else { return .infinity }  // one key only: nothing to lead
    let lead = scale * (2 * smallest - 2 * slack)
    guard lead >= requiredLead else {
      throw StructureRefusal(
        "head \(head): the wanted key leads by \(lead), and float32 needs \(requiredLead) for an exactly one-hot softmax"
      )
    }
    return lead
  }

  /// cos(x) for 0 <= x <= pi, from below: 1 - x^2/2, and -1 past the place where that is less.
  private static func cosine(_ x: Double) -> Double { max(-1, 1 - x * x / 2) }
}
