// The fallback where keys are no codes: every query against every earlier key.
import ExactArithmetic
import Transformers

/// Comparing all pairs of positions: O(T^2 d).
enum AllPairs {
  /// So many block contributions are evaluated at most.
  static let limit = 4_000_000_000

  /// What a head's queries select.
  ///
  /// - Parameter reason: why the codes did not tell; part of the sentence when this is refused too.
  static func select<E: Enclosure>(
    _ queries: [Int: BlockValues<E>], _ keys: [(ScoreBlock, BlockValues<E>)], form: PromptForm, scale: ScoreScale,
    reason: Doubt, _ operations: inout Operations<E>
  ) throws(Doubt) -> HeadSelection {
    let (first, count) = (form.firstAnsweringPosition, form.readPositionCount)
    let pairs = keys.compactMap { block, values in queries[block.first].map { (block, $0, values) } }
    let (cost, overflow) = (2 * (count - first)).multipliedReportingOverflow(by: 2 * count * max(1, pairs.count))
    guard !overflow, cost <= limit else {
      throw Doubt(
        "\(reason.reason); comparing all pairs of positions instead would take \(overflow ? "more than 2^63" : "\(cost)") "
          + "products, more than \(limit)")
    }
    // Each block's contribution for each pair of values, once.
    var tables: [(query: [UInt16], key: [UInt16], width: Int, low: [Double], high: [Double])] = []
    var sum = ScoreSum()
    var largest = 0.0
    for (block, query, key) in pairs {
      guard query.values.count * key.values.count <= 1 << 22 else {
        throw Doubt("\(reason.reason); and a coordinate has \(query.values.count) times \(key.values.count) products")
      }
      var (low, high): ([Double], [Double]) = ([], [])
      var parts: [Contribution<E>] = []
      for q in query.values {
        for k in key.values {
          let part = Contribution(q, k, block.rotation, vector: scale.vector, &operations)
          low.append(part.exact.lowerBound)
          high.append(part.exact.upperBound)
          parts.append(part)
        }
      }
      largest = (largest + (parts.map(\.magnitude).max() ?? 0)).nextUp
      sum.add(parts, turns: block.second != nil && block.rotation.angle > 0)
      tables.append((query.ids, key.ids, key.values.count, low, high))
    }
    let error = sum.error(&operations)
    let mass = (largest + error).nextUp
    scale.note(mass: mass, &operations)
    let additions = (mass * Double(tables.count + 1) * 0x1p-52).nextUp
    var selected: [Int32] = []
    var least = (gap: Double.infinity, place: first)
    var (low, high) = ([Double](repeating: 0, count: 2 * count), [Double](repeating: 0, count: 2 * count))
    for p in first..<count {
      var choice = -1
      for v in 0...1 {
        let end = 2 * (p + 1)
        for s in 0..<end { (low[s], high[s]) = (0, 0) }
        for table in tables {
          let row = Int(table.query[2 * p + v]) * table.width
          table.key.withUnsafeBufferPointer { key in
            for s in 0..<end {
              low[s] += table.low[row + Int(key[s])]
              high[s] += table.high[row + Int(key[s])]
            }
          }
        }
        var best = 0
        for s in 1..<end where low[s] > low[best] { best = s }
        let a = best >> 1
        // What is sure of the selected position, whatever it carries, against any other.
        let own = min(low[2 * a], low[2 * a + 1])
        var other = -Double.infinity
        for s in 0..<end where s >> 1 != a { other = max(other, high[s]) }
        let lead = (own - other - 2 * error - 2 * additions).nextDown
        let gap = other == -.infinity ? .infinity : scale.lead(lead, mass: mass, operations)
        guard gap > 0 else {
          throw Doubt(
            "\(reason.reason); and position \(p) has no one earlier position whose score is greatest for sure",
            step: p - first)
        }
        guard choice < 0 || choice == a else {
          throw Doubt("what position \(p) looks up depends on its own value", step: p - first)
        }
        choice = a
        if gap < least.gap { least = (gap, p) }
      }
      selected.append(Int32(choice))
    }
    return HeadSelection(selected: selected, gap: least.gap, place: least.place, comparesAllPairs: true)
  }
}
