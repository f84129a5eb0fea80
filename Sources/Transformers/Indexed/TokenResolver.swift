// What a state does with the values it fetched: the layer's own arithmetic, done once for each case that can occur.
import Tensors

#if canImport(Glibc)
  import Glibc
#endif

/// The feedforward layer and the head of a one-layer decoder, evaluated in float32 for one state and one choice of fetched values.
struct TokenResolver: Sendable {
  let space: StateSpace
  let groups: NextTokenGroups
  /// `attended[h][class]`: what head h adds to the residual stream when it fetches that value class, as (column, number) pairs.
  let attended: [[[(column: Int, value: Float)]]]
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
    var attended: [[[(column: Int, value: Float)]]] = []
    for h in 0..<configuration.headCount {
      attended.append(
        heads.values[heads.sources[h]].map { vector in
          (0..<output.rowCount).compactMap { c in
            var sum: Float = 0
            for d in 0..<headSize where vector[d] != 0 { sum += output[c, h * headSize + d] * vector[d] }
            return sum == 0 ? nil : (c, sum)
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
  /// not lead by enough to be sure of it under float32 rounding.
  func place(of state: Int, fetched: [Int]) -> Int? {
    let width = space.width
    var x = space.vector(state)
    for (column, value) in attentionBias { x[column] += value }
    for (h, fetchedClass) in fetched.enumerated() {
      for (column, value) in attended[h][fetchedClass] { x[column] += value }
    }
    var n = x
    feedForwardNormalization.apply(x, width: width, to: &n)
    let hidden = (0..<up.rowCount).map { unit -> Float in
      let input = up.apply(row: unit, to: n)
      switch space.model.configuration.feedForward {
      case .gatedSiLU:
        guard let gate else { return 0 }
        let z = gate.apply(row: unit, to: n)
        return z / (1 + expf(-z)) * input
      case .relu: return max(input, 0)
      case .geluTanh:
        return 0.5 * input * (1 + tanhf(0.797_884_6 * (input + 0.044715 * input * input * input)))
      }
    }
    for c in 0..<width { x[c] += down.apply(row: c, to: hidden) }
    finalNormalization.apply(x, width: width, to: &n)

    let group = Int(groups.groupOfState[state])
    let head = space.model.head
    let scores = (groups.starts[group]..<groups.starts[group + 1]).map { t -> Double in
      let row = Int(groups.tokens[t])
      return groups.decidingColumns.reduce(0) { $0 + Double(head[row, $1]) * Double(n[$1]) }
    }
    guard let best = scores.max(), let place = scores.firstIndex(of: best) else { return nil }
    let second = scores.enumerated().filter { $0.offset != place }.map(\.element).max() ?? -.infinity
    guard best - second > 1e-3 * (1 + abs(best)) else { return nil }
    if groups.leadPerFactor < .infinity {
      // Any row of another group scores at most the largest deciding part, and lags by the lead of the code part.
      let largest = zip(groups.decidingColumns, groups.largestDeciding).reduce(0.0) {
        $0 + Double(abs(n[$1.0])) * Double($1.1)
      }
      var (sum, squares): (Float, Float) = (0, 0)
      for c in 0..<width {
        sum += x[c]
        squares += x[c] * x[c]
      }
      let factor = finalNormalization.scale(sum: sum, sumOfSquares: squares, width: width).factor
      let lead = groups.leadPerFactor * Double(factor)
      guard lead - (largest - best) > 1e-3 * (1 + lead) else { return nil }
    }
    return place
  }
}
