// The activations of one pass, allocated once and used by every step.
import Tensors

/// Memory for the activations of B * n rows; grows when more rows are asked for.
struct Workspace {
  /// The residual stream, C apart.
  let stream: UnsafeMutablePointer<Float>
  /// Its normalized, compacted form.
  let normalized: UnsafeMutablePointer<Float>
  /// The outputs of a linear map.
  let projected: UnsafeMutablePointer<Float>
  /// The concatenated heads.
  let attended: UnsafeMutablePointer<Float>
  /// Hidden units.
  let hidden: UnsafeMutablePointer<Float>
  /// The rotary table, one row for each position of the pass.
  let cosines: UnsafeMutablePointer<Float>
  let sines: UnsafeMutablePointer<Float>
  /// The columns of a table row that one group needs.
  let groupCosines: UnsafeMutablePointer<Float>
  let groupSines: UnsafeMutablePointer<Float>
  /// The greatest logit of each text and its token.
  let maxima: UnsafeMutablePointer<Float>
  let indices: UnsafeMutablePointer<Int64>

  private let positions: Int
  /// Keeps the memory alive.
  private let buffers: [FloatBuffer]

  init(_ engine: Engine, batchSize: Int, positions: Int) {
    let rows = batchSize * positions
    let layers = engine.layers
    let normalizedWidth = layers.reduce(engine.finalNormalization.width) {
      max($0, $1.attentionNormalization.width, $1.feedForwardNormalization.width)
    }
    let projectedWidth = layers.reduce(0) {
      max($0, $1.queryKeyValue.stride, $1.output.stride, $1.gateAndUp.stride, $1.down.stride)
    }
    var buffers: [FloatBuffer] = []
    func allocate(_ count: Int) -> UnsafeMutablePointer<Float> {
      let buffer = FloatBuffer(count: count)
      buffers.append(buffer)
      return buffer.base
    }
    stream = allocate(rows * engine.configuration.hiddenSize)
    normalized = allocate(rows * normalizedWidth)
    projected = allocate(rows * projectedWidth)
    attended = allocate(rows * layers.reduce(0) { max($0, $1.attendedWidth) })
    hidden = allocate(rows * layers.reduce(0) { max($0, $1.hiddenCount) })
    cosines = allocate(positions * engine.rotaryPairCount)
    sines = allocate(positions * engine.rotaryPairCount)
    groupCosines = allocate(engine.rotaryPairCount)
    groupSines = allocate(engine.rotaryPairCount)
    maxima = allocate(batchSize)
    indices = UnsafeMutableRawPointer(allocate(batchSize * 2)).bindMemory(to: Int64.self, capacity: batchSize)
    self.positions = positions
    self.buffers = buffers
  }

  /// Makes room for `positions` positions of each text.
  mutating func reserve(_ engine: Engine, batchSize: Int, positions: Int) {
    if positions > self.positions { self = Workspace(engine, batchSize: batchSize, positions: positions) }
  }
}
