// The token after a position for given values of the wires that its heads can see: the rest of the layer and the whole vocabulary.
import Tensors
import Transformers

/// A position with all that its token can depend on.
struct OpenPosition {
  let position: Int
  /// What the heads see.
  let seen: SeenPositions
  /// The wires of the seen positions, and the position's own, in ascending order.
  let wires: [Int32]

  init(_ position: Int, _ seen: SeenPositions, _ states: DenseStates) {
    self.position = position
    self.seen = seen
    var wires = Set<Int32>()
    if let own = states.wire(at: position) { wires.insert(Int32(own)) }
    for source in seen.joined() {
      if let wire = states.wire(at: source.position) { wires.insert(Int32(wire)) }
    }
    self.wires = wires.sorted()
  }
}

/// The states of a chain, and room for a batch of rows: values of the wires of one position.
///
/// Letters: N rows, C residual width, H heads, D width of a head, F hidden units.
final class AnswerEvaluator {
  let states: DenseStates

  /// The rows that are evaluated at once, N.
  private static let rowsPerPass = 64
  /// The heads' outputs, [N, H * D].
  private let attended: FloatBuffer
  /// The residual stream, [N, C].
  private let stream: FloatBuffer
  /// What a normalization makes of the stream, [N, C].
  private let normalized: FloatBuffer
  /// What is added to the stream, [N, C padded].
  private let added: FloatBuffer
  /// Gates, [N, F padded].
  private let gates: FloatBuffer
  /// Hidden units before their activation, [N, F padded].
  private let units: FloatBuffer
  /// Hidden units, [N, F].
  private let hidden: FloatBuffer
  /// The greatest logits, [N].
  private let logits: FloatBuffer
  /// Softmax weights of one head.
  private let weights: FloatBuffer
  /// The tokens of the greatest logits, [N].
  private var tokens: [Int64]

  init(_ states: DenseStates) {
    self.states = states
    let (configuration, layer, n) = (states.configuration, states.layer, AnswerEvaluator.rowsPerPass)
    attended = FloatBuffer(count: n * configuration.headCount * configuration.headSize)
    stream = FloatBuffer(count: n * configuration.hiddenSize)
    normalized = FloatBuffer(count: n * configuration.hiddenSize)
    added = FloatBuffer(count: n * layer.output.stride)
    gates = FloatBuffer(count: n * layer.up.stride)
    units = FloatBuffer(count: n * layer.up.stride)
    hidden = FloatBuffer(count: n * configuration.intermediateSize)
    logits = FloatBuffer(count: n)
    weights = FloatBuffer(count: states.positionCount)
    tokens = [Int64](repeating: 0, count: n)
  }

  /// The tokens after a position for `count` rows of `(wires + 63) / 64` words each: bit i of a row is the value of wire `wires[i]`.
  func tokens(after open: OpenPosition, _ rows: [UInt64], count: Int) throws(DenseTabulation.Obstacle) -> [Int32] {
    let wordsPerRow = (open.wires.count + 63) / 64
    precondition(rows.count >= count * wordsPerRow, "a row has a bit for each wire")
    var result: [Int32] = []
    result.reserveCapacity(count)
    let c = states.configuration.hiddenSize
    let heads = headsSeen(from: open)
    for first in Swift.stride(from: 0, to: count, by: AnswerEvaluator.rowsPerPass) {
      let n = min(AnswerEvaluator.rowsPerPass, count - first)
      for row in 0..<n {
        rows.withUnsafeBufferPointer { rows in
          let bits = UnsafeBufferPointer(rebasing: rows[(first + row) * wordsPerRow..<(first + row + 1) * wordsPerRow])
          let own = ownBit(of: open).map { Int(bits[$0 / 64] >> UInt64($0 % 64) & 1) } ?? 0
          for (h, head) in heads[own].enumerated() { attend(head, h, bits, row: row) }
          (stream.base + row * c).update(from: states.streams.base + (2 * open.position + own) * c, count: c)
        }
      }
      guard finish(n) else {
        throw DenseTabulation.Obstacle("a number after attention at position \(open.position) that is not finite")
      }
      for row in 0..<n { result.append(Int32(tokens[row])) }
    }
    return result
  }

  /// The place of the position's own wire among its wires.
  private func ownBit(of open: OpenPosition) -> Int? {
    states.wire(at: open.position).flatMap { open.wires.firstIndex(of: Int32($0)) }
  }

  // MARK: Attention

  /// What a head sees, with the rows' bits that choose between the two states of each position.
  private struct Head {
    /// The bit that says the value of each position, or -1 for a leading token, both of whose states are the same.
    var bits: [Int32] = []
    var scores: [(Float, Float)] = []
    /// Where the values of the positions' states of value 0 stand; those of value 1 come one row later.
    var values: [Int] = []
    /// The coordinates in which some value is not 0.
    var columns: [Int] = []
  }

  /// What each head sees where the own token says 0, and where it says 1.
  private func headsSeen(from open: OpenPosition) -> [[Head]] {
    let (configuration, stride) = (states.configuration, states.layer.value.stride)
    let headsPerGroup = configuration.headCount / configuration.keyValueHeadCount
    return (0..<2).map { v in
      (0..<configuration.headCount).map { h in
        var head = Head()
        var isUsed = [Bool](repeating: false, count: configuration.headSize)
        for source in open.seen[v * configuration.headCount + h] {
          let wire = states.wire(at: source.position)
          head.bits.append(wire.flatMap { open.wires.firstIndex(of: Int32($0)) }.map { Int32($0) } ?? -1)
          head.scores.append(source.scores)
          let start = 2 * source.position * stride + h / headsPerGroup * configuration.headSize
          head.values.append(start)
          for i in 0..<configuration.headSize
          where states.values.base[start + i] != 0 || states.values.base[start + stride + i] != 0 { isUsed[i] = true }
        }
        head.columns = isUsed.indices.filter { isUsed[$0] }
        return head
      }
    }
  }

  /// The output of head number `h` for one row: softmax over what it sees, by the definition.
  private func attend(_ head: Head, _ h: Int, _ bits: UnsafeBufferPointer<UInt64>, row: Int) {
    let (heads, d, stride) = (states.configuration.headCount, states.configuration.headSize, states.layer.value.stride)
    let count = head.bits.count
    let (weights, values) = (weights.base, states.values.base)
    @inline(__always) func isTrue(_ i: Int) -> Bool {
      let bit = Int(head.bits[i])
      return bit >= 0 && bits[bit / 64] >> UInt64(bit % 64) & 1 != 0
    }
    var greatest = -Float.infinity
    for i in 0..<count {
      let score = isTrue(i) ? head.scores[i].1 : head.scores[i].0
      weights[i] = score
      greatest = max(greatest, score)
    }
    for i in 0..<count { weights[i] -= greatest }
    VectorKernels.exponential(weights, count: count, into: weights)
    var total: Float = 0
    for i in 0..<count { total += weights[i] }
    let out = attended.base + (row * heads + h) * d
    out.update(repeating: 0, count: d)
    for i in 0..<count {
      let value = values + head.values[i] + (isTrue(i) ? stride : 0)
      for k in head.columns { out[k] += weights[i] * value[k] }
    }
    for k in head.columns { out[k] /= total }
  }

  // MARK: After attention

  /// From the heads' outputs and the stream before attention to the tokens, for the first `count` rows; whether all numbers are finite.
  private func finish(_ count: Int) -> Bool {
    let (configuration, layer) = (states.configuration, states.layer)
    let (c, f) = (configuration.hiddenSize, configuration.intermediateSize)
    layer.output.apply(
      attended.base, xStride: configuration.headCount * configuration.headSize, count: count, into: added.base)
    addToStream(layer.output.stride, count)

    layer.feedForwardNormalization.apply(stream.base, count: count, into: normalized.base)
    layer.up.apply(normalized.base, xStride: c, count: count, into: units.base)
    layer.gate?.apply(normalized.base, xStride: c, count: count, into: gates.base)
    let stride = layer.up.stride
    for n in 0..<count {
      let (unit, target) = (units.base + n * stride, hidden.base + n * f)
      switch configuration.feedForward {
      case .gatedSiLU: VectorKernels.siluMultiply(gates.base + n * stride, up: unit, count: f, into: target)
      case .relu: VectorKernels.relu(unit, count: f, into: target)
      case .geluTanh: VectorKernels.geluTanh(unit, count: f, into: target)
      }
    }
    layer.down.apply(hidden.base, xStride: f, count: count, into: added.base)
    addToStream(layer.down.stride, count)

    layer.finalNormalization.apply(stream.base, count: count, into: normalized.base)
    guard areFinite(normalized.base, count: count * c) else { return false }
    let head = layer.head.matrix
    // As with other products, few enough rows that none asks for threads.
    let pass = max(1, (1 << 20) / max(1, head.paddedRowCount * c))
    tokens.withUnsafeMutableBufferPointer { tokens in
      guard let tokens = tokens.baseAddress else { return }
      for first in Swift.stride(from: 0, to: count, by: pass) {
        head.greatest(
          normalized.base + first * c, xStride: c, count: min(pass, count - first), values: logits.base + first,
          indices: tokens + first)
      }
    }
    return areFinite(logits.base, count: count)
  }

  /// Adds what a map wrote, `stride` numbers apart, to the stream.
  private func addToStream(_ stride: Int, _ count: Int) {
    let c = states.configuration.hiddenSize
    for n in 0..<count {
      for i in 0..<c { stream.base[n * c + i] += added.base[n * stride + i] }
    }
  }
}
