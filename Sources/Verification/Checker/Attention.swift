// The attention of a layer over all inputs: what every head selects, and the numbers that it brings back.
import ExactArithmetic
import Tensors
import Transformers

#if canImport(Glibc)
  import Glibc
#endif

/// What attention does at every answering position.
struct Attention<E: Enclosure> {
  /// One entry a query head.
  let selections: [HeadSelection]
  let bounds: Bounds.Layer
  /// For each key-value head, the class of each state's value vector.
  private let classes: [[UInt16]]
  /// For each query head and value class, the D numbers that the head brings.
  private let brought: [[[E]]]
  private let headsPerGroup: Int

  /// The class of the value vector that head `h` fetches from `state`.
  func valueClass(head h: Int, state: Int) -> Int { Int(classes[h / headsPerGroup][state]) }

  /// What the heads may bring to any position at all, one number a coordinate, where rounding matters there: in models of several layers.
  let anything: [E]

  /// The heads' outputs, one after the other, for one value class each.
  func fetched(_ valueClasses: [Int], _ operations: inout Operations<E>) -> [E] {
    var result: [E] = []
    for (h, c) in valueClasses.enumerated() { result.append(contentsOf: brought[h][c]) }
    return result
  }

  init(
    _ model: Model, _ layer: LayerWeights, _ states: PositionStates, _ form: PromptForm, positionCount: Int,
    _ operations: inout Operations<E>
  ) throws(Doubt) {
    let configuration = model.configuration
    let size = configuration.headSize
    let perGroup = configuration.headCount / configuration.keyValueHeadCount
    let normalizer = Normalizer<E>(
      configuration.normalization, layer.attentionNormalization, width: configuration.hiddenSize,
      readers: [layer.query, layer.key, layer.value])
    let factors = try states.factors(normalizer, &operations)
    let common = factors.map { normalizer.commonFactor($0) }
    let (least, greatest) = (common.map(\.lowerBound).min() ?? 1, common.map(\.upperBound).max() ?? 1)
    let isPower = common.allSatisfy { Operations<E>.isPowerOfTwo($0) }
    let (query, key, value) = (SparseMap(layer.query), SparseMap(layer.key), SparseMap(layer.value))
    let blocks = ScoreBlock.all(configuration, positionCount: positionCount, operations)
    func block(_ map: SparseMap, _ head: Int, _ block: ScoreBlock, _ operations: inout Operations<E>) throws(Doubt)
      -> BlockValues<E>?
    {
      func row(_ i: Int?, _ operations: inout Operations<E>) throws(Doubt) -> RowValues<E>? {
        guard let i, !map.isZero(head * size + i) else { return nil }
        return try states.rowValues(map, head * size + i, normalizer, factors, &operations)
      }
      return try BlockValues(
        try row(block.first, &operations), try row(block.second, &operations), stateCount: states.stateCount)
    }
    let attentionScale = configuration.resolvedAttentionScale
    guard attentionScale > 0, attentionScale.isFinite else {
      throw Doubt("scores are multiplied by \(attentionScale), which is not positive")
    }
    let isScaleExact = BinaryDigits.isPowerOfTwo(attentionScale)
    if let rounding = operations.model {
      operations.noteWhole(attentionScale)
      guard attentionScale >= rounding.smallestNormal else {
        throw Doubt("scores are multiplied by \(attentionScale), which is less than the least normal number")
      }
    }
    // All columns are computed, whether a map reads them or not.
    for column in states.columns { operations.noteWhole(column.values.reduce(0) { max($0, abs($1)) }) }
    let vector = CommonFactor(least: least, greatest: greatest, isPower: isPower)
    // 1 / sqrt(D) was rounded to a double.
    let scale = ScoreScale(
      least: (attentionScale * least * (isScaleExact ? 1 : 1 - 0x1p-50)).nextDown,
      greatest: (attentionScale * greatest * (isScaleExact ? 1 : 1 + 0x1p-50)).nextUp, keys: (least, greatest),
      isExact: isScaleExact, vector: vector)
    var selections: [HeadSelection] = []
    var codes: [(all: [(ScoreBlock, BlockValues<E>)], code: KeyCode<E>)] = []
    for g in 0..<configuration.keyValueHeadCount {
      var keys: [(ScoreBlock, BlockValues<E>)] = []
      for b in blocks {
        if let values = try block(key, g, b, &operations) { keys.append((b, values)) }
      }
      codes.append((keys, KeyCode(keys, positionCount: states.positionCount)))
    }
    for h in 0..<configuration.headCount {
      let (keys, code) = codes[h / perGroup]
      var queries: [Int: BlockValues<E>] = [:]
      for (b, _) in keys { queries[b.first] = try block(query, h, b, &operations) }
      if operations.model != nil {
        // Queries that meet no key are computed as well, and infinity times 0 is no number.
        for b in blocks where queries[b.first] == nil { _ = try block(query, h, b, &operations) }
      }
      let found = try operations.relative(to: vector.squared) { (operations) throws(Doubt) -> HeadSelection in
        switch try code.select(queries, form: form, scale: scale, &operations) {
        case .success(let selection): return selection
        case .failure(let reason):
          return try AllPairs.select(queries, keys, form: form, scale: scale, reason: reason, &operations)
        }
      }
      selections.append(found)
    }
    var classes: [[UInt16]] = []
    var brought: [[[E]]] = []
    var leak = Bounds.Worst(0)
    var fetchError = 0.0
    let weights = selections.map { FetchWeights<E>(gap: $0.gap, positionCount: positionCount, operations) }
    for g in 0..<configuration.keyValueHeadCount {
      let vectors = try ValueVectors(value, g, size: size, normalizer, factors, states, &operations)
      classes.append(vectors.classes)
      for h in g * perGroup..<(g + 1) * perGroup {
        let weight = weights[h]
        if weight.leak >= leak.value {
          leak = Bounds.Worst(weight.leak, step: selections[h].place.map { $0 - form.firstAnsweringPosition }, head: h)
        }
        guard weight.isUseful else {
          throw Doubt("head \(h): what softmax leaves to other positions is not known under this rounding")
        }
        let all = vectors.values.map { vector in
          vector.enumerated().map { d, x in weight.apply(x, greatest: vectors.greatest[d], &operations) }
        }
        for (before, after) in zip(vectors.values, all) {
          for (x, y) in zip(before, after) {
            fetchError = max(fetchError, abs(y.upperBound - x.lowerBound), abs(x.upperBound - y.lowerBound))
          }
        }
        brought.append(all)
      }
    }
    anything =
      model.weights.layers.count > 1 && operations.model != nil
      ? try Attention.reach(brought, size: size, positionCount: positionCount, operations) : []
    let worst = selections.indices.min { selections[$0].gap < selections[$1].gap }
    bounds = Bounds.Layer(
      scoreGap: Bounds.Worst(
        worst.map { selections[$0].gap } ?? .infinity,
        step: worst.flatMap { selections[$0].place.map { $0 - form.firstAnsweringPosition } }, head: worst),
      leak: leak, fetchError: fetchError, comparesAllPairs: selections.contains(where: \.comparesAllPairs))
    self.selections = selections
    self.classes = classes
    self.brought = brought
    headsPerGroup = perGroup
  }

  /// All that softmax may make of the values that are there: its weights add up to 1 up to rounding, whatever the scores.
  private static func reach(
    _ brought: [[[E]]], size: Int, positionCount: Int, _ operations: Operations<E>
  ) throws(Doubt) -> [E] {
    let error = 2 * operations.growth(2 * positionCount + 16) + 4 * operations.functionUnit
    guard error < 1 else { throw Doubt("what softmax makes of many positions is not known under this rounding") }
    let underflow = Double(4 * positionCount) * (operations.model?.smallestNormal ?? 0)
    return brought.flatMap { classes in
      (0..<size).map { d in
        let greatest = classes.reduce(0) { max($0, $1[d].magnitude) }
        let reach = (greatest * (1 + error) + underflow).nextUp
        return greatest == 0 ? .zero : E(lower: -reach, upper: reach)
      }
    }
  }
}

/// The few value vectors of a key-value head.
private struct ValueVectors<E: Enclosure> {
  let classes: [UInt16]
  /// The D numbers of each class.
  let values: [[E]]
  /// The greatest absolute value of each coordinate.
  let greatest: [Double]

  init(
    _ map: SparseMap, _ g: Int, size: Int, _ normalizer: Normalizer<E>, _ factors: [NormalizationFactor<E>],
    _ states: PositionStates, _ operations: inout Operations<E>
  ) throws(Doubt) {
    var numbering = Numbering(stateCount: states.stateCount)
    if factors.count > 1 { numbering.refine(by: states.normClass, count: factors.count) }
    var rows: [RowValues<E>?] = []
    for d in 0..<size {
      guard !map.isZero(g * size + d) else {
        rows.append(nil)
        continue
      }
      let row = try states.rowValues(map, g * size + d, normalizer, factors, &operations)
      numbering.refine(by: row.ids, count: row.values.count)
      rows.append(row)
    }
    guard numbering.count <= 4096 else { throw Doubt("positions carry more than 4,096 different values") }
    classes = numbering.ids.map { UInt16(truncatingIfNeeded: $0) }
    var values: [[E]] = []
    for s in numbering.examples {
      let factor = normalizer.commonFactor(factors[Int(states.normClass[s])])
      values.append(rows.map { row in row.map { $0.values[Int($0.ids[s])] * factor } ?? .zero })
    }
    self.values = values
    greatest = (0..<size).map { d in values.reduce(0) { max($0, $1[d].magnitude) } }
    for x in greatest { operations.note(x) }
  }
}

/// What softmax makes of the value of the selected position.
private struct FetchWeights<E: Enclosure> {
  /// The total weight that other positions may have.
  let leak: Double
  /// How far the selected position's computed weight and sums may be off beside it.
  private let doubt: Double
  /// What underflow may add where every position has its part: a product and an addition each.
  private let underflow: Double
  private let isExact: Bool
  let isUseful: Bool

  /// Below -104 float32's exp is 0, and so is that of every narrower format.
  static var vanishingScore: Double { 104 }

  init(gap: Double, positionCount: Int, _ operations: Operations<E>) {
    isExact = operations.isHard || gap == .infinity && operations.model == nil
    guard let model = operations.model else {
      leak = operations.isHard || gap == .infinity ? 0 : FetchWeights.total(gap, positionCount)
      doubt = 0
      underflow = 0
      isUseful = leak < 0.5
      return
    }
    if gap >= FetchWeights.vanishingScore, model.vanishing >= 0x1p-150 {
      // Every other exponential is 0: a sum of one number, divided by itself.
      leak = 0
      doubt = 0
      underflow = 0
      isUseful = true
    } else {
      let errors = operations.growth(positionCount + 8) + operations.functionUnit
      leak =
        (FetchWeights.total(gap, positionCount) * (1 + 2 * errors)
        + Double(positionCount) * model.smallestNormal * 2).nextUp
      doubt = (3 * errors + Double(positionCount) * model.smallestNormal).nextUp
      underflow = 4 * Double(positionCount) * model.smallestNormal
      isUseful = leak < 0.25 && doubt < 0.25
    }
  }

  /// positionCount * exp(-gap), from above.
  private static func total(_ gap: Double, _ positionCount: Int) -> Double {
    gap == .infinity ? 0 : (Double(positionCount) * (-E(gap)).exponential().upperBound).nextUp
  }

  /// What the head brings where the selected position holds `x` and no position holds more than `greatest`.
  func apply(_ x: E, greatest: Double, _ operations: inout Operations<E>) -> E {
    if isExact { return x }
    if operations.model == nil {
      // (1 - leak) x + leak y, |y| <= greatest
      return Operations<E>.widened(x, relative: leak, absolute: leak * greatest)
    }
    if leak == 0 {
      // 1 up to the rounding of the quotient.
      let weight = operations.rounded(.one)
      return operations.product(weight, x)
    }
    return Operations<E>.widened(x, relative: leak + doubt, absolute: (leak + doubt) * greatest * 1.01 + underflow)
  }
}
