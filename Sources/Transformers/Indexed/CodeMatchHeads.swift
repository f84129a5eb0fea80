// Checks on the weights that every attention head looks its key up: one key leads all others by so much that softmax is one-hot.
import Tensors

/// What the attention of a one-layer decoder does, found from its weights alone: which key each state offers and which each head wants.
///
/// Conditions, checked for every state: key coordinates that are not identically zero have one absolute value each, so that a key is its
/// signs (its signature); so have the queries on these coordinates. Then the score of a query on a key is a weighted count of equal signs, and the key
/// whose signature the query has leads each other one by at least `2 * min weight`, less the slack: what rotation, unequal
/// absolute values and float32 rounding can change. The lead must exceed `requiredLead`, so that the other softmax weights are exactly 0.
struct CodeMatchHeads: Sendable {
  /// float32's exp is 0 below -103.98; a lead above it leaves nothing to the others.
  static let requiredLead = 104.0

  /// For each key-value head, the number of each state's key; equal numbers are equal signatures.
  let keys: [[UInt32]]
  /// For each key-value head, the class of each state's value vector.
  let valueClasses: [[UInt8]]
  /// For each key-value head, the value vector of each class, of shape [D].
  let values: [[[Float]]]
  /// For each key-value head, how far float32 may be from the value vectors, of shape [D].
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
    var normalizationError = 0.0
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { buffer in
      guard let n = buffer.baseAddress else { return }
      space.forEach { state, x in
        guard failure == nil else { return }
        normalization.apply(x, width: width, to: n)
        for c in 0..<width { largest = max(largest, abs(n[c])) }
        guard let error = normalization.error(x, width: width) else {
          failure = StructureRefusal("a residual vector whose normalization float32 may not find")
          return
        }
        normalizationError = max(normalizationError, error)
        for g in 0..<groups { keyMaps[g].record(state, key, n) }
        for h in queryMaps.indices { queryMaps[h].record(state, query, n) }
        for g in 0..<groups {
          if !classes[g].record(state, rows: valueRows[g], map: value, n, headSize: headSize) {
            failure = StructureRefusal("head group \(g) has more than \(CodeMatchHeads.maximumValueClasses) values")
          }
        }
      }
    }
    if let failure { throw failure }
    let inputs = InputBounds(largest: Double(largest), error: normalizationError)

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
      lead = min(
        lead,
        try CodeMatchHeads.lead(
          of: queryMaps[h], over: keyMaps[g],
          queryBounds: (0..<headSize).map { query.bounds(row: h * headSize + $0, inputs) },
          keyBounds: (0..<headSize).map { key.bounds(row: g * headSize + $0, inputs) },
          configuration: configuration, head: h))
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
      (0..<headSize).map { value.bounds(row: g * headSize + $0, inputs).error }
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

  /// How far, at least, the wanted key's score leads every other key's, whatever float32 and the rotation change.
  private static func lead(
    of query: SignatureTable, over key: SignatureTable, queryBounds: [RowBounds], keyBounds: [RowBounds],
    configuration: ModelConfiguration, head: Int
  ) throws(StructureRefusal) -> Double {
    let scale = configuration.resolvedAttentionScale
    guard scale > 0 else { throw StructureRefusal("scores are multiplied by \(scale), which is not positive") }
    let (headSize, half) = (configuration.headSize, configuration.headSize / 2)
    var smallest = Double.infinity
    var slack = 0.0
    var total = 0.0
    for (i, row) in key.rows.enumerated() {
      let greatest = Double(query.largest[i]) * Double(key.largest[i])
      let least = Double(query.smallest[i]) * Double(key.smallest[i])
      slack += greatest - least
      guard key.varyingSigns >> UInt64(i) & 1 != 0 else { continue }
      guard least > 0 else {
        throw StructureRefusal("head \(head) does not read key coordinate \(row % headSize) at every position")
      }
      smallest = min(smallest, least)
    }
    func pair(_ i: Int, _ j: Int) {
      // What the projections' own rounding changes, and what the score's: products of at most D terms.
      let (q, k) = (queryBounds[i], keyBounds[j])
      slack += q.magnitude * k.error + q.error * (k.magnitude + k.error)
      total += q.magnitude * k.magnitude
    }
    for i in 0..<headSize { pair(i, i) }
    if case .rotary(let encoding) = configuration.positions {
      let frequencies = encoding.inverseFrequencies(headSize: headSize)
      for i in 0..<half {
        let (j, angle) = (
          i + half, min(abs(frequencies[i]) * Double(max(0, configuration.maximumPositionCount - 1)), .pi)
        )
        pair(i, j)
        pair(j, i)
        let aligned =
          queryBounds[i].magnitude * keyBounds[i].magnitude + queryBounds[j].magnitude * keyBounds[j].magnitude
        let crossed =
          queryBounds[j].magnitude * keyBounds[i].magnitude + queryBounds[i].magnitude * keyBounds[j].magnitude
        slack += aligned * (1 - cosine(angle)) + crossed * min(angle, 1)
      }
    }
    guard !key.rows.isEmpty, smallest < .infinity else { return .infinity }  // one key only: nothing to lead
    slack += RoundingBounds.error(ofSum: total, terms: headSize + 8)
    guard scale * total < 1e30 else { throw StructureRefusal("head \(head): scores up to \(scale * total)") }
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

/// The signs of some coordinates of a projection, state by state, and the range of each coordinate's absolute value.
struct SignatureTable: Sendable {
  /// The projection's rows that are looked at; bit i of a signature is the sign of row `rows[i]`.
  let rows: [Int]
  var signatures: [UInt64]
  var smallest: [Float]
  var largest: [Float]
  private var first: UInt64?
  /// The bits that are not the same in all signatures.
  private(set) var varyingSigns: UInt64 = 0

  init(rows: [Int], count: Int) {
    self.rows = rows
    signatures = [UInt64](repeating: 0, count: count)
    smallest = [Float](repeating: .infinity, count: rows.count)
    largest = [Float](repeating: 0, count: rows.count)
  }

  mutating func record(_ state: Int, _ map: SparseRows, _ n: UnsafePointer<Float>) {
    var signature: UInt64 = 0
    for (i, row) in rows.enumerated() {
      let y = map.apply(row: row, to: n)
      let magnitude = abs(y)
      if magnitude < smallest[i] { smallest[i] = magnitude }
      if magnitude > largest[i] { largest[i] = magnitude }
      if y < 0 { signature |= 1 << UInt64(i) }
    }
    signatures[state] = signature
    if let first { varyingSigns |= first ^ signature } else { first = signature }
  }
}

/// The few value vectors that occur, and which of them each state has.
struct ValueClasses: Sendable {
  var vectors: [[Float]] = []
  var classOfState: [UInt8]

  init(count: Int) { classOfState = [UInt8](repeating: 0, count: count) }

  /// Files the value of `state` under its class; false when there are too many classes.
  mutating func record(
    _ state: Int, rows: [Int], map: SparseRows, _ n: UnsafePointer<Float>, headSize: Int
  ) -> Bool {
    for (i, vector) in vectors.enumerated() {
      var isEqual = true
      for row in rows where map.apply(row: row, to: n) != vector[row % headSize] {
        isEqual = false
        break
      }
      if isEqual {
        classOfState[state] = UInt8(i)
        return true
      }
    }
    guard vectors.count < CodeMatchHeads.maximumValueClasses else { return false }
    var vector = [Float](repeating: 0, count: headSize)
    for row in rows { vector[row % headSize] = map.apply(row: row, to: n) }
    classOfState[state] = UInt8(vectors.count)
    vectors.append(vector)
    return true
  }
}
