// Ways to damage a model, each of which the checker of the indexed path has to refuse or to survive.
import Randomness
import Tensors
import Transformers

/// A damage: where, what, and the model after it.
struct Mutation {
  let place: String
  let kind: String
  let model: Model
}

/// The tensors of a one-layer model by name.
enum Place: String, CaseIterable {
  case tokenEmbedding, positionEmbedding, head, query, key, value, output, gate, up, down
  case attentionGain, feedForwardGain, finalGain, attentionNormBias, feedForwardNormBias, finalNormBias
  case queryBias, keyBias, valueBias, outputBias, upBias, downBias

  /// The tensor, or `nil` where the model has none; vectors are tensors of one row.
  func read(_ w: ModelWeights) -> Tensor<Float>? {
    let layer = w.layers[0]
    func row(_ vector: [Float]?) -> Tensor<Float>? {
      guard let vector, !vector.isEmpty else { return nil }
      return Tensor(shape: [1, vector.count], elements: vector)
    }
    return switch self {
    case .tokenEmbedding: w.tokenEmbedding
    case .positionEmbedding: w.positionEmbedding
    case .head: w.head
    case .query: layer.query.weight
    case .key: layer.key.weight
    case .value: layer.value.weight
    case .output: layer.output.weight
    case .gate: layer.gate?.weight
    case .up: layer.up.weight
    case .down: layer.down.weight
    case .attentionGain: row(layer.attentionNormalization.gain)
    case .feedForwardGain: row(layer.feedForwardNormalization.gain)
    case .finalGain: row(w.finalNormalization.gain)
    case .attentionNormBias: row(layer.attentionNormalization.bias)
    case .feedForwardNormBias: row(layer.feedForwardNormalization.bias)
    case .finalNormBias: row(w.finalNormalization.bias)
    case .queryBias: row(layer.query.bias)
    case .keyBias: row(layer.key.bias)
    case .valueBias: row(layer.value.bias)
    case .outputBias: row(layer.output.bias)
    case .upBias: row(layer.up.bias)
    case .downBias: row(layer.down.bias)
    }
  }

  func write(_ t: Tensor<Float>, to w: inout ModelWeights) {
    switch self {
    case .tokenEmbedding: w.tokenEmbedding = t
    case .positionEmbedding: w.positionEmbedding = t
    case .head: w.head = t
    case .query: w.layers[0].query.weight = t
    case .key: w.layers[0].key.weight = t
    case .value: w.layers[0].value.weight = t
    case .output: w.layers[0].output.weight = t
    case .gate: w.layers[0].gate?.weight = t
    case .up: w.layers[0].up.weight = t
    case .down: w.layers[0].down.weight = t
    case .attentionGain: w.layers[0].attentionNormalization.gain = t.elements
    case .feedForwardGain: w.layers[0].feedForwardNormalization.gain = t.elements
    case .finalGain: w.finalNormalization.gain = t.elements
    case .attentionNormBias: w.layers[0].attentionNormalization.bias = t.elements
    case .feedForwardNormBias: w.layers[0].feedForwardNormalization.bias = t.elements
    case .finalNormBias: w.finalNormalization.bias = t.elements
    case .queryBias: w.layers[0].query.bias = t.elements
    case .keyBias: w.layers[0].key.bias = t.elements
    case .valueBias: w.layers[0].value.bias = t.elements
    case .outputBias: w.layers[0].output.bias = t.elements
    case .upBias: w.layers[0].up.bias = t.elements
    case .downBias: w.layers[0].down.bias = t.elements
    }
  }
}

/// What is done to a tensor.
enum Damage: String, CaseIterable {
  case negateEntry, scaleEntry, addToEntry, setZeroEntry, notANumber
  case swapRows, copyRow, swapColumns, copyColumn, negateColumn, negateRow, scaleColumn, scaleRow, scaleAll
  case noise, roundToTwoDigits, shiftAll, permuteBlocks, cancellingPair, cancellingTriple

  /// Factors from harmless to absurd.
  static let factors: [Float] = [
    0, 0.5, 2, 0.75, -1, 1 + 0x1p-20, 1 + 0x1p-10, 1e3, 1e6, 0x1p22, 0x1p26, 1e20, 1e37, 1e-3, 1e-7, 1e-20, 0x1p-130,
  ]
  static let additions: [Float] = [1e-6, -1e-3, 0.1, 0.5, -1, 2, 100, 0x1p24, -0x1p27, 1e30]

  func apply(to t: inout Tensor<Float>, using random: inout Philox) {
    let (rows, columns) = (t.rowCount, t.columnCount)
    let (r, c) = (Int.random(in: 0..<rows, using: &random), Int.random(in: 0..<columns, using: &random))
    let (r2, c2) = (Int.random(in: 0..<rows, using: &random), Int.random(in: 0..<columns, using: &random))
    let factor = Damage.factors.randomElement(using: &random) ?? 0
    let addition = Damage.additions.randomElement(using: &random) ?? 0
    /// An entry that is not 0, if a few tries find one: most of a constructed tensor is 0.
    func entry() -> (Int, Int) {
      for _ in 0..<200 {
        let (r, c) = (Int.random(in: 0..<rows, using: &random), Int.random(in: 0..<columns, using: &random))
        if t[r, c] != 0 { return (r, c) }
      }
      return (r, c)
    }
    switch self {
    case .negateEntry:
      let (r, c) = entry()
      t[r, c] = -t[r, c]
    case .scaleEntry:
      let (r, c) = entry()
      t[r, c] *= factor
    case .addToEntry: t[r, c] += addition
    case .setZeroEntry:
      let (r, c) = entry()
      t[r, c] = 0
    case .notANumber: t[r, c] = [.nan, .infinity, -.infinity].randomElement(using: &random) ?? .nan
    case .swapRows: for c in 0..<columns { (t[r, c], t[r2, c]) = (t[r2, c], t[r, c]) }
    case .copyRow: for c in 0..<columns { t[r, c] = t[r2, c] }
    case .swapColumns: for r in 0..<rows { (t[r, c], t[r, c2]) = (t[r, c2], t[r, c]) }
    case .copyColumn: for r in 0..<rows { t[r, c] = t[r, c2] }
    case .negateColumn: for r in 0..<rows { t[r, c] = -t[r, c] }
    case .negateRow: for c in 0..<columns { t[r, c] = -t[r, c] }
    case .scaleColumn:
      let (_, c) = entry()
      for r in 0..<rows { t[r, c] *= factor }
    case .scaleRow:
      let (r, _) = entry()
      for c in 0..<columns { t[r, c] *= factor }
    case .scaleAll: for i in t.elements.indices { t.elements[i] *= factor }
    case .noise:
      let size = abs(addition)
      for i in t.elements.indices { t.elements[i] += Float.random(in: -size...size, using: &random) }
    case .roundToTwoDigits:
      for i in t.elements.indices { t.elements[i] = Float(bitPattern: t.elements[i].bitPattern & 0xFFFC_0000) }
    case .shiftAll: for i in t.elements.indices { t.elements[i] += addition }
    case .permuteBlocks:
      // Heads, or halves: the first block of rows changes places with the last.
      let size = rows / 2
      for i in 0..<size { for c in 0..<columns { (t[i, c], t[rows - size + i, c]) = (t[rows - size + i, c], t[i, c]) } }
    case .cancellingPair:
      // Two large numbers that cancel where their columns are equal, as constant directions are.
      t[r, c] += addition * 0x1p20
      t[r, c2] -= addition * 0x1p20
    case .cancellingTriple:
      let c3 = Int.random(in: 0..<columns, using: &random)
      for r in 0..<rows {
        t[r, c] += 0x1p26
        t[r, c2] -= 0x1p25
        t[r, c3] -= 0x1p25
      }
    }
  }
}

/// A random damage of the numbers or of the shape of `model`, sometimes two.
func mutated(_ model: Model, using random: inout Philox) -> Mutation {
  var result = model
  if Int.random(in: 0..<8, using: &random) == 0 {
    let kind = mutateConfiguration(&result.configuration, using: &random)
    return Mutation(place: "configuration", kind: kind, model: result)
  }
  var places: [String] = []
  var kinds: [String] = []
  for _ in 0..<(Int.random(in: 0..<4, using: &random) == 0 ? 2 : 1) {
    let places_ = Place.allCases.filter { $0.read(result.weights) != nil }
    guard let place = places_.randomElement(using: &random), let kind = Damage.allCases.randomElement(using: &random),
      var tensor = place.read(result.weights)
    else { continue }
    kind.apply(to: &tensor, using: &random)
    place.write(tensor, to: &result.weights)
    places.append(place.rawValue)
    kinds.append(kind.rawValue)
  }
  return Mutation(place: places.joined(separator: "+"), kind: kinds.joined(separator: "+"), model: result)
}

private func mutateConfiguration(_ c: inout ModelConfiguration, using random: inout Philox) -> String {
  switch Int.random(in: 0..<8, using: &random) {
  case 0:
    c.attentionScale = ([-1, 0, 1e-3, 0.1, 0.2, 0.24, 0.25, 1, 1e20] as [Double]).randomElement(using: &random)
    return "attentionScale"
  case 1:
    if case .rotary = c.positions {
      c.positions = .rotary(
        .init(theta: ([1e-3, 1, 2, 100, 10_000, 1e8, 1e20, 1e300] as [Double]).randomElement(using: &random) ?? 1))
    }
    return "theta"
  case 2:
    if case .rotary(var encoding) = c.positions {
      encoding.scaling = .init(
        factor: ([0.001, 8] as [Double]).randomElement(using: &random) ?? 8, lowFrequencyFactor: 1,
        highFrequencyFactor: 4,
        originalPositionCount: 32)
      c.positions = .rotary(encoding)
    }
    return "scaling"
  case 3:
    let epsilon = ([1e-6, 1e-2, 0.5, 3] as [Double]).randomElement(using: &random) ?? 1
    switch c.normalization {
    case .rootMeanSquare: c.normalization = .rootMeanSquare(epsilon: epsilon)
    case .layer: c.normalization = .layer(epsilon: epsilon)
    case .none: break
    }
    return "epsilon"
  case 4:
    c.layerCount = 2
    return "layerCount"
  case 5:
    c.maximumPositionCount = Int.random(in: 1...100, using: &random)
    return "maximumPositionCount"
  case 6:
    c.feedForward = [.relu, .geluTanh, .gatedSiLU].randomElement(using: &random) ?? .relu
    return "feedForward"
  default:
    c.headCount += 1
    return "headCount"
  }
}
