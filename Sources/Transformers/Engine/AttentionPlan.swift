// Which coordinates of queries, keys and values can matter, read off a layer's weights.

/// The coordinates of each key-value head that a layer has to compute and cache.
struct AttentionPlan {
  /// One key-value head.
  struct Group {
    /// Rotary pairs kept, ascending; empty where positions are learned.
    var pairs: [Int]
    /// Kept key coordinates; with rotary positions the pairs' first halves, then their second halves.
    var keyCoordinates: [Int]
    /// Kept value coordinates, ascending.
    var valueCoordinates: [Int]
  }

  /// The key-value heads in order.
  var groups: [Group]

  /// The plan of one layer.
  ///
  /// A key coordinate is dropped if it is 0 for every input or if the same coordinate of every query of its group is; a
  /// rotation mixes the coordinates of a pair, so that pairs stay or go together. A value coordinate is dropped if it
  /// is 0 for every input or if no head's output projection reads it. Each dropped term of a score or sum is exactly 0.
  init(_ layer: LayerWeights, _ configuration: ModelConfiguration, compacts: Bool) {
    let (d, half) = (configuration.headSize, configuration.headSize / 2)
    let headsPerGroup = configuration.headCount / configuration.keyValueHeadCount
    let query = LinearSupport(layer.query, compacts: compacts).rows
    let key = LinearSupport(layer.key, compacts: compacts).rows
    let value = LinearSupport(layer.value, compacts: compacts).rows
    let read = LinearSupport(layer.output, compacts: compacts).columns
    groups = (0..<configuration.keyValueHeadCount).map { g in
      let heads = g * headsPerGroup..<(g + 1) * headsPerGroup
      func queried(_ i: Int) -> Bool { heads.contains { query[$0 * d + i] } }
      let values = (0..<d).filter { i in value[g * d + i] && heads.contains { read[$0 * d + i] } }
      if configuration.positions == .learned {
        let coordinates = (0..<d).filter { key[g * d + $0] && queried($0) }
        return Group(pairs: [], keyCoordinates: coordinates, valueCoordinates: values)
      }
      let pairs = (0..<half).filter { i in
        (key[g * d + i] || key[g * d + i + half]) && (queried(i) || queried(i + half))
      }
      return Group(
        pairs: pairs, keyCoordinates: pairs + pairs.map { $0 + half }, valueCoordinates: values)
    }
  }
}
