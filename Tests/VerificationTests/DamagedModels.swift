// Small models that compute something for certain or nearly: constructed ones, changed in structured and often large ways.
import Circuits
import Constructions
import Tensors
import Transformers
import Verification

/// A model, its prompt form and what was done to it.
struct DamagedModel {
  var model: Model
  let form: PromptForm
  var changes: [String] = []

  /// Model number `seed`, always the same.
  init(seed: UInt64) {
    var random = SplitMix(state: seed)
    let circuit = Self.circuit(&random)
    let simulation = CircuitSimulation(of: circuit, form: random.happens(0.6) ? .llama : .li)
    model = simulation.model()
    form = simulation.manifest.promptForm
    changes = ["\(simulation.form)"]
    for _ in 0..<(1 + random.below(4)) { change(&random) }
  }

  private static func circuit(_ random: inout SplitMix) -> Circuit {
    let inputs = random.below(4)
    let fanIn = 1 + random.below(random.happens(0.1) ? 6 : 3)
    var builder = CircuitBuilder(inputCount: inputs)
    let gates = random.happens(0.12) ? 30 + random.below(8) : random.below(8)
    if gates + inputs == 0 { return builder.circuit(outputs: []) }
    for _ in 0..<gates {
      let k = min(fanIn, builder.wireCount)
      let operands = (0..<k).map { _ in Wire(random.below(builder.wireCount)) }
      let bits = k == 6 ? random.next() : random.next() & (1 << UInt64(1 << k) - 1)
      _ = builder.gate(TruthTable(bits: bits, inputCount: k), operands)
    }
    return builder.circuit(outputs: [Literal(Wire(builder.wireCount - 1))])
  }

  // MARK: Changes

  private mutating func change(_ random: inout SplitMix) {
    let kind = random.below(20)
    changes.append("\(kind)")
    let soft = [0.01, 0.02, 0.05, 0.1, 0.3, 0.7, 1.3, 3][random.below(8)]
    let factor = Float(soft)
    let anyFactor = Self.factor(&random)
    let w = model.configuration.hiddenSize
    switch kind {
    case 0: model.weights.layers[0].query.weight.scale(by: factor)
    case 1: model.configuration.attentionScale = model.configuration.resolvedAttentionScale * soft
    case 2:
      model.weights.layers[0].gate?.weight.scale(by: factor)
      if model.weights.layers[0].gate == nil { model.weights.layers[0].up.weight.scale(by: factor) }
    case 3:
      let c = random.below(w)
      model.weights.tokenEmbedding.scale(column: c, by: anyFactor)
      model.weights.positionEmbedding?.scale(column: c, by: anyFactor)
    case 4:
      model.weights.tokenEmbedding.scale(by: anyFactor)
      model.weights.positionEmbedding?.scale(by: anyFactor)
    case 5: gains { _ in Self.factor(&random) }
    case 6:
      let all = Self.factor(&random)
      gains { _ in all }
    case 7:
      let epsilon = [1e-8, 1e-5, 0.1, 1, 3.0, 1000][random.below(6)]
      switch model.configuration.normalization {
      case .rootMeanSquare: model.configuration.normalization = .rootMeanSquare(epsilon: epsilon)
      case .layer: model.configuration.normalization = .layer(epsilon: epsilon)
      case .none: break
      }
    case 8: noise([0.001, 0.01, 0.1, 0.3][random.below(4)], &random)
    case 9:
      if case .rotary = model.configuration.positions {
        let scaling = ModelConfiguration.Llama3Scaling(
          factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalPositionCount: 8)
        model.configuration.positions = .rotary(
          .init(theta: [2, 10, 100, 1e4, 1e7][random.below(5)], scaling: random.happens(0.3) ? scaling : nil))
      }
    case 10: cancel(&random)
    case 11:
      var head = model.head
      for c in 0..<w where random.happens(0.2) { head.scale(column: c, by: Self.factor(&random)) }
      if random.happens(0.3) { head.scale(by: Self.factor(&random)) }
      if model.weights.head == nil { model.weights.tokenEmbedding = head } else { model.weights.head = head }
    case 12:
      // One number anywhere.
      let place = random.below(7)
      let value = Self.factor(&random) * (random.happens(0.5) ? 1 : -1)
      edit(place) { $0.elements[random.below($0.count)] = value }
    case 13:
      // One number scaled, where it is not 0.
      edit(random.below(7)) { tensor in
        let found = tensor.elements.indices.filter { tensor.elements[$0] != 0 }
        if !found.isEmpty { tensor.elements[found[random.below(found.count)]] *= Self.factor(&random) }
      }
    case 14: biases(&random)
    case 16: compensate(&random)
    case 17:
      if model.configuration.feedForward == .relu, random.happens(0.3) { model.configuration.feedForward = .geluTanh }
      if random.happens(0.5), let head = model.weights.head, model.weights.positionEmbedding == nil {
        // The embedding and the head side by side in one tied matrix, twice as wide, where no layer reads the head's half.
        let rows = head.elements
        model.weights.tokenEmbedding.elements = zip(model.weights.tokenEmbedding.elements, rows).map { $0 + 0.001 * $1 }
      }
    case 18:
      // A row of queries that meets nothing, or keys that depend on the value.
      let size = Self.factor(&random)
      let r = random.below(model.weights.layers[0].key.weight.rowCount)
      if random.happens(0.5) {
        for c in 0..<w {
          model.weights.layers[0].key.weight[r, c] = 0
          if random.happens(0.3) { model.weights.layers[0].query.weight[r, c] += 1e6 * size }
        }
      } else {
        for c in 0..<w where random.happens(0.1) { model.weights.layers[0].key.weight[r, c] += size }
      }
    case 19:
      // Other norms for some tokens: a column that nothing else reads.
      let c = w - 1 - random.below(4)
      for t in 0..<model.weights.tokenEmbedding.rowCount where random.happens(0.5) {
        model.weights.tokenEmbedding[t, c] = Self.factor(&random)
      }
    default:
      // Two rows exchanged, or one copied onto another.
      edit([0, 6][random.below(2)]) { tensor in
        let (a, b) = (random.below(tensor.rowCount), random.below(tensor.rowCount))
        let isCopy = random.happens(0.3)
        for c in 0..<tensor.columnCount {
          let x = tensor[a, c]
          if !isCopy { tensor[a, c] = tensor[b, c] }
          tensor[b, c] = x
        }
      }
    }
  }

  private static func factor(_ random: inout SplitMix) -> Float {
    let table: [Float] = [
      1e-3, 0.01, 0.1, 0.3, 0.5, 0.7, 0.9, 1.1, 1.5, 1.7, 2, 3, 10, 100, 1e4, 0x1p-9, 0x1p6, 1e-12, 1e20,
    ]
    return table[random.below(random.happens(0.8) ? 12 : table.count)]
  }

  private mutating func gains(_ factor: (Int) -> Float) {
    if case .none = model.configuration.normalization { return }
    for i in model.weights.finalNormalization.gain.indices {
      let x = factor(i)
      model.weights.layers[0].attentionNormalization.gain[i] *= x
      model.weights.layers[0].feedForwardNormalization.gain[i] *= x
      model.weights.finalNormalization.gain[i] *= x
    }
  }

  private mutating func edit(_ place: Int, _ body: (inout Tensor<Float>) -> Void) {
    switch place {
    case 0: body(&model.weights.tokenEmbedding)
    case 1: body(&model.weights.layers[0].query.weight)
    case 2: body(&model.weights.layers[0].key.weight)
    case 3: body(&model.weights.layers[0].value.weight)
    case 4: body(&model.weights.layers[0].output.weight)
    case 5: body(&model.weights.layers[0].down.weight)
    default:
      if var head = model.weights.head {
        body(&head)
        model.weights.head = head
      } else if var positions = model.weights.positionEmbedding {
        body(&positions)
        model.weights.positionEmbedding = positions
      }
    }
  }

  private mutating func noise(_ size: Float, _ random: inout SplitMix) {
    let places = (0..<7).filter { _ in random.happens(0.3) }
    for place in places {
      edit(place) { tensor in
        for i in tensor.elements.indices where tensor.elements[i] != 0 {
          tensor.elements[i] *= 1 + size * Float(2 * random.fraction() - 1)
        }
      }
    }
  }

  /// What one map multiplies by, the next divides by.
  private mutating func compensate(_ random: inout SplitMix) {
    let factor = [0x1p20, 0x1p-20, 0x1p9, 0x1p-9, 1000, 0.001, 3, 0x1p60][random.below(8)] as Float
    let kind = random.below(4)
    switch kind {
    case 0:
      model.weights.layers[0].query.weight.scale(by: factor)
      model.weights.layers[0].key.weight.scale(by: 1 / factor)
    case 1:
      model.weights.layers[0].value.weight.scale(by: factor)
      model.weights.layers[0].output.weight.scale(by: 1 / factor)
    case 2:
      model.weights.layers[0].up.weight.scale(by: factor)
      model.weights.layers[0].down.weight.scale(by: 1 / factor)
    default:
      model.configuration.attentionScale = model.configuration.resolvedAttentionScale / Double(factor)
      model.weights.layers[0].query.weight.scale(by: factor)
    }
  }

  /// Large numbers that take each other away: two equal columns read with opposite signs.
  private mutating func cancel(_ random: inout SplitMix) {
    let w = model.configuration.hiddenSize
    let size = [0.1, 1, 3, 30, 1000, 1e6][random.below(6)] as Float
    let (a, b) = (random.below(w), random.below(w))
    edit(1 + random.below(3)) { tensor in
      guard tensor.columnCount == w, a != b else { return }
      for r in 0..<tensor.rowCount where random.happens(0.4) {
        tensor[r, a] += size
        tensor[r, b] -= size
      }
    }
  }

  private mutating func biases(_ random: inout SplitMix) {
    func vary(_ bias: inout [Float]?, _ random: inout SplitMix) {
      guard var numbers = bias else { return }
      let size = Self.factor(&random)
      for i in numbers.indices where random.happens(0.3) { numbers[i] += size * Float(2 * random.fraction() - 1) }
      bias = numbers
    }
    vary(&model.weights.layers[0].query.bias, &random)
    vary(&model.weights.layers[0].key.bias, &random)
    if random.happens(0.3) { vary(&model.weights.layers[0].value.bias, &random) }
    if random.happens(0.3) { vary(&model.weights.layers[0].up.bias, &random) }
    if random.happens(0.3) { vary(&model.weights.finalNormalization.bias, &random) }
    if random.happens(0.3) { vary(&model.weights.layers[0].attentionNormalization.bias, &random) }
  }
}

extension Tensor where Element == Float {
  fileprivate mutating func scale(by factor: Float) { elements = elements.map { $0 * factor } }

  fileprivate mutating func scale(column c: Int, by factor: Float) {
    for r in 0..<rowCount { self[r, c] *= factor }
  }
}
