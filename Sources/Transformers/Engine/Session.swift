// A run of the engine over one or more texts of equal length: the cache, and steps forward.
public import Tensors

/// Which logits a call returns.
public enum LogitSelection: Sendable, Equatable {
  /// None: the texts are only read into the cache.
  case none
  /// Those after the last token read.
  case last
  /// Those after every token read.
  case all
}

/// B texts of equal length in progress, with their cache of keys and values.
///
/// A session is used by one thread at a time, and may divide a step of many texts among several; several sessions may
/// share an engine. Texts in a batch advance together, so that prompts must have the same number of tokens; texts of
/// different lengths take a session each.
///
/// The cache grows with what is read (never with `maximumPositionCount`) and can be cut: `evict(position:)` drops a
/// position that no later token needs.
public final class Session {
  /// The prepared model.
  public let engine: Engine
  /// The number of texts, B.
  public let batchSize: Int
  /// Tokens read so far, a text; also the position of the next token.
  public private(set) var positionCount = 0

  /// The time spent in each stage since this was set to `StageTimes()`; `nil`, as at first, reads no clock.
  public var stageTimes: StageTimes?

  let cache: KeyValueCache
  private var work: Workspace
  /// The threads that may share a step's texts.
  private let laneCount: Int

  init(_ engine: Engine, batchSize: Int) {
    precondition(batchSize >= 1, "a session has at least one text")
    self.engine = engine
    self.batchSize = batchSize
    laneCount = Self.laneCount(engine, batchSize: batchSize)
    cache = KeyValueCache(layers: engine.layers, batchSize: batchSize, laneCount: laneCount)
    work = Workspace(engine, batchSize: batchSize, positions: 1, laneCount: laneCount)
  }

  /// The number of threads among which the texts of a step are divided.
  ///
  /// Each thread then reads all weights, but nothing waits for anything within a step. That pays where the weights fit
  /// the last cache and are used for several texts once they are read; otherwise each product is divided by itself.
  private static func laneCount(_ engine: Engine, batchSize: Int) -> Int {
    let leastTexts = 4
    let cacheBytes = 32 << 20
    if batchSize < 2 * leastTexts || engine.report.byteCount > cacheBytes { return 1 }
    return Parallelism.threads(
      panelCount: batchSize / leastTexts, multiplyAdds: engine.report.byteCount / 4 * batchSize)
  }

  /// Positions per pass when a prompt is read; bounds the memory for activations.
  private static let rowsPerPass = 512

  // MARK: Reading

  /// Reads `tokens[b]`, all of the same length, after what text b already holds.
  ///
  /// - Returns: logits of shape [B, m, V], m = 0, 1 or the number of tokens of a text as `logits` says.
  @discardableResult
  public func append(_ tokens: [[Int]], logits selection: LogitSelection = .last) -> Tensor<Float> {
    precondition(tokens.count == batchSize, "one list of tokens for each text of the batch")
    let count = tokens[0].count
    precondition(tokens.allSatisfy { $0.count == count }, "texts of a batch have the same length")
    precondition(count > 0 || selection != .last, "there are no last logits of no tokens")
    let v = engine.configuration.vocabularySize
    let returned = selection == .all ? count : selection == .last ? 1 : 0
    var result = Tensor<Float>(shape: [batchSize, returned, v], repeating: 0)
    let pass = max(1, Self.rowsPerPass / batchSize)
    var first = 0
    while first < count {
      let n = min(pass, count - first)
      stageTimes?.begin()
      work.reserve(engine, batchSize: batchSize, positions: n)
      for b in 0..<batchSize {
        for i in 0..<n { embed(tokens[b][first + i], row: b * n + i, position: positionCount + i) }
      }
      advance(n)
      if selection == .all || (selection == .last && first + n == count) {
        let rows = selection == .all ? 0..<n : n - 1..<n
        for b in 0..<batchSize {
          let target = (b * returned + (selection == .all ? first : 0)) * v
          writeLogits(
            rows: b * n + rows.lowerBound..<b * n + rows.upperBound, prefilling: n > 1, at: target, in: &result)
        }
      }
      first += n
    }
    return result
  }

  /// Reads one token for each text and returns the logits of the next, shape [B, V].
  public func step(_ tokens: [Int]) -> Tensor<Float> {
    advanceOne(tokens)
    var result = Tensor<Float>(shape: [batchSize, engine.configuration.vocabularySize], repeating: 0)
    writeLogits(rows: 0..<batchSize, prefilling: false, at: 0, in: &result)
    return result
  }

  /// Reads one token for each text and returns the next tokens: those of the greatest logits, and of equal ones the
  /// first, as `torch.argmax` does on a CPU. Logits are compared as they are computed and never stored.
  public func stepGreedy(_ tokens: [Int]) -> [Int] {
    advanceOne(tokens)
    greatestLogits()
    return (0..<batchSize).map { Int(work.indices[$0]) }
  }

  /// Like `stepGreedy` for a batch of one, without an array.
  public func stepGreedy(_ token: Int) -> Int {
    precondition(batchSize == 1, "one token is a step of one text")
    stageTimes?.begin()
    embed(token, row: 0, position: positionCount)
    advance(1)
    greatestLogits()
    return Int(work.indices[0])
  }

  // MARK: The cache

  /// Positions that the cache holds, in no particular order.
  public var cachedPositions: [Int] { cache.cachedPositions }

  /// The number of positions that the cache holds.
  public var cachedPositionCount: Int { cache.slotCount }

  /// Bytes allocated for keys, values and position numbers.
  public var cacheBytes: Int { cache.byteCount }

  /// Drops a position from the cache of every text and layer, so that later tokens do not see it; its memory is used
  /// again.
  ///
  /// Where every later softmax weight of the position is exactly 0, later results do not change.
  ///
  /// - Returns: whether the cache held the position.
  /// - Complexity: one scan of the list of cached positions, 64 a step.
  @discardableResult
  public func evict(position: Int) -> Bool { cache.remove(position: position) }

  /// Forgets all texts and keeps the memory.
  public func reset() {
    cache.removeAll()
    positionCount = 0
  }

  // MARK: One pass

  private func advanceOne(_ tokens: [Int]) {
    precondition(tokens.count == batchSize, "one token for each text of the batch")
    stageTimes?.begin()
    for b in 0..<batchSize { embed(tokens[b], row: b, position: positionCount) }
    advance(1)
  }

  /// Writes the embedding of a token at a position into a row of the residual stream.
  @inline(__always)
  private func embed(_ token: Int, row: Int, position: Int) {
    precondition(
      0 <= token && token < engine.configuration.vocabularySize, "a token is below the vocabulary's size")
    let c = engine.configuration.hiddenSize
    let target = work.stream + row * c
    engine.tokenEmbedding.elements.withUnsafeBufferPointer { table in
      if let base = table.baseAddress { target.update(from: base + token * c, count: c) }
    }
    guard let positions = engine.positionEmbedding else { return }
    precondition(position < engine.configuration.maximumPositionCount, "learned positions end at the maximum")
    positions.elements.withUnsafeBufferPointer { table in
      for i in 0..<c { target[i] += table[position * c + i] }
    }
  }

  /// Runs all layers over the B * n rows of the stream, row b * n + i holding position `positionCount + i` of text b.
  private func advance(_ n: Int) {
    let firstSlot = cache.slotCount
    precondition(positionCount + n < Int(Int32.max), "positions are below 2^31")
    cache.append(n, firstPosition: positionCount)
    let pairs = engine.rotaryPairCount
    for i in 0..<n {
      VectorKernels.rotaryTable(
        inverseFrequencies: engine.inverseFrequencies.base, pairs: pairs, position: positionCount + i,
        cosines: work.cosines + i * pairs, sines: work.sines + i * pairs)
    }
    stageTimes?.end(.other)
    // Clocks tell stages apart on one thread only.
    if n > 1 || laneCount == 1 || stageTimes != nil {
      advance(texts: 0..<batchSize, n, firstSlot: firstSlot, lane: nil)
    } else {
      Parallelism.forEachRange(of: batchSize, threads: laneCount) { lane, texts in
        advance(texts: texts, n, firstSlot: firstSlot, lane: lane)
      }
    }
    positionCount += n
  }

  /// Runs all layers over the rows of `texts`. Without a lane the products may be divided among threads; with one, this
  /// is one of several threads that each have texts of their own.
  private func advance(texts: Range<Int>, _ n: Int, firstSlot: Int, lane: Int?) {
    let (c, splits) = (engine.configuration.hiddenSize, lane == nil)
    let work = work.rows(from: texts.lowerBound * n, lane: lane ?? 0)
    let rows = texts.count * n
    for (index, layer) in engine.layers.enumerated() {
      let width = layer.attentionNormalization.width
      for r in 0..<rows { layer.attentionNormalization.apply(work.stream + r * c, into: work.normalized + r * width) }
      layer.queryKeyValue.apply(
        work.normalized, xStride: width, count: rows, into: work.projected, prefilling: n > 1, splits: splits)
      attend(layer, index, work, texts: texts, n, firstSlot: firstSlot, lane: lane ?? 0)
      layer.output.apply(
        work.attended, xStride: layer.attendedWidth, count: rows, into: work.projected, prefilling: n > 1,
        splits: splits)
      addToStream(layer.output.stride, layer.outputRows, work, rows)
      if lane == nil { stageTimes?.end(.attention) }

      let hiddenWidth = layer.feedForwardNormalization.width
      for r in 0..<rows {
        layer.feedForwardNormalization.apply(work.stream + r * c, into: work.normalized + r * hiddenWidth)
      }
      layer.gateAndUp.apply(
        work.normalized, xStride: hiddenWidth, count: rows, into: work.projected, prefilling: n > 1, splits: splits)
      activate(layer, work, rows)
      layer.down.apply(
        work.hidden, xStride: layer.hiddenCount, count: rows, into: work.projected, prefilling: n > 1, splits: splits)
      addToStream(layer.down.stride, layer.downRows, work, rows)
      if lane == nil { stageTimes?.end(.feedForward) }
    }
  }

  /// Adds the rows of `work.projected`, `stride` apart, to the coordinates `targets` of the stream.
  @inline(__always)
  private func addToStream(_ stride: Int, _ targets: IndexBuffer, _ work: Workspace, _ rows: Int) {
    let c = engine.configuration.hiddenSize
    for r in 0..<rows {
      VectorKernels.scatterAdd(
        work.projected + r * stride, rows: targets.base, kept: targets.count, into: work.stream + r * c)
    }
  }

  /// work.hidden = activation of work.projected, row by row.
  @inline(__always)
  private func activate(_ layer: PreparedLayer, _ work: Workspace, _ rows: Int) {
    let (stride, units) = (layer.gateAndUp.stride, layer.hiddenCount)
    for r in 0..<rows {
      let (x, y) = (work.projected + r * stride, work.hidden + r * units)
      switch engine.configuration.feedForward {
      case .gatedSiLU: VectorKernels.siluMultiply(x, up: x + units, count: units, into: y)
      case .relu: VectorKernels.relu(x, count: units, into: y)
      case .geluTanh: VectorKernels.geluTanh(x, count: units, into: y)
      }
    }
  }

  /// Rotates queries and keys, stores keys and values in the cache, and attends: work.projected to work.attended.
  @inline(__always)
  private func attend(
    _ layer: PreparedLayer, _ index: Int, _ work: Workspace, texts: Range<Int>, _ n: Int, firstSlot: Int, lane: Int
  ) {
    let scale = Float(engine.configuration.resolvedAttentionScale)
    let stride = layer.queryKeyValue.stride
    let scratch = cache.scratch(lane: lane)
    for b in texts {
      for i in 0..<n {
        let r = (b - texts.lowerBound) * n + i
        let row = work.projected + r * stride
        let attended = work.attended + r * layer.attendedWidth
        for g in layer.groups.indices {
          let group = layer.groups[g]
          if group.valueWidth == 0 { continue }
          let panels = cache.panels[(index * batchSize + b) * layer.groups.count + g]
          let queries = row + group.queryOffset
          rotate(group, work, queries: queries, key: row + group.keyOffset, row: i, scale: scale)
          VectorKernels.store(
            row + group.keyOffset, in: panels.keys, slot: firstSlot + i, columns: group.keyWidth)
          VectorKernels.store(
            row + group.valueOffset, in: panels.values, slot: firstSlot + i, columns: group.valueWidth)
          attend(
            group, panels, scratch, queries: queries, slotCount: firstSlot + i + 1,
            into: attended + group.attendedOffset)
        }
      }
    }
  }

  /// The heads of one group at one position, over the first `slotCount` slots.
  @inline(__always)
  private func attend(
    _ group: PreparedGroup, _ panels: KeyValueCache.Panels,
    _ scratch: (scores: UnsafeMutablePointer<Float>, live: UnsafeMutablePointer<Int32>), queries: UnsafePointer<Float>,
    slotCount: Int, into out: UnsafeMutablePointer<Float>
  ) {
    let scoreStride = cache.blockCapacity * VectorKernels.laneCount
    VectorKernels.multiplyPanels(
      panels.keys, blockCount: (slotCount + 15) / 16, columns: group.keyWidth, by: queries, xStride: group.keyWidth,
      count: group.headCount, into: scratch.scores, yStride: scoreStride)
    for h in 0..<group.headCount {
      let weights = scratch.scores + h * scoreStride
      let (total, liveCount) = VectorKernels.softmaxWeights(weights, count: slotCount, live: scratch.live)
      VectorKernels.weightedSum(
        ofValues: panels.values, columns: group.valueWidth, weights: weights, live: scratch.live, liveCount: liveCount,
        total: total, into: out + h * group.valueWidth)
    }
  }

  /// Turns a group's queries and key by the angles of row `row` of the table; queries are multiplied by `scale` on the
  /// way.
  @inline(__always)
  private func rotate(
    _ group: PreparedGroup, _ work: Workspace, queries: UnsafeMutablePointer<Float>, key: UnsafeMutablePointer<Float>,
    row: Int,
    scale: Float
  ) {
    guard case .rotary = engine.configuration.positions else {
      for i in 0..<group.headCount * group.keyWidth { queries[i] *= scale }
      return
    }
    let pairs = group.keyWidth / 2
    var (cosines, sines) = (work.cosines + row * engine.rotaryPairCount, work.sines + row * engine.rotaryPairCount)
    if let columns = group.tableColumns {
      VectorKernels.gather(cosines, columns: columns.base, kept: pairs, into: work.groupCosines)
      VectorKernels.gather(sines, columns: columns.base, kept: pairs, into: work.groupSines)
      (cosines, sines) = (work.groupCosines, work.groupSines)
    }
    for h in 0..<group.headCount {
      VectorKernels.rotate(queries + h * group.keyWidth, cosines: cosines, sines: sines, pairs: pairs, scale: scale)
    }
    VectorKernels.rotate(key, cosines: cosines, sines: sines, pairs: pairs, scale: 1)
  }

  // MARK: The head

  /// Normalizes the given rows of the stream and writes their logits at an offset of the result, V apart.
  private func writeLogits(rows: Range<Int>, prefilling: Bool, at offset: Int, in result: inout Tensor<Float>) {
    let v = engine.configuration.vocabularySize
    let (stride, width) = (engine.head.stride, engine.finalNormalization.width)
    normalizeForHead(rows)
    // A pass of few rows at a time: logits are padded to whole panels before they go to their place.
    let pass = max(1, min(rows.count, (1 << 22) / max(1, stride)))
    let padded = FloatBuffer(count: pass * stride)
    result.elements.withUnsafeMutableBufferPointer { target in
      for first in Swift.stride(from: 0, to: rows.count, by: pass) {
        let count = min(pass, rows.count - first)
        engine.head.apply(
          work.normalized + first * width, xStride: width, count: count, into: padded.base, prefilling: prefilling,
          splits: true)
        for r in 0..<count {
          guard let base = target.baseAddress else { return }
          (base + offset + (first + r) * v).update(from: padded.base + r * stride, count: v)
        }
      }
    }
    stageTimes?.end(.head)
  }

  /// work.indices = the greatest logits' tokens after the B rows of the stream.
  private func greatestLogits() {
    normalizeForHead(0..<batchSize)
    engine.head.matrix.greatest(
      work.normalized, xStride: engine.finalNormalization.width, count: batchSize, values: work.maxima,
      indices: work.indices)
    stageTimes?.end(.head)
  }

  private func normalizeForHead(_ rows: Range<Int>) {
    let (c, width) = (engine.configuration.hiddenSize, engine.finalNormalization.width)
    for (i, row) in rows.enumerated() {
      engine.finalNormalization.apply(work.stream + row * c, into: work.normalized + i * width)
    }
  }
}
