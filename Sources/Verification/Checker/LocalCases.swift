// One position's computation after attention, for one own state and one choice of fetched values, enclosed through the rest of the model.
import ExactArithmetic
import Tensors
import Transformers

/// The feedforward layers, the last normalization and the head of a decoder whose first layer alone attends.
struct LocalCases<E: Enclosure> {
  let states: PositionStates
  private let output: SparseMap
  private let layers: [FeedForward]
  private let kind: ModelConfiguration.FeedForward
  private let width: Int
  private let last: Normalizer<E>
  /// The columns that attention writes.
  private let attended: [Int]
  let next: NextTokens<E>
  /// The columns on which a case depends beside its norm, and for each column its place among them, or -1.
  let columns: [Int]
  private let places: [Int32]

  /// One feedforward layer.
  private struct FeedForward {
    let gate: SparseMap?
    let up: SparseMap
    let down: SparseMap
    let normalizer: Normalizer<E>
    /// The normalization before the attention, where that was not followed.
    let unread: Normalizer<E>?
    /// The columns that it writes.
    let fed: [Int]

    init(_ layer: LayerWeights, _ configuration: ModelConfiguration, isFirst: Bool) {
      gate = layer.gate.map { SparseMap($0) }
      up = SparseMap(layer.up)
      down = SparseMap(layer.down)
      fed = down.activeRows
      normalizer = Normalizer(
        configuration.normalization, layer.feedForwardNormalization, width: configuration.hiddenSize,
        readers: [layer.gate, layer.up])
      unread =
        isFirst
        ? nil
        : Normalizer(
          configuration.normalization, layer.attentionNormalization, width: configuration.hiddenSize, readers: [])
    }
  }

  init(_ model: Model, _ layer: LayerWeights, _ states: PositionStates, _ operations: inout Operations<E>) throws(Doubt)
  {
    let configuration = model.configuration
    self.states = states
    width = configuration.hiddenSize
    kind = configuration.feedForward
    output = SparseMap(layer.output)
    layers = model.weights.layers.enumerated().map { FeedForward($1, configuration, isFirst: $0 == 0) }
    last = Normalizer(configuration.normalization, model.weights.finalNormalization, width: width, readers: [])
    attended = output.activeRows
    let written = layers.reduce(into: Set(attended)) { $0.formUnion($1.fed) }
    next = try NextTokens(model, states, written: written, normalizer: last, &operations)
    columns = layers.reduce(into: written.union(next.decidingColumns)) {
      $0.formUnion($1.up.readColumns)
      $0.formUnion($1.gate?.readColumns ?? [])
    }.sorted()
    var places = [Int32](repeating: -1, count: width)
    for (place, c) in columns.enumerated() { places[c] = Int32(place) }
    self.places = places
  }

  /// How far each target (a kind of head row) leads all others.
  ///
  /// - Parameters:
  ///   - state: the position's own state.
  ///   - fetched: what the heads' outputs are, H * D numbers.
  func margins(
    state: Int, fetched: [E], targets: [Int], _ operations: inout Operations<E>
  ) throws(Doubt) -> [Double] {
    let vector = try last(state: state, fetched: fetched, &operations)
    let end = try vector.factor(last, &operations)
    let entries = next.decidingColumns.map { last.entry($0, vector[$0], end, &operations) }
    return try next.margins(entries, targets: targets, common: last.common(end), &operations)
  }

  /// Notes how great numbers become at a position whose heads bring anything within `fetched`: what is infinite there reaches other positions
  /// where a later layer multiplies it by 0.
  func noteReach(state: Int, fetched: [E], _ operations: inout Operations<E>) throws(Doubt) {
    _ = try last(state: state, fetched: fetched, &operations)
  }

  /// The residual vector after all layers.
  private func last(state: Int, fetched: [E], _ operations: inout Operations<E>) throws(Doubt) -> Residual<E> {
    var vector = Residual(states, state, columns: columns, places: places, &operations)
    for c in attended {
      let terms = output.entries(c).map { (weight: $0.weight, x: fetched[$0.column]) }
      vector.add(operations.innerProduct(terms, bias: output.bias[c]), to: c, &operations)
    }
    for layer in layers {
      if let unread = layer.unread { _ = try vector.factor(unread, &operations) }
      let factor = try vector.factor(layer.normalizer, &operations)
      let hidden = try hiddenUnits(layer, vector, factor, &operations)
      for c in layer.fed {
        let terms = layer.down.entries(c).map { (weight: $0.weight, x: hidden[$0.column]) }
        vector.add(operations.innerProduct(terms, bias: layer.down.bias[c]), to: c, &operations)
      }
    }
    return vector
  }

  private func hiddenUnits(
    _ layer: FeedForward, _ vector: Residual<E>, _ factor: NormalizationFactor<E>, _ operations: inout Operations<E>
  ) throws(Doubt) -> [E] {
    let common = layer.normalizer.commonFactor(factor)
    func apply(_ map: SparseMap, _ unit: Int, _ operations: inout Operations<E>) -> E {
      let terms = map.entries(unit).map {
        (weight: $0.weight, x: layer.normalizer.entry($0.column, vector[$0.column], factor, &operations))
      }
      let outside = operations.enter(layer.normalizer.common(factor))
      let relative = operations.innerProduct(terms, bias: map.bias[unit])
      _ = operations.enter(outside)
      let whole = relative * common
      operations.note(whole.magnitude)
      return whole
    }
    var hidden: [E] = []
    hidden.reserveCapacity(layer.up.rowCount)
    for unit in 0..<layer.up.rowCount {
      let input = apply(layer.up, unit, &operations)
      switch kind {
      case .gatedSiLU:
        guard let gate = layer.gate else { throw Doubt("a gated layer without a gate") }
        let gated = operations.gated(apply(gate, unit, &operations))
        hidden.append(operations.product(gated, input))
      case .relu: hidden.append(input.relu())
      case .geluTanh:
        if operations.model != nil { throw Doubt("GELU has no rounding model here") }
        hidden.append(operations.isHard ? input.relu() : input.geluTanh())
      }
    }
    return hidden
  }
}

/// A residual vector: known columns, and the sums over all columns.
private struct Residual<E: Enclosure> {
  /// The known columns' numbers, and where each column's is, or -1.
  private var entries: [E]
  private let places: [Int32]
  private let base: ComputedSums<E>
  /// What stood in the embedding.
  private let states: PositionStates
  private let state: Int

  init(
    _ states: PositionStates, _ state: Int, columns: [Int], places: [Int32], _ operations: inout Operations<E>
  ) {
    base = ComputedSums(
      states.sums[Int(states.normClass[state])], isSummed: states.isSummed.contains(true), width: states.width,
      operations)
    (self.places, self.states, self.state) = (places, states, state)
    entries = []
    entries.reserveCapacity(columns.count)
    for c in columns { entries.append(states.residual(c, Int(states.columns[c].ids[state]), &operations)) }
  }

  subscript(_ c: Int) -> E { places[c] < 0 ? .zero : entries[Int(places[c])] }

  private var written: Set<Int> = []

  mutating func add(_ x: E, to c: Int, _ operations: inout Operations<E>) {
    entries[Int(places[c])] = operations.sum(self[c], x)
    written.insert(c)
  }

  /// The factor of this vector.
  func factor(_ normalizer: Normalizer<E>, _ operations: inout Operations<E>) throws(Doubt) -> NormalizationFactor<E> {
    var now = base
    for c in written.sorted() {
      let (old, new) = (E(states.value(c, state)), self[c])
      now.squares = now.squares - old.squared + new.squared
      now.sum = now.sum - old + new
      now.mass = (now.mass + new.magnitude).nextUp
      if old.magnitude > 0 { now.count -= 1 }
      if new.isZero { continue }
      now.count += 1
      if new.isPoint {
        now.grid = now.grid.map { min($0, BinaryDigits.lowestExponent(new.lowerBound)) }
      } else {
        now.grid = nil
      }
      if !Operations<E>.isPowerOfTwo(new) { now.isOfPowers = false }
    }
    if now.squares.lowerBound < 0 { now.squares = now.squares.raised(toAtLeast: 0) }
    return try normalizer.factor(
      squares: now.squares, sum: now.sum, mass: now.mass, count: now.count, grid: now.grid,
      isOfPowers: now.isOfPowers, &operations)
  }
}
