// What a state does with the values it fetched: the layer's own arithmetic, done once for each case that can occur.
import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// The feedforward layer and the head of a one-layer decoder, evaluated with error bounds for one state and one choice of fetched values.
struct TokenResolver: Sendable {
  /// What is added to one column of the residual stream, and how far float32 evaluation may be from it.
  struct Contribution: Sendable {
    let column: Int
    let value: Double
    let error: Double
  }

  let space: StateSpace
  let groups: NextTokenGroups
  /// `attended[h][class]`: what head h adds to the residual stream when it fetches that value class.
  let attended: [[[Contribution]]]
  let attentionBias: [(column: Int, value: Float)]
  let gate: SparseRows?
  let up: SparseRows
  let down: SparseRows
  let feedForwardNormalization: VectorNormalization
  let finalNormalization: VectorNormalization

  /// The columns that attention or the feedforward layer writes.
  let written: Set<Int>
  /// The columns that the feedforward layer reads.
  let read: Set<Int>

  init(_ space: StateSpace, layer: LayerWeights, heads: CodeMatchHeads) throws(StructureRefusal) {
    let configuration = space.model.configuration
    let headSize = configuration.headSize
    let output = layer.output.weight
    var attended: [[[Contribution]]] = []
    for h in 0..<configuration.headCount {
      let doubts = heads.valueErrors[heads.sources[h]]
      attended.append(
        heads.values[heads.sources[h]].map { vector in
          (0..<output.rowCount).compactMap { c in
            var (sum, mass, error) = (0.0, 0.0, 0.0)
            for d in 0..<headSize {
              let w = Double(output[c, h * headSize + d])
              sum += w * Double(vector[d])
              mass += abs(w * Double(vector[d]))
              error += abs(w) * doubts[d]
            }
            // All heads are summed at once.
            error += Rounding.accumulated(headSize * configuration.headCount) * (mass + error)
            return mass == 0 && error == 0 ? nil : Contribution(column: c, value: sum, error: error)
          }
        })
    }
    var written = Set(attended.flatMap { $0.flatMap { $0.map(\.column) } })
    let bias = (layer.output.bias ?? []).enumerated().filter { $0.element != 0 }
    written.formUnion(bias.map(\.offset))
    let down = SparseRows(layer.down)
    written.formUnion(down.activeRows)
    let gate = layer.gate.map { SparseRows($0) }
    let up = SparseRows(layer.up)
    self.space = space
    self.attended = attended
    attentionBias = bias.map { ($0.offset, $0.element) }
    self.gate = gate
    self.up = up
    self.down = down
    self.written = written
    read = Set(up.activeColumns).union(gate?.activeColumns ?? [])
    feedForwardNormalization = VectorNormalization(
      kind: configuration.normalization, weights: layer.feedForwardNormalization)
    finalNormalization = VectorNormalization(
      kind: configuration.normalization, weights: space.model.weights.finalNormalization)
    groups = try NextTokenGroups(space, written: written)
  }

  /// The place, within the state's group, of the token that wins after head h fetched value class `fetched[h]`; `nil` where the winner does
  /// not lead by more than float32 rounding may change, in whatever order it sums.
  func place(of state: Int, fetched: [Int]) -> Int? {
    let embedded = space.vector(state)
    let width = space.width
    var x = BoundedVector(values: embedded.map { Double($0) }, errors: [Double](repeating: 0, count: width))
    let squares = x.values.reduce(0) { $0 + $1 * $1 }
    for (column, value) in attentionBias { x.add(Double(value), error: 0, at: column) }
    for (h, fetchedClass) in fetched.enumerated() {
      for part in attended[h][fetchedClass] { x.add(part.value, error: part.error, at: part.column) }
    }
    guard x.isInRange, let n = feedForwardNormalization.normalized(x, othersSquares: squares), n.isInRange,
      let hidden = hiddenUnits(n), hidden.isInRange
    else { return nil }
    for c in 0..<width where down.starts[c] < down.starts[c + 1] || down.bias[c] != 0 {
      let (value, error) = down.apply(row: c, to: hidden)
      x.add(value, error: error, at: c)
    }
    guard x.isInRange, let last = finalNormalization.normalized(x, othersSquares: squares), last.isInRange else {
      return nil
    }
    return winner(ofGroup: Int(groups.groupOfState[state]), last)
  }

  private func hiddenUnits(_ n: BoundedVector) -> BoundedVector? {
    let count = up.rowCount
    var hidden = BoundedVector(
      values: [Double](repeating: 0, count: count), errors: [Double](repeating: 0, count: count))
    for unit in 0..<count {
      let (input, inputError) = up.apply(row: unit, to: n)
      var (argument, argumentError) = (input, inputError)
      if case .gatedSiLU = space.model.configuration.feedForward {
        guard let gate else { return nil }
        (argument, argumentError) = gate.apply(row: unit, to: n)
      }
      guard abs(argument) + argumentError < 1e18 else { return nil }
      // SiLU and GELU have slopes below 1.2 everywhere.
      switch space.model.configuration.feedForward {
      case .gatedSiLU:
        let silu = argument / (1 + exp(-argument))
        // Below -2 SiLU falls from 0 on: both values lie between 0 and the one at the upper end. That keeps the many units that are off
        // from adding up to a doubt.
        let upper = argument + argumentError
        let change = upper < -2 ? min(1.2 * argumentError, -upper / (1 + exp(-upper))) : 1.2 * argumentError
        let error = change + Rounding.activation * abs(silu) + Rounding.smallestNormal
        hidden.values[unit] = silu * input
        hidden.errors[unit] =
          error * (abs(input) + inputError) + abs(silu) * inputError + 2 * Rounding.unit * abs(silu * input)
          + Rounding.smallestNormal
      case .relu:
        hidden.values[unit] = max(input, 0)
        hidden.errors[unit] = input + inputError <= 0 ? 0 : inputError  // off for certain is exactly 0
      case .geluTanh:
        let gelu =
          0.5 * input * (1 + tanh(0.797_884_560_802_865_4 * (input + 0.044715 * input * input * input)))
        hidden.values[unit] = gelu
        hidden.errors[unit] =
          1.2 * inputError + Rounding.activation * abs(input) + Rounding.smallestNormal
      }
    }
    return hidden
  }

  /// The place of the token of `group` that wins on the normalized residual `n`, where it does by more than rounding may change.
  private func winner(ofGroup group: Int, _ n: BoundedVector) -> Int? {
    let head = space.model.head
    let scores = (groups.starts[group]..<groups.starts[group + 1]).map { t -> Double in
      let row = Int(groups.tokens[t])
      return groups.decidingColumns.reduce(0) { $0 + Double(head[row, $1]) * n.values[$1] }
    }
    guard let best = scores.max(), let place = scores.firstIndex(of: best) else { return nil }
    // What rounding may change in one score: over all columns that the head reads, with the head's largest entries.
    var (mass, error) = (0.0, 0.0)
    let columns = [(groups.decidingColumns, groups.largestDeciding), (groups.codeColumns, groups.largestCode)]
    for (columns, bounds) in columns {
      for (c, bound) in zip(columns, bounds) {
        mass += Double(bound) * abs(n.values[c])
        error += Double(bound) * n.errors[c]
      }
    }
    error += Rounding.accumulated(space.width) * (mass + error) + Double(space.width) * Rounding.smallestNormal
    let second = scores.enumerated().filter { $0.offset != place }.map(\.element).max() ?? -.infinity
    guard mass + error < 1e37, best - second > 2 * error else { return nil }
    if !groups.codeColumns.isEmpty {
      // Any row of another group scores at most the largest deciding part, and lags by the lead of the code part.
      let largest = zip(groups.decidingColumns, groups.largestDeciding).reduce(0) {
        $0 + Double($1.1) * abs(n.values[$1.0])
      }
      let codeLead = zip(groups.codeColumns, groups.largestCode).map { 2 * Double($1) * abs(n.values[$0]) }.min() ?? 0
      guard codeLead - (largest - best) > 2 * error else { return nil }
    }
    return place
  }
}
