// The scores of a position's queries with every state before it, and which positions its softmax can see at all.
import Tensors
import Transformers

/// A position that a head can see, with its scores.
struct SeenPosition {
  let position: Int
  /// The score of the position's state for each of its two values; equal where only one is possible.
  let scores: (Float, Float)
}

/// What the heads see from one position, where its own token says v: entry v * H + h is head h's.
///
/// Whatever is not listed has the softmax weight 0 in float32, whatever the values of the wires are.
typealias SeenPositions = [[SeenPosition]]

/// Room for the scores of one position.
struct StateScores {
  /// Differences of scores below this have the weight 0: the greatest number whose exp rounds to 0 is above -104.
  static let vanishing: Float = -104

  private let states: DenseStates
  private let rowStride: Int
  private let queries: FloatBuffer
  /// Scores with the states of value 0 and of value 1, each [2H, positions].
  private let scores: [FloatBuffer]

  init(_ states: DenseStates) {
    self.states = states
    let (h, d) = (states.configuration.headCount, states.configuration.headSize)
    let stride = (states.positionCount + 15) / 16 * 16
    rowStride = stride
    queries = FloatBuffer(count: 2 * h * d)
    scores = (0..<2).map { _ in FloatBuffer(count: 2 * h * stride) }
  }

  /// What the heads see from `position`.
  mutating func sources(at position: Int) throws(DenseTabulation.Obstacle) -> SeenPositions {
    let configuration = states.configuration
    let (heads, groups, d) = (configuration.headCount, configuration.keyValueHeadCount, configuration.headSize)
    let blockCount = position / 16 + 1
    let headsPerGroup = heads / groups
    for g in 0..<groups {
      // One product for the group's heads and both own values; rows of scores are g, then own value, then head.
      for v in 0..<2 {
        let source = states.queries.base + (2 * position + v) * states.layer.query.stride + g * headsPerGroup * d
        (queries.base + v * headsPerGroup * d).update(from: source, count: headsPerGroup * d)
      }
      for v in 0..<2 {
        VectorKernels.multiplyPanels(
          states.keyPanels[2 * g + v].base, blockCount: blockCount, columns: d, by: queries.base, xStride: d,
          count: 2 * headsPerGroup, into: scores[v].base + 2 * g * headsPerGroup * rowStride, yStride: rowStride)
      }
    }
    var seen: SeenPositions = []
    seen.reserveCapacity(2 * heads)
    for v in 0..<2 {
      for h in 0..<heads {
        let row = 2 * (h / headsPerGroup) * headsPerGroup + v * headsPerGroup + h % headsPerGroup
        seen.append(try sources(at: position, row: row, ownValue: v))
      }
    }
    return seen
  }

  private func sources(
    at position: Int, row: Int, ownValue: Int
  ) throws(DenseTabulation.Obstacle) -> [SeenPosition] {
    let (first, second) = (scores[0].base + row * rowStride, scores[1].base + row * rowStride)
    let count = (position / 16 + 1) * 16
    // At its own position there is one state; copies of its score fill the last block up and change no extreme.
    let own = ownValue == 0 ? first[position] : second[position]
    for i in position..<count {
      first[i] = own
      second[i] = own
    }
    guard areFinite(first, count: count), areFinite(second, count: count) else {
      throw DenseTabulation.Obstacle("a score at position \(position) that is not finite")
    }
    let (a, b) = (UnsafeRawPointer(first), UnsafeRawPointer(second))
    // The greatest score is at least this, whatever the values of the wires are.
    var greatest = SIMD16<Float>(repeating: own)
    for offset in stride(from: 0, to: count * 4, by: 64) {
      let x = a.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      let y = b.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      let least = x.replacing(with: y, where: y .< x)
      greatest.replace(with: least, where: greatest .< least)
    }
    let maximum = SIMD16<Float>(repeating: greatest.max())
    var seen: [SeenPosition] = []
    for offset in stride(from: 0, to: count * 4, by: 64) {
      let x = a.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      let y = b.loadUnaligned(fromByteOffset: offset, as: SIMD16<Float>.self)
      // Rounding is monotone: where this difference vanishes, the one from the true maximum does.
      let isSeen = (x - maximum .> StateScores.vanishing) .| (y - maximum .> StateScores.vanishing)
      if !any(isSeen) { continue }
      for i in offset / 4..<min(offset / 4 + 16, position + 1) where isSeen[i - offset / 4] {
        seen.append(SeenPosition(position: i, scores: (first[i], second[i])))
      }
    }
    return seen
  }
}
