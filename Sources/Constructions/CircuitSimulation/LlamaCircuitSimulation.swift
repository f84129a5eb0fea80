// chain -> LLaMA: the weights that evaluate a circuit, one token a gate. Start reading at `model`.
//
// Every coordinate of the residual stream is +1 or -1 at every place where a normalization reads it: directions that a layer is to fill
// start at +1 and the layer adds 0 or -2. So the mean square is 1 and RMSNorm with epsilon 0 and gain 1 is the identity, exactly, in
// every number format. All other weights are small integers times powers of two.
//
// What each part says, for the token of wire w with value v, where gate w + 1 has operands a_0 ... a_{K-1}:
//   embedding   own = code(w), operand_j = code(a_j), next = code(w + 1), table = truth table of w + 1, value = v, fetched_j = result = +1
//   head j      query = gain * operand_j, key = own: score 256 * <code(a_j), code(position's wire)>, so the wire a_j wins by 512 at least.
//               float32's exp underflows to 0 below -104: the softmax is exactly one-hot. It adds (value of a_j) - 1 to fetched_j.
//   feedforward unit p is on exactly when the fetched values are row p and table[p] = -1; it takes 2 from result.
//   head        2 <code(w'), next> + v' * result for the token (w', v'): the next wire wins by 4 - 2, its value by 2.
//
// Rotary positions: pair i of a head turns by position * 1e37^(-2i/D). The code stands in the L slowest of the D/2 pairs with zeros in
// their partners, so that rotation multiplies each product by a cosine that differs from 1 by less than 1e-9 for up to 2^20 positions.
//
// Source: the form of the construction is Li, Liu, Zhou and Ma (ICLR 2024), theorem 3.3; tokens that carry the wire, and thereby the
// circuit in the embedding instead of in absolute positions, are what lets a stock LLaMA run it.
import Circuits
import Tensors
public import Transformers

/// A LLaMA whose greedy decoding evaluates a circuit.
public struct LlamaCircuitSimulation: Sendable {
  /// The chain of thought.
  public let chain: CircuitChain
  /// The names and sizes.
  public let layout: LlamaCircuitLayout
  /// The trees of the steps where a token has several levels of tables, or none.
  private let trees: [TableTree]
  /// The score by which the wanted wire leads.
  private let gap: Double

  /// The score by which the wanted wire leads every other: 2 * 256. A softmax that is exactly one-hot needs 104; the rest is room for the rounding
  /// of coarse formats. Twice as much would take the products of queries and keys past float16's 65504.
  public static let scoreGap = 512.0
  /// The slope of the SwiGLU gates: silu(128) = 128 and silu(-128) = -0 in float32, so that silu is exactly ReLU here.
  static let gateSlope: Float = 128
  /// The weight of the next wire's code in the head.
  static let headCodeWeight: Float = 2

  /// The simulation of `chain`.
  public init(_ chain: CircuitChain) {
    precondition(chain.fanIn <= LlamaCircuitLayout.maximumFanIn, "a token fetches at most 12 operands")
    self.chain = chain
    layout = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: chain.fanIn)
    gap = LlamaCircuitSimulation.scoreGap
    trees = []
  }

  /// The simulation of a chain of trees: as many layers as a tree has levels, of which the first alone attends.
  public init(_ chain: TreeChain) {
    self.chain = CircuitChain(chain.circuit, options: TreeChain.options)
    layout = LlamaCircuitLayout(
      wireCount: self.chain.wireCount, tableInputs: chain.tableInputs, levels: chain.levelCount)
    gap = LlamaCircuitSimulation.scoreGap
    trees = chain.trees
  }

  /// The simulation of `chain` with another layout and another lead of scores: what a construction of other parameters would be.
  package init(_ chain: CircuitChain, layout: LlamaCircuitLayout, scoreGap: Double = LlamaCircuitSimulation.scoreGap) {
    precondition(chain.fanIn <= layout.fanIn && chain.wireCount == layout.wireCount, "the layout is one for the chain")
    self.chain = chain
    self.layout = layout
    gap = scoreGap
    trees = []
  }

  /// The weights. Time and memory are those of the embedding and the head: 2 (2T + 2) C numbers.
  public func model() -> Model {
    let gain = NormalizationWeights(gain: [Float](repeating: 1, count: layout.hiddenSize))
    let layers = (1...layout.levelCount).map { level in
      let (gate, up, down) = feedForward(level)
      let (query, key, value, output) = level == 1 ? (query(), key(), value(), output()) : idleAttention()
      return LayerWeights(
        attentionNormalization: gain, query: query, key: key, value: value, output: output,
        feedForwardNormalization: gain, gate: gate, up: up, down: down)
    }
    return Model(
      configuration: layout.configuration,
      weights: ModelWeights(
        tokenEmbedding: embedding(), layers: layers, finalNormalization: gain, head: head()))
  }

  // MARK: Attention

  /// The coordinates of one head: the code in the slowest pairs, nothing in its rotation partners.
  private func matching(_ head: String) -> (code: Subspace, all: [Subspace]) {
    let half = layout.headSize / 2
    let code = Subspace("\(head).code", size: layout.code.length)
    var all = [code, Subspace("\(head).partners", size: half)]
    if half > code.size { all.insert(Subspace("\(head).fast", size: half - code.size), at: 0) }
    return (code, all)
  }

  private func query() -> Linear {
    let heads = (0..<layout.fanIn).map { matching("head\($0)") }
    var map = NamedLinearMap(from: layout.stream, to: ResidualStream(heads.flatMap(\.all)))
    let gain = Float(gap / 2 * Double(layout.headSize).squareRoot())
    for (j, head) in heads.enumerated() { map.add(gain, from: layout.operandCode(j), to: head.code) }
    return map.lowered()
  }

  private func key() -> Linear {
    let head = matching("key")
    var map = NamedLinearMap(from: layout.stream, to: ResidualStream(head.all))
    map.add(1, from: layout.ownCode, to: head.code)
    return map.lowered()
  }

  private func carried(_ head: String) -> (change: Subspace, all: [Subspace]) {
    let change = Subspace("\(head).change")
    return (change, [change, Subspace("\(head).idle", size: layout.headSize - 1)])
  }

  /// The value of a position: 0 where its wire is true and -2 where it is false.
  private func value() -> Linear {
    let head = carried("value")
    var map = NamedLinearMap(from: layout.stream, to: ResidualStream(head.all))
    map.add(1, from: layout.value, to: head.change)
    map.add(-1, from: layout.one, to: head.change)
    return map.lowered()
  }

  private func output() -> Linear {
    let heads = (0..<layout.fanIn).map { carried("head\($0)") }
    var map = NamedLinearMap(from: ResidualStream(heads.flatMap(\.all)), to: layout.stream)
    for (j, head) in heads.enumerated() { map.add(1, from: head.change, to: layout.fetched(j)) }
    return map.lowered()
  }

  /// The attention of the layers after the first, which brings nothing.
  private func idleAttention() -> (query: Linear, key: Linear, value: Linear, output: Linear) {
    func zeros(_ rows: Int, _ columns: Int) -> Linear { Linear(weight: Tensor(shape: [rows, columns], repeating: 0)) }
    let (c, d) = (layout.hiddenSize, layout.headSize)
    return (zeros(layout.fanIn * d, c), zeros(d, c), zeros(d, c), zeros(c, layout.fanIn * d))
  }

  // MARK: Feedforward

  /// Unit p of a table: gate = slope * (sum of +-x_j, matching row p, - table[p] - k) for the k values x_j that it reads, which is slope where they are
  /// row p and table[p] = -1, and -slope or less elsewhere; up = 1/slope; down takes 2 from the table's place.
  private func feedForward(_ level: Int) -> (gate: Linear, up: Linear, down: Linear) {
    let units = Subspace("units", size: layout.intermediateSize)
    let hidden = ResidualStream([units])
    let slope = LlamaCircuitSimulation.gateSlope
    var gate = NamedLinearMap(from: layout.stream, to: hidden)
    var up = NamedLinearMap(from: layout.stream, to: hidden)
    var down = NamedLinearMap(from: hidden, to: layout.stream)
    let k = layout.tableInputs
    for t in 0..<layout.tableCount(level: level) {
      let (table, place) = (layout.table(level: level, t), layout.place(level: level, t))
      for row in 0..<(1 << k) {
        let unit = units[t << k + row]
        for j in 0..<k {
          gate.add(row >> j & 1 != 0 ? slope : -slope, from: layout.place(level: level - 1, k * t + j)[0], to: unit)
        }
        gate.add(-slope, from: table[row], to: unit)
        gate.add(-slope * Float(k), from: layout.one[0], to: unit)
        up.add(1 / slope, from: layout.one[0], to: unit)
        down.add(-2, from: unit, to: place[0])
      }
    }
    return (gate.lowered(), up.lowered(), down.lowered())
  }

  // MARK: Tokens

  private func embedding() -> Tensor<Float> {
    let layout = layout
    let stream = layout.stream
    let code = layout.code
    let own = stream.column(layout.ownCode[0])
    let operands = (0..<layout.fanIn).map { stream.column(layout.operandCode($0)[0]) }
    let next = stream.column(layout.nextCode[0])
    let tables = (1...layout.levelCount).map { level in
      (0..<layout.tableCount(level: level)).map { stream.columns(layout.table(level: level, $0)).lowerBound }
    }
    let value = stream.column(layout.value[0])
    let (width, begin, end) = (stream.size, layout.wireCount, layout.wireCount + 1)
    let elements = [Float](unsafeUninitializedCapacity: layout.vocabularySize * width) { buffer, count in
      buffer.initialize(repeating: 1)
      count = buffer.count
      guard let base = buffer.baseAddress else { return }
      /// The row of wire `w`, after which comes wire `following`.
      func fill(_ row: UnsafeMutablePointer<Float>, _ w: Int, following: Int, value isTrue: Bool) {
        code.write(w, to: row + own)
        code.write(following, to: row + next)
        row[value] = isTrue ? 1 : -1
        let step = following - chain.inputCount
        let isStep = step >= 0 && following < layout.wireCount
        if isStep, !trees.isEmpty {
          let tree = trees[step]
          for (j, leaf) in tree.leaves.enumerated() { code.write(leaf ?? begin, to: row + operands[j]) }
          for (starts, contents) in zip(tables, tree.tables) {
            for (start, function) in zip(starts, contents) {
              for r in 0..<function.rowCount { row[start + r] = function[r] ? 1 : -1 }
            }
          }
          return
        }
        let fanIn = isStep ? chain.fanIn(ofStep: step) : 0
        for j in 0..<layout.fanIn {
          let operand = j < fanIn ? Int(chain.operands[Int(chain.offsets[step]) + j]) : begin
          code.write(operand, to: row + operands[j])
        }
        let function = isStep ? chain.table(ofStep: step) : .false
        let mask = 1 << fanIn - 1  // rows repeat over the operands that a smaller gate does not have
        for starts in tables {
          for start in starts {
            for r in 0..<(1 << layout.tableInputs) { row[start + r] = function[r & mask] ? 1 : -1 }
          }
        }
      }
      for w in 0..<layout.wireCount {
        let following = w + 1 < layout.wireCount ? w + 1 : end
        fill(base + 2 * w * width, w, following: following, value: false)
        (base + (2 * w + 1) * width).update(from: base + 2 * w * width, count: width)
        base[(2 * w + 1) * width + value] = 1
      }
      fill(base + layout.beginToken * width, begin, following: layout.wireCount > 0 ? 0 : end, value: false)
      fill(base + layout.endToken * width, end, following: end, value: false)
    }
    return Tensor(shape: [layout.vocabularySize, width], elements: elements)
  }

  private func head() -> Tensor<Float> {
    let layout = layout
    let stream = layout.stream
    let next = stream.columns(layout.nextCode)
    let result = stream.column(layout.result[0])
    let width = stream.size
    let elements = [Float](unsafeUninitializedCapacity: layout.vocabularySize * width) { buffer, count in
      buffer.initialize(repeating: 0)
      count = buffer.count
      guard let base = buffer.baseAddress else { return }
      for token in 0..<layout.vocabularySize {
        let row = base + token * width
        let number = token < layout.beginToken ? token >> 1 : layout.wireCount + token - layout.beginToken
        for b in 0..<next.count {
          row[next.lowerBound + b] = LlamaCircuitSimulation.headCodeWeight * layout.code.coordinate(b, of: number)
        }
        if token < layout.beginToken { row[result] = token & 1 != 0 ? 1 : -1 }
      }
    }
    return Tensor(shape: [layout.vocabularySize, width], elements: elements)
  }
}
