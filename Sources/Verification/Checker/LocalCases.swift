// One position's computation after attention, for one own state and one choice of fetched values, enclosed through the rest of the layer.
import ExactArithmetic
import Tensors
import Transformers

/// The feedforward layer, the last normalization and the head of a one-layer decoder.
struct LocalCases<E: Enclosure> {
  let states: PositionStates
  private let output: SparseMap
  private let gate: SparseMap?
  private let up: SparseMap
  private let down: SparseMap
  private let kind: ModelConfiguration.FeedForward
  private let width: Int
  private let feedForward: Normalizer<E>
  private let last: Normalizer<E>
  /// The columns that attention writes, and those that the feedforward layer writes.
  private let attended: [Int]
  private let fed: [Int]
  let next: NextTokens<E>
  /// The columns on which a case depends beside its norm.
  let columns: [Int]

  init(_ model: Model, _ layer: LayerWeights, _ states: PositionStates, _ operations: inout Operations<E>) throws(Doubt)
  {
    let configuration = model.configuration
    self.states = states
    width = configuration.hiddenSize
    kind = configuration.feedForward
    output = SparseMap(layer.output)
    gate = layer.gate.map { SparseMap($0) }
    up = SparseMap(layer.up)
    down = SparseMap(layer.down)
    feedForward = Normalizer(
      configuration.normalization, layer.feedForwardNormalization, width: width, readers: [layer.gate, layer.up])
    last = Normalizer(configuration.normalization, model.weights.finalNormalization, width: width, readers: [])
    attended = output.activeRows
    fed = down.activeRows
    let written = Set(attended).union(fed)
    next = try NextTokens(model, states, written: written, normalizer: last, &operations)
    columns = written.union(up.readColumns).union(gate?.readColumns ?? []).union(next.decidingColumns).sorted()
  }

  /// How far each target (a kind of head row) leads all others.
  ///
  /// - Parameters:
  ///   - state: the position's own state.
  ///   - fetched: what the heads' outputs are, H * D numbers.
  func margins(
    state: Int, fetched: [E], targets: [Int], _ operations: inout Operations<E>
  ) throws(Doubt) -> [Double] {
    var vector = Residual(states, state, columns: columns, &operations)
    for c in attended {
      let terms = output.entries(c).map { (weight: $0.weight, x: fetched[$0.column]) }
      vector.add(operations.innerProduct(terms, bias: output.bias[c]), to: c, &operations)
    }
    let factor = try vector.factor(feedForward, &operations)
    let hidden = try hiddenUnits(vector, factor, &operations)
    for c in fed {
      let terms = down.entries(c).map { (weight: $0.weight, x: hidden[$0.column]) }
      vector.add(operations.innerProduct(terms, bias: down.bias[c]), to: c, &operations)
    }
    let end = try vector.factor(last, &operations)
    let entries = next.decidingColumns.map { last.entry($0, vector[$0], end, &operations) }
    return try next.margins(entries, targets: targets, common: last.common(end), &operations)
  }

  private func hiddenUnits(
    _ vector: Residual<E>, _ factor: NormalizationFactor<E>, _ operations: inout Operations<E>
  ) throws(Doubt) -> [E] {
    let common = feedForward.commonFactor(factor)
    func apply(_ map: SparseMap, _ unit: Int, _ operations: inout Operations<E>) -> E {
      let terms = map.entries(unit).map {
        (weight: $0.weight, x: feedForward.entry($0.column, vector[$0.column], factor, &operations))
      }
      let outside = operations.enter(feedForward.common(factor))
      let relative = operations.innerProduct(terms, bias: map.bias[unit])
      _ = operations.enter(outside)
      let whole = relative * common
      operations.note(whole.magnitude)
      return whole
    }
    var hidden: [E] = []
    hidden.reserveCapacity(up.rowCount)
    for unit in 0..<up.rowCount {
      let input = apply(up, unit, &operations)
      switch kind {
      case .gatedSiLU:
        guard let gate else { throw Doubt("a gated layer without a gate") }
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
  private var entries: [Int: E] = [:]
  private let base: ComputedSums<E>
  /// Columns that were written since, with what stood in the embedding.
  private var before: [Int: E] = [:]

  init(_ states: PositionStates, _ state: Int, columns: [Int], _ operations: inout Operations<E>) {
    base = ComputedSums(
      states.sums[Int(states.normClass[state])], isSummed: states.isSummed.contains(true), width: states.width,
      operations)
    for c in columns { entries[c] = states.residual(c, Int(states.columns[c].ids[state]), &operations) }
    for c in columns { before[c] = E(states.value(c, state)) }
  }

  subscript(_ c: Int) -> E { entries[c] ?? .zero }

  private var written: Set<Int> = []

  mutating func add(_ x: E, to c: Int, _ operations: inout Operations<E>) {
    entries[c] = operations.sum(self[c], x)
    written.insert(c)
  }

  /// The factor of this vector.
  func factor(_ normalizer: Normalizer<E>, _ operations: inout Operations<E>) throws(Doubt) -> NormalizationFactor<E> {
    var now = base
    for c in written.sorted() {
      let (old, new) = (before[c] ?? .zero, self[c])
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
