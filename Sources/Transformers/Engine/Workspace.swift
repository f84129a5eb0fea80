// The activations of one pass, allocated once and used by every step.
import Tensors

/// Memory for the activations of B * n rows; grows when more rows are asked for.
struct Workspace {
  /// The residual stream, C apart.
  private(set) var stream: UnsafeMutablePointer<Float>
  /// Its normalized, compacted form.
  private(set) var normalized: UnsafeMutablePointer<Float>
  /// The outputs of a linear map.
  private(set) var projected: UnsafeMutablePointer<Float>
  /// The concatenated heads.
  private(set) var attended: UnsafeMutablePointer<Float>
  /// Hidden units.
  private(set) var hidden: UnsafeMutablePointer<Float>
  /// The rotary table, one row for each position of the pass.
  let cosines: UnsafeMutablePointer<Float>
  let sines: UnsafeMutablePointer<Float>
  /// The columns of a table row that one group needs, `rotaryPairStride` apart for each lane.
  private(set) var groupCosines: UnsafeMutablePointer<Float>
  private(set) var groupSines: UnsafeMutablePointer<Float>
  /// The greatest logit of each text and its token.
  let maxima: UnsafeMutablePointer<Float>
  let indices: UnsafeMutablePointer<Int64>

  private let rotaryPairStride: Int
  /// The most numbers that a row of each kind takes.
  private let widths: (stream: Int, normalized: Int, projected: Int, attended: Int, hidden: Int)
  private let positions: Int
  private let laneCount: Int
  /// Keeps the memory alive.
  private let buffers: [FloatBuffer]

  init(_ engine: Engine, batchSize: Int, positions: Int, laneCount: Int) {
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
    widths = (
      engine.configuration.hiddenSize, normalizedWidth, projectedWidth, layers.reduce(0) { max($0, $1.attendedWidth) },
      layers.reduce(0) { max($0, $1.hiddenCount) }
    )
    stream = allocate(rows * widths.stream)
    normalized = allocate(rows * widths.normalized)
    projected = allocate(rows * widths.projected)
    attended = allocate(rows * widths.attended)
    hidden = allocate(rows * widths.hidden)
    cosines = allocate(positions * engine.rotaryPairCount)
    sines = allocate(positions * engine.rotaryPairCount)
    rotaryPairStride = (engine.rotaryPairCount + 15) & ~15
    groupCosines = allocate(rotaryPairStride * laneCount)
    groupSines = allocate(rotaryPairStride * laneCount)
    maxima = allocate(batchSize)
    indices = UnsafeMutableRawPointer(allocate(batchSize * 2)).bindMemory(to: Int64.self, capacity: batchSize)
    self.positions = positions
    self.laneCount = laneCount
    self.buffers = buffers
  }

  /// The memory of the rows from `row` on, with the scratch memory of a lane.
  func rows(from row: Int, lane: Int) -> Workspace {
    var part = self
    part.stream += row * widths.stream
    part.normalized += row * widths.normalized
    part.projected += row * widths.projected
    part.attended += row * widths.attended
    part.hidden += row * widths.hidden
    part.groupCosines += lane * rotaryPairStride
    part.groupSines += lane * rotaryPairStride
    return part
  }

  /// Makes room for `positions` positions of each text.
  mutating func reserve(_ engine: Engine, batchSize: Int, positions: Int) {
    if positions > self.positions {
      self = Workspace(engine, batchSize: batchSize, positions: positions, laneCount: laneCount)
    }
  }
}
