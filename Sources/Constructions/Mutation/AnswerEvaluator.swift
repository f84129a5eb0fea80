// The token after a position, for every combination of the values that its heads can see: the rest of the layer and the whole vocabulary.
import Tensors
import Transformers

/// The states of a chain, and room for the combinations of one position.
///
/// Letters: N combinations, C residual width, H heads, D width of a head, F hidden units.
struct AnswerEvaluator {
  private let states: DenseStates
  private var work: Work

  /// Numbers of N combinations.
  private struct Work {
    let capacity: Int
    /// The heads' outputs, [N, H * D].
    let attended: FloatBuffer
    /// The residual stream, [N, C].
    let stream: FloatBuffer
    /// What a normalization makes of the stream, [N, C].
    let normalized: FloatBuffer
    /// What is added to the stream, [N, C padded].
    let added: FloatBuffer
    /// Gates, [N, F padded].
    let gates: FloatBuffer
    /// Hidden units before their activation, [N, F padded].
    let units: FloatBuffer
    /// Hidden units, [N, F].
    let hidden: FloatBuffer
    /// The greatest logits, [N].
    let logits: FloatBuffer
    /// Softmax weights of one head.
    let weights: FloatBuffer
    /// The tokens of the greatest logits, [N].
    var tokens: [Int64]

    init(_ states: DenseStates, capacity n: Int) {
      let (configuration, layer) = (states.configuration, states.layer)
      let c = configuration.hiddenSize
      capacity = n
      attended = FloatBuffer(count: n * configuration.headCount * configuration.headSize)
      stream = FloatBuffer(count: n * c)
      normalized = FloatBuffer(count: n * c)
      added = FloatBuffer(count: n * layer.output.stride)
      gates = FloatBuffer(count: n * layer.up.stride)
      units = FloatBuffer(count: n * layer.up.stride)
      hidden = FloatBuffer(count: n * configuration.intermediateSize)
      logits = FloatBuffer(count: n)
      weights = FloatBuffer(count: states.positionCount)
      tokens = [Int64](repeating: 0, count: n)
    }
  }

  init(_ states: DenseStates) {
    self.states = states
    work = Work(states, capacity: 16)
  }

  /// The table of the token after `position`, from where the heads see what `seen` lists.
  mutating func answer(
    at position: Int, _ seen: SeenPositions
  ) throws(DenseTabulation.Obstacle) -> DenseTabulation.Answer {
    let heads = states.configuration.headCount
    let own = states.wire(at: position)
    let ownValues = own == nil ? 0..<1 : 0..<2
    let wires = ownValues.map { v in wiresSeen(from: position, seen[v * heads..<(v + 1) * heads]) }
    let all = Set(wires.joined()).union(own.map { [Int32($0)] } ?? []).sorted()
    guard all.count <= DenseTabulation.maximumWireCount else {
      throw DenseTabulation.Obstacle("the token after position \(position) can depend on \(all.count) wires")
    }
    let starts = wires.map { 1 << $0.count }.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    let count = starts[starts.count - 1]
    if work.capacity < count { work = Work(states, capacity: count) }
    for v in ownValues {
      let d = states.configuration.headSize
      for h in 0..<heads {
        attend(head: h, from: position, ownValue: v, seen[v * heads + h], wires[v], at: starts[v], headSize: d)
      }
      for row in starts[v]..<starts[v + 1] {
        let c = states.configuration.hiddenSize
        (work.stream.base + row * c).update(from: states.streams.base + (2 * position + v) * c, count: c)
      }
    }
    guard finish(count) else {
      throw DenseTabulation.Obstacle("a number after attention at position \(position) that is not finite")
    }

    // From the combinations of each own value to one table.
    let ownBit = own.flatMap { all.firstIndex(of: Int32($0)) }
    let places = wires.map { $0.map { wire in all.firstIndex(of: wire) ?? 0 } }
    let tokens = (0..<1 << all.count).map { row -> Int32 in
      let v = ownBit.map { row >> $0 & 1 } ?? 0
      var combination = 0
      for (bit, place) in places[v].enumerated() { combination |= (row >> place & 1) << bit }
      return Int32(work.tokens[starts[v] + combination])
    }
    return DenseTabulation.Answer(position: position, wires: all, tokens: tokens)
  }

  /// The wires of the positions that some head sees, its own position apart, ascending.
  private func wiresSeen(from position: Int, _ seen: ArraySlice<[SeenPosition]>) -> [Int32] {
    var wires: [Int32] = []
    for head in seen {
      for source in head where source.position != position {
        guard let wire = states.wire(at: source.position), !wires.contains(Int32(wire)) else { continue }
        wires.append(Int32(wire))
      }
    }
    return wires.sorted()
  }

  /// The output of head `h` for each combination of the values of `wires`, in the rows of `work.attended` from `start` on.
  private func attend(
    head h: Int, from position: Int, ownValue: Int, _ seen: [SeenPosition], _ wires: [Int32], at start: Int,
    headSize d: Int
  ) {
    let configuration = states.configuration
    let group = h / (configuration.headCount / configuration.keyValueHeadCount)
    // The bit of a combination that says the value of a seen position's state; where there is none, the value that it has.
    let bits = seen.map { source -> (bit: Int?, fixed: Int) in
      if source.position == position { return (nil, ownValue) }
      guard let wire = states.wire(at: source.position) else { return (nil, 0) }
      return (wires.firstIndex(of: Int32(wire)), 0)
    }
    let weights = work.weights.base
    for combination in 0..<1 << wires.count {
      func value(_ i: Int) -> Int { bits[i].bit.map { combination >> $0 & 1 } ?? bits[i].fixed }
      var greatest = -Float.infinity
      for (i, source) in seen.enumerated() {
        weights[i] = value(i) == 0 ? source.scores.0 : source.scores.1
        greatest = max(greatest, weights[i])
      }
      for i in seen.indices { weights[i] -= greatest }
      VectorKernels.exponential(weights, count: seen.count, into: weights)
      var total: Float = 0
      for i in seen.indices { total += weights[i] }
      let out = work.attended.base + ((start + combination) * configuration.headCount + h) * d
      out.update(repeating: 0, count: d)
      for (i, source) in seen.enumerated() {
        let values = states.values.base + (2 * source.position + value(i)) * states.layer.value.stride + group * d
        let weight = weights[i]
        for k in 0..<d { out[k] += weight * values[k] }
      }
      for k in 0..<d { out[k] /= total }
    }
  }

  /// From the heads' outputs and the stream before attention to the tokens, for the first `count` rows; whether all numbers are finite.
  private mutating func finish(_ count: Int) -> Bool {
    let (configuration, layer) = (states.configuration, states.layer)
    let (c, f) = (configuration.hiddenSize, configuration.intermediateSize)
    let (stream, normalized, added) = (work.stream.base, work.normalized.base, work.added.base)
    func add(_ stride: Int) {
      for n in 0..<count {
        for i in 0..<c { stream[n * c + i] += added[n * stride + i] }
      }
    }
    layer.output.apply(
      work.attended.base, xStride: configuration.headCount * configuration.headSize, count: count, into: added)
    add(layer.output.stride)

    layer.feedForwardNormalization.apply(stream, count: count, into: normalized)
    let (units, gates, hidden) = (work.units.base, work.gates.base, work.hidden.base)
    layer.up.apply(normalized, xStride: c, count: count, into: units)
    layer.gate?.apply(normalized, xStride: c, count: count, into: gates)
    let stride = layer.up.stride
    for n in 0..<count {
      switch configuration.feedForward {
      case .gatedSiLU:
        VectorKernels.siluMultiply(gates + n * stride, up: units + n * stride, count: f, into: hidden + n * f)
      case .relu: VectorKernels.relu(units + n * stride, count: f, into: hidden + n * f)
      case .geluTanh: VectorKernels.geluTanh(units + n * stride, count: f, into: hidden + n * f)
      }
    }
    layer.down.apply(hidden, xStride: f, count: count, into: added)
    add(layer.down.stride)

    layer.finalNormalization.apply(stream, count: count, into: normalized)
    guard areFinite(normalized, count: count * c) else { return false }
    let head = layer.head.matrix
    let pass = max(1, (1 << 20) / max(1, head.paddedRowCount * c))
    work.tokens.withUnsafeMutableBufferPointer { tokens in
      guard let tokens = tokens.baseAddress else { return }
      for first in Swift.stride(from: 0, to: count, by: pass) {
        head.greatest(
          normalized + first * c, xStride: c, count: min(pass, count - first), values: work.logits.base + first,
          indices: tokens + first)
      }
    }
    return areFinite(work.logits.base, count: count)
  }
}
