// One layer in the engine's form: fused, compacted matrices and the places of their outputs.
import Tensors

/// What the engine needs of one key-value head and the query heads that read it.
struct PreparedGroup: Sendable {
  /// Query heads of the group, H / G.
  let headCount: Int
  /// Kept key coordinates K': those that some query of the group can meet with anything but 0 on both sides.
  let keyWidth: Int
  /// Kept value coordinates: those that are not always 0 and that the output projection reads.
  let valueWidth: Int
  /// Where the group's queries, key and value begin in the fused projection's output; queries stand K' apart.
  let queryOffset: Int
  let keyOffset: Int
  let valueOffset: Int
  /// Where the group's outputs begin in the concatenated heads; heads stand `valueWidth` apart.
  let attendedOffset: Int
  /// The columns of the engine's rotary table for the group's pairs; K' is twice their number. `nil`: all of them in
  /// order.
  let tableColumns: IndexBuffer?
}

/// One layer in the engine's form.
final class PreparedLayer: Sendable {
  let attentionNormalization: PreparedNormalization
  let queryKeyValue: PreparedLinear
  let groups: [PreparedGroup]
  /// The width of the concatenated heads.
  let attendedWidth: Int
  let output: PreparedLinear
  let outputRows: IndexBuffer
  let feedForwardNormalization: PreparedNormalization
  /// Gates, where there are any, then hidden units.
  let gateAndUp: PreparedLinear
  let hiddenCount: Int
  let down: PreparedLinear
  let downRows: IndexBuffer

  init(
    _ layer: LayerWeights, _ plan: AttentionPlan, _ configuration: ModelConfiguration, rotaryPairs: [Int]?,
    compacts: Bool, name: String, report: inout PreparationReport
  ) {
    let c = configuration.hiddenSize
    let (d, headsPerGroup) = (configuration.headSize, configuration.headCount / configuration.keyValueHeadCount)

    var rows: [(map: Linear, row: Int)] = []
    var attended: [Int] = []
    var groups: [PreparedGroup] = []
    for (g, group) in plan.groups.enumerated() {
      let (queryOffset, attendedOffset) = (rows.count, attended.count)
      for head in g * headsPerGroup..<(g + 1) * headsPerGroup {
        rows += group.keyCoordinates.map { (layer.query, head * d + $0) }
        attended += group.valueCoordinates.map { head * d + $0 }
      }
      let keyOffset = rows.count
      rows += group.keyCoordinates.map { (layer.key, g * d + $0) }
      let valueOffset = rows.count
      rows += group.valueCoordinates.map { (layer.value, g * d + $0) }
      var tableColumns: IndexBuffer?
      if let rotaryPairs, rotaryPairs != group.pairs {
        tableColumns = IndexBuffer(group.pairs.map { pair in rotaryPairs.firstIndex(of: pair) ?? 0 })
      }
      groups.append(
        PreparedGroup(
          headCount: headsPerGroup, keyWidth: group.keyCoordinates.count, valueWidth: group.valueCoordinates.count,
          queryOffset: queryOffset, keyOffset: keyOffset, valueOffset: valueOffset, attendedOffset: attendedOffset,
          tableColumns: tableColumns))
      report.cachedNumbersPerPosition += group.keyCoordinates.count + group.valueCoordinates.count
    }
    report.fullCachedNumbersPerPosition += 2 * configuration.keyValueHeadCount * d
    self.groups = groups
    attendedWidth = attended.count

    let inputs = Self.columns(of: rows, count: c, compacts: compacts)
    attentionNormalization = PreparedNormalization(layer.attentionNormalization, configuration, columns: inputs)
    queryKeyValue = PreparedLinear(
      rows, columns: inputs, name: "\(name).queryKeyValue",
      modelRowCount: (configuration.headCount + 2 * configuration.keyValueHeadCount) * d, modelColumnCount: c,
      report: &report)

    let written = indices(of: LinearSupport(layer.output, compacts: compacts).rows)
    output = PreparedLinear(
      written.map { (layer.output, $0) }, columns: attended, name: "\(name).output", modelRowCount: c,
      modelColumnCount: configuration.headCount * d, report: &report)
    outputRows = IndexBuffer(written)

    // A hidden unit counts if it can differ from 0 and the projection back reads it: act(0) = 0 for all three kinds.
    let down = LinearSupport(layer.down, compacts: compacts)
    let up = LinearSupport(layer.up, compacts: compacts).rows
    let gate = layer.gate.map { LinearSupport($0, compacts: compacts).rows }
    let units = (0..<configuration.intermediateSize).filter { up[$0] && down.columns[$0] && (gate?[$0] ?? true) }
    hiddenCount = units.count
    let hiddenRows = (layer.gate.map { gate in units.map { (gate, $0) } } ?? []) + units.map { (layer.up, $0) }
    let hiddenInputs = Self.columns(of: hiddenRows, count: c, compacts: compacts)
    feedForwardNormalization = PreparedNormalization(
      layer.feedForwardNormalization, configuration, columns: hiddenInputs)
    gateAndUp = PreparedLinear(
      hiddenRows, columns: hiddenInputs, name: layer.gate == nil ? "\(name).up" : "\(name).gateAndUp",
      modelRowCount: configuration.intermediateSize * (layer.gate == nil ? 1 : 2), modelColumnCount: c, report: &report)
    let fedRows = indices(of: down.rows)
    self.down = PreparedLinear(
      fedRows.map { (layer.down, $0) }, columns: units, name: "\(name).down", modelRowCount: c,
      modelColumnCount: configuration.intermediateSize, report: &report)
    downRows = IndexBuffer(fedRows)
  }

  /// The columns in which one of the rows is not 0.
  private static func columns(of rows: [(map: Linear, row: Int)], count: Int, compacts: Bool) -> [Int] {
    if !compacts { return Array(0..<count) }
    var used = Array(repeating: false, count: count)
    for (map, row) in rows {
      map.weight.elements.withUnsafeBufferPointer { elements in
        for k in 0..<count where elements[row * count + k] != 0 { used[k] = true }
      }
    }
    return indices(of: used)
  }
}
