// What a state does with the values it fetched: the layer's own arithmetic, done once for each case that can occur.
import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// The feedforward layer and the head of a one-layer decoder, evaluated for one state and one choice of fetched values with bounds of what
/// float32 may make of it.
struct TokenResolver: Sendable {
  let space: StateSpace
  let groups: NextTokenGroups
  /// `attended[h][class]`: what head h adds to the residual stream when it fetches that value class, as (column, number, error) triples.
  let attended: [[[(column: Int, value: Double, error: Double)]]]
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
  private let readColumns: [Int]
  private let downRows: [Int]

  init(_ space: StateSpace, layer: LayerWeights, heads: CodeMatchHeads) throws(StructureRefusal) {
    let configuration = space.model.configuration
    let headSize = configuration.headSize
    let output = layer.output.weight
    var attended: [[[(column: Int, value: Double, error: Double)]]] = []
    for h in 0..<configuration.headCount {
      let errors = heads.valueErrors[heads.sources[h]]
      attended.append(
        try heads.values[heads.sources[h]].map { vector throws(StructureRefusal) in
          var changes: [(column: Int, value: Double, error: Double)] = []
          for c in 0..<output.rowCount {
            var (sum, magnitude, error) = (0.0, 0.0, 0.0)
            for d in 0..<headSize where vector[d] != 0 || errors[d] != 0 {
              let weight = Double(output[c, h * headSize + d])
              sum += weight * Double(vector[d])
              magnitude += abs(weight) * (abs(Double(vector[d])) + errors[d])
              error += abs(weight) * errors[d]
            }
            // A sum that cancels here need not cancel in another order: the column counts as written.
            guard magnitude > 0 else { continue }
            guard magnitude < RoundingBounds.greatest else {
              throw StructureRefusal("head \(h) writes numbers up to \(magnitude) to column \(c)")
            }
            let terms = configuration.headCount * headSize + 1
            changes.append((c, sum, error + RoundingBounds.error(ofSum: magnitude, terms: terms)))
          }
          return changes
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
    readColumns = read.sorted()
    downRows = down.activeRows
    feedForwardNormalization = VectorNormalization(
      kind: configuration.normalization, weights: layer.feedForwardNormalization)
    finalNormalization = VectorNormalization(
      kind: configuration.normalization, weights: space.model.weights.finalNormalization)
    groups = try NextTokenGroups(space, written: written)
  }

  /// The place, within the state's group, of the token that wins after head h fetched value class `fetched[h]`; `nil` where the winner does
  /// not lead by more than float32 may change, whatever the order of its sums.
  func place(of state: Int, fetched: [Int]) -> Int? {
    var x = EnclosedVector(space.vector(state))
    let squares = x.values.reduce(0) { $0 + $1 * $1 }
    for (h, fetchedClass) in fetched.enumerated() {
      for (column, value, error) in attended[h][fetchedClass] { x.add(value, error: error, at: column) }
    }
    for (column, value) in attentionBias { x.add(Double(value), error: 0, at: column) }
    guard
      let (n, _) = feedForwardNormalization.apply(x, squaresBefore: squares, columns: readColumns),
      let hidden = hiddenUnits(n)
    else { return nil }
    for c in downRows {
      guard let change = down.apply(row: c, to: hidden) else { return nil }
      x.add(change.value, error: change.error, at: c)
    }
    guard
      let (final, scale) = finalNormalization.apply(x, squaresBefore: squares, columns: groups.decidingColumns)
    else { return nil }
    return winner(of: Int(groups.groupOfState[state]), final, factor: scale.factor)
  }

  /// The hidden units of the feedforward layer.
  private func hiddenUnits(_ n: EnclosedVector) -> EnclosedVector? {
    var hidden = EnclosedVector([Float](repeating: 0, count: up.rowCount))
    for unit in 0..<up.rowCount {
      guard let input = up.apply(row: unit, to: n) else { return nil }
      let (z, zError): (Double, Double)
      switch space.model.configuration.feedForward {
      case .relu:
        hidden.values[unit] = max(input.value, 0)
        hidden.errors[unit] = input.error
        continue
      case .gatedSiLU:
        guard let gate = gate?.apply(row: unit, to: n) else { return nil }
        // silu and its float32 forms: the slope lies within (-0.1, 1.1).
        (z, zError) = (gate.value / (1 + exp(-gate.value)), 1.1 * gate.error)
        let error = zError + RoundingBounds.error(ofSum: abs(z), terms: 8)
        hidden.values[unit] = z * input.value
        hidden.errors[unit] =
          error * (abs(input.value) + input.error) + abs(z) * input.error
          + RoundingBounds.error(ofSum: abs(z * input.value), terms: 1)
      case .geluTanh:
        let cube = input.value * input.value * input.value
        let t = 2 * (2 / Double.pi).squareRoot() * (input.value + 0.044715 * cube)
        z = input.value / (1 + exp(-t))
        // The slope lies within (-0.2, 1.2); x and its cube have one sign, so t is known to a relative error, which |x t| e^-|t| damps.
        hidden.values[unit] = z
        hidden.errors[unit] = 1.2 * input.error + RoundingBounds.error(ofSum: abs(input.value), terms: 16)
      }
    }
    return hidden
  }

  /// The token of the group that wins within it and over all other groups.
  private func winner(of group: Int, _ n: EnclosedVector, factor: Double) -> Int? {
    let head = space.model.head
    var (best, second, place) = (-Double.infinity, -Double.infinity, 0)
    var error = 0.0
    var largest = 0.0
    for (i, c) in groups.decidingColumns.enumerated() {
      let weight = Double(groups.largestDeciding[i])
      largest += weight * (abs(n.values[c]) + n.errors[c])
      error += weight * n.errors[c]
    }
    // The dense product sums a row's code part with the deciding part, in any order.
    let code = groups.codePerFactor * factor
    guard largest + code < RoundingBounds.greatest else { return nil }
    error += RoundingBounds.error(ofSum: largest + code, terms: space.width)
    for t in groups.starts[group]..<groups.starts[group + 1] {
      let row = Int(groups.tokens[t])
      let score = groups.decidingColumns.reduce(0) { $0 + Double(head[row, $1]) * n.values[$1] }
      if score > best {
        (second, best, place) = (best, score, t - groups.starts[group])
      } else {
        second = max(second, score)
      }
    }
    guard best - second > 2 * error else { return nil }
    if groups.leadPerFactor < .infinity {
      // Any row of another group scores at most the largest deciding part, and lags by the lead of the code part. Of this the
      // normalization's factor is rounded too.
      let codeError = RoundingBounds.error(ofSum: code, terms: 2 * space.width)
      guard groups.leadPerFactor * factor - (largest - best) > 2 * (error + codeError) else { return nil }
    }
    return place
  }
}
