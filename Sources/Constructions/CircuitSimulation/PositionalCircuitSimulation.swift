// chain -> the transformer of Li et al.: vocabulary {0, 1}, the circuit in the position embedding. Start reading at `model`.
//
// Position p holds the token of the wire at p and, from the position embedding, what the next token needs: its own code, the codes of the
// positions of the next wire's operands, the next wire's truth table. Head j compares interleaved codes (section B.3.1 of Xu and Sato's
// restatement; Li et al.'s matching lemma): query sbin(i) ~ 1, key g (sbin(j) ~ -1). Each pair of coordinates adds 0 where the bits agree
// and -2g where they differ, in this order, so that in F_{e,s} a running sum never leaves [-B, B] harmfully: it is 0 to the end for the
// wanted position and stuck at -B for every other, whose exp rounds to 0. Constant precision addresses any number of positions.
//
// The value that a head adds is (value of the wanted wire) - 1, to a direction that starts at +1. Unit p of the feedforward layer is
// relu(sum of +-fetched_j, matching row p, - table[p] - K): 1 where the fetched values are row p and table[p] = -1, else 0. It takes 2
// from the result, which starts at +1. The head scores value v by v * result.
//
// The paper's gates are AND and NOT; here any truth table of K operands is one unit a row. Which precisions suffice for that is found
// case by case (`PositionalCircuitLayout.insufficiency`); K + 1 <= B_s and the constant -2 are enough.
import ExactArithmetic
import Circuits
import Tensors
public import Transformers

/// A decoder with absolute positions whose greedy decoding evaluates a circuit, in the form of Li, Liu, Zhou and Ma.
public struct PositionalCircuitSimulation: Sendable {
  /// The chain of thought.
  public let chain: CircuitChain
  /// The names and sizes.
  public let layout: PositionalCircuitLayout

  /// The simulation of `chain`, written down for `target`.
  public init(_ chain: CircuitChain, target: PositionalTarget = .gpt2) {
    self.chain = chain
    layout = PositionalCircuitLayout(
      wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: chain.fanIn, target: target)
  }

  /// The simulation of `chain` with another layout: what a construction of other parameters would be.
  package init(_ chain: CircuitChain, layout: PositionalCircuitLayout) {
    precondition(chain.fanIn <= layout.fanIn && chain.wireCount == layout.wireCount, "the layout is one for the chain")
    self.chain = chain
    self.layout = layout
  }

  /// The weights.
  public func model() -> Model {
    let isPaired = layout.configuration.hasAttentionBiases
    let (up, down) = feedForward()
    let layer = LayerWeights(
      attentionNormalization: .init(), query: query(), key: key(), value: value(), output: output(),
      feedForwardNormalization: .init(), gate: nil, up: up, down: down)
    let weights = ModelWeights(
      tokenEmbedding: tokenEmbedding(), positionEmbedding: positionEmbedding(), layers: [layer],
      finalNormalization: .init(), head: head())
    return Model(
      configuration: layout.configuration, weights: isPaired ? LayerNormalizationPairs.pairing(weights) : weights)
  }

  // MARK: Attention

  private struct Head {
    let pairs: [Subspace]
    let all: [Subspace]
  }

  /// The coordinates of a head: one pair for each code coordinate, the code's in the first place and the constant in the second.
  private func matching(_ name: String) -> Head {
    let pairs = (0..<layout.code.length).map { Subspace("\(name).pair\($0)", size: 2) }
    let idle = layout.headSize - 2 * layout.code.length
    return Head(pairs: pairs, all: pairs + (idle > 0 ? [Subspace("\(name).idle", size: idle)] : []))
  }

  private func query() -> Linear {
    let heads = (0..<layout.fanIn).map { matching("head\($0)") }
    var map = NamedLinearMap(from: layout.stream, to: ResidualStream(heads.flatMap(\.all)))
    for (j, head) in heads.enumerated() {
      for (b, pair) in head.pairs.enumerated() {
        map.add(1, from: layout.operandCode(j)[b], to: pair[0])
        map.add(1, from: layout.one[0], to: pair[1])
      }
    }
    return map.lowered()
  }

  private func key() -> Linear {
    let heads = (0..<layout.fanIn).map { matching("head\($0)") }
    var map = NamedLinearMap(from: layout.stream, to: ResidualStream(heads.flatMap(\.all)))
    let gain = Float(layout.keyGain)
    for head in heads {
      for (b, pair) in head.pairs.enumerated() {
        map.add(gain, from: layout.ownCode[b], to: pair[0])
        map.add(-gain, from: layout.one[0], to: pair[1])
      }
    }
    return map.lowered()
  }

  private func carried() -> (changes: [Subspace], space: ResidualStream) {
    let changes = (0..<layout.fanIn).map { Subspace("head\($0).change") }
    let all = changes.enumerated().flatMap { j, change in
      [change, Subspace("head\(j).idle", size: layout.headSize - 1)]
    }
    return (changes, ResidualStream(all))
  }

  private func value() -> Linear {
    let (changes, space) = carried()
    var map = NamedLinearMap(from: layout.stream, to: space)
    for change in changes {
      map.add(1, from: layout.value, to: change)
      map.add(-1, from: layout.one, to: change)
    }
    return map.lowered()
  }

  private func output() -> Linear {
    let (changes, space) = carried()
    var map = NamedLinearMap(from: space, to: layout.stream)
    for (j, change) in changes.enumerated() { map.add(1, from: change, to: layout.fetched(j)) }
    return map.lowered()
  }

  // MARK: Feedforward

  private func feedForward() -> (up: Linear, down: Linear) {
    let units = Subspace("units", size: layout.intermediateSize)
    let hidden = ResidualStream([units])
    var up = NamedLinearMap(from: layout.stream, to: hidden)
    var down = NamedLinearMap(from: hidden, to: layout.stream)
    for row in 0..<units.size {
      up.add(-1, from: layout.table[row], to: units[row])
      for j in 0..<layout.fanIn { up.add(row >> j & 1 != 0 ? 1 : -1, from: layout.fetched(j)[0], to: units[row]) }
      up.add(-Float(layout.fanIn), from: layout.one[0], to: units[row])
      down.add(-2, from: units[row], to: layout.result[0])
    }
    return (up.lowered(), down.lowered())
  }

  // MARK: Embeddings

  private func tokenEmbedding() -> Tensor<Float> {
    let stream = layout.stream
    var table = Tensor<Float>(shape: [2, stream.size], repeating: 0)
    table[0, stream.column(layout.value[0])] = -1
    table[1, stream.column(layout.value[0])] = 1
    return table
  }

  private func head() -> Tensor<Float> {
    let stream = layout.stream
    var table = Tensor<Float>(shape: [2, stream.size], repeating: 0)
    table[0, stream.column(layout.result[0])] = -1
    table[1, stream.column(layout.result[0])] = 1
    return table
  }

  private func positionEmbedding() -> Tensor<Float> {
    let stream = layout.stream
    let code = layout.code
    let own = stream.column(layout.ownCode[0])
    let operands = (0..<layout.fanIn).map { stream.column(layout.operandCode($0)[0]) }
    let table = stream.columns(layout.table)
    let value = stream.column(layout.value[0])
    let width = stream.size
    let elements = [Float](unsafeUninitializedCapacity: layout.positionCount * width) { buffer, count in
      buffer.initialize(repeating: 1)
      count = buffer.count
      guard let base = buffer.baseAddress else { return }
      for p in 0..<layout.positionCount {
        let row = base + p * width
        row[value] = 0
        code.write(p, to: row + own)
        let step = p + 1 - layout.leadingTokenCount - chain.inputCount
        let isStep = step >= 0 && step < chain.stepCount
        let fanIn = isStep ? chain.fanIn(ofStep: step) : 0
        for j in 0..<layout.fanIn {
          // An operand that the gate does not have is the position itself; the table does not depend on it.
          let operand = j < fanIn ? layout.position(wire: Int(chain.operands[Int(chain.offsets[step]) + j])) : p
          code.write(operand, to: row + operands[j])
        }
        let function = isStep ? chain.table(ofStep: step) : .false
        let mask = 1 << fanIn - 1
        for r in table { row[r] = function[(r - table.lowerBound) & mask] ? 1 : -1 }
      }
    }
    return Tensor(shape: [layout.positionCount, width], elements: elements)
  }
}
