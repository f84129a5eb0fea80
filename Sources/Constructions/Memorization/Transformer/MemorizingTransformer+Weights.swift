// The weights of a memorizing transformer, map by map.
import ExactArithmetic
import Tensors
public import Transformers

extension MemorizingTransformer {
  /// The slope of the SwiGLU gates: silu(128) = 128 and silu(-128) = -0 in float32.
  private static let gateSlope: Float = 128

  /// The weights. Time and memory are those of the dense matrices.
  public func model() -> Model {
    let stream = stream
    let gain = NormalizationWeights(gain: [Float](repeating: 1, count: stream.size))
    let (gate, up, down) = feedForward(stream)
    let layer = LayerWeights(
      attentionNormalization: gain, query: query(stream), key: key(stream), value: carried(stream),
      output: output(stream), feedForwardNormalization: gain, gate: gate, up: up, down: down)
    return Model(
      configuration: configuration,
      weights: ModelWeights(
        tokenEmbedding: embedding(stream), layers: [layer], finalNormalization: gain, head: head(stream)))
  }

  // MARK: Attention

  /// The coordinates of one head: the code in the slowest pairs, nothing in its rotation partners.
  private func matching(_ head: String) -> (code: Subspace, all: [Subspace]) {
    let half = headSize / 2
    let codeBlock = Subspace("\(head).code", size: code.length)
    var all = [codeBlock, Subspace("\(head).partners", size: half)]
    if half > code.length { all.insert(Subspace("\(head).fast", size: half - code.length), at: 0) }
    return (codeBlock, all)
  }

  private func query(_ stream: ResidualStream) -> Linear {
    let heads = (0..<coordinateCount).map { matching("head\($0)") }
    var map = NamedLinearMap(from: stream, to: ResidualStream(heads.flatMap(\.all)))
    let gain = Float(LlamaCircuitSimulation.scoreGap / 2 * Double(headSize).squareRoot())
    for (i, head) in heads.enumerated() {
      for b in 0..<code.length { map.add(gain * code.coordinate(b, of: i), from: one[0], to: head.code[b]) }
    }
    return map.lowered()
  }

  private func key(_ stream: ResidualStream) -> Linear {
    let head = matching("key")
    var map = NamedLinearMap(from: stream, to: ResidualStream(head.all))
    map.add(1, from: own, to: head.code)
    return map.lowered()
  }

  private func change(_ head: String) -> (digits: Subspace, all: [Subspace]) {
    let digits = Subspace("\(head).change", size: digitCount)
    return (digits, headSize > digitCount ? [digits, Subspace("\(head).idle", size: headSize - digitCount)] : [digits])
  }

  /// The value of a position: 0 for each digit that is set and -2 for each that is not.
  private func carried(_ stream: ResidualStream) -> Linear {
    let head = change("value")
    var map = NamedLinearMap(from: stream, to: ResidualStream(head.all))
    map.add(1, from: value, to: head.digits)
    for b in 0..<digitCount { map.add(-1, from: one[0], to: head.digits[b]) }
    return map.lowered()
  }

  private func output(_ stream: ResidualStream) -> Linear {
    let heads = (0..<coordinateCount).map { change("head\($0)") }
    var map = NamedLinearMap(from: ResidualStream(heads.flatMap(\.all)), to: stream)
    for (i, head) in heads.enumerated() { map.add(1, from: head.digits, to: fetched(i)) }
    return map.lowered()
  }

  // MARK: Feedforward

  /// Unit u: gate = slope * z_u with x_i = least value + sum of 2^b (1 + digit) / 2; up = 1 / slope; down as the read-out scales the outputs.
  private func feedForward(_ stream: ResidualStream) -> (gate: Linear, up: Linear, down: Linear) {
    let units = Subspace("units", size: hiddenUnitCount)
    let hidden = ResidualStream([units])
    let slope = MemorizingTransformer.gateSlope
    var gate = NamedLinearMap(from: stream, to: hidden)
    var up = NamedLinearMap(from: stream, to: hidden)
    var down = NamedLinearMap(from: hidden, to: stream)
    for u in 0..<units.size { up.add(1 / slope, from: one[0], to: units[u]) }
    let rows = network.hiddenLayers.first?.rows ?? []
    for (u, row) in rows.enumerated() {
      for term in row.terms {
        for b in 0..<digitCount {
          gate.add(
            slope / 2 * Self.float(Rational(term.weight << b)), from: fetched(term.column)[b],
            to: units[u])
        }
      }
      gate.add(slope * Self.float(constant(of: row)), from: one[0], to: units[u])
    }
    let scale: Rational = if case .bits = readOut { 2 } else { 1 }
    for (o, output) in network.outputs.enumerated() {
      if !rows.isEmpty {
        for term in output.terms { down.add(Self.float(term.weight * scale), from: units[term.column], to: result[o]) }
      }
    }
    if constants.contains(where: { $0 != 0 }) {
      let last = units[units.size - 1]
      gate.add(slope, from: one[0], to: last)
      for (o, constant) in constants.enumerated() where constant != 0 {
        down.add(Self.float(constant), from: last, to: result[o])
      }
    }
    return (gate.lowered(), up.lowered(), down.lowered())
  }

  /// A row's bias with what the coordinates' digits leave to it: the value of the row where every digit counts half.
  func constant(of row: IntegerNetwork.Row<Integer>) -> Rational {
    let middle = Rational(Integer(2 * values.lowerBound + 1 << digitCount - 1), Integer(2))
    return row.terms.reduce(Rational(row.bias)) { $0 + Rational($1.weight) * middle }
  }

  /// The float32 nearest to a number.
  static func float(_ x: Rational) -> Float { Float(x) }

  // MARK: Tokens

  private func embedding(_ stream: ResidualStream) -> Tensor<Float> {
    var table = Tensor<Float>(shape: [vocabularySize, stream.size], repeating: 1)
    let (owns, digits, results) = (stream.columns(own), stream.columns(value), stream.columns(result))
    for token in 0..<vocabularySize {
      let number = token < beginToken ? token / valueCount : token == beginToken ? coordinateCount : coordinateCount + 1
      for b in 0..<code.length { table[token, owns.lowerBound + b] = code.coordinate(b, of: number) }
      let digit = token < beginToken ? token % valueCount : 0
      for b in 0..<digitCount { table[token, digits.lowerBound + b] = digit >> b & 1 != 0 ? 1 : -1 }
      for (o, start) in starts.enumerated() { table[token, results.lowerBound + o] = start }
    }
    return table
  }

  /// One row a token; what is no label has less than any label can have.
  private func head(_ stream: ResidualStream) -> Tensor<Float> {
    var rows = Tensor<Float>(shape: [vocabularySize, stream.size], repeating: 0)
    let (ones, results) = (stream.column(one[0]), stream.columns(result))
    for token in 0...beginToken { rows[token, ones] = -1 }
    for (index, label) in labels.enumerated() {
      let token = beginToken + 1 + index
      switch readOut {
      case .bits:
        for o in 0..<results.count { rows[token, results.lowerBound + o] = label >> o & 1 != 0 ? 1 : -1 }
      case .number:
        let number = label + shift
        rows[token, results.lowerBound] = Float(2 * number)
        rows[token, ones] = -Float(number * number)
      }
    }
    return rows
  }
}
