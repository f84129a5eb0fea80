// Causal attention as it is defined, one number after the other: what the fused kernels are held against.
import Tensors

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// An attention of the columns of one to three matrices.
struct AttentionCase: TapeFunction, CustomStringConvertible, Sendable {
  /// Where queries, keys and values stand.
  enum Layout: String, CaseIterable, Sendable {
    /// Side by side in one matrix.
    case joint
    /// In one matrix with columns between them that nothing reads.
    case gaps
    /// In three matrices.
    case separate
    /// Keys and values in one matrix.
    case pair
    /// Keys and values are the same columns.
    case shared
  }

  var shape: AttentionShape
  var layout = Layout.joint

  init(_ sequences: Int, _ length: Int, heads: Int, keyValueHeads: Int, headSize: Int, layout: Layout = .joint) {
    shape = AttentionShape(
      sequences: sequences, length: length, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
      scale: 1.5 / Double(headSize).squareRoot())
    self.layout = layout
  }

  var description: String {
    "\(shape.sequences) x \(shape.length), \(shape.heads) / \(shape.keyValueHeads) heads of \(shape.headSize), \(layout)"
  }

  /// The first columns of queries, keys and values, in the matrices of these indices.
  private var places: (columns: [Int], query: (Int, Int), key: (Int, Int), value: (Int, Int)) {
    let (q, kv) = (shape.queryColumns, shape.keyValueColumns)
    switch layout {
    case .joint: return ([q + 2 * kv], (0, 0), (0, q), (0, q + kv))
    case .gaps: return ([q + 2 * kv + 5], (0, 1), (0, q + 3), (0, q + kv + 4))
    case .separate: return ([q, kv, kv], (0, 0), (1, 0), (2, 0))
    case .pair: return ([q, 2 * kv], (0, 0), (1, kv), (1, 0))
    case .shared: return ([q, kv], (0, 0), (1, 0), (1, 0))
    }
  }

  /// Matrices of random numbers; those of queries and keys are spread so that probabilities differ much.
  func inputs(seed: Int = 1) -> [Tensor<Double>] {
    places.columns.enumerated().map { index, columns in
      var matrix = numbers(shape.rows, columns, seed: seed * 31 + index)
      for i in matrix.elements.indices { matrix.elements[i] *= 2 }
      return matrix
    }
  }

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    func view(_ place: (Int, Int), _ columns: Int) -> ColumnView { v[place.0].columns(place.1..<place.1 + columns) }
    return tape.attention(
      query: view(places.query, shape.queryColumns), key: view(places.key, shape.keyValueColumns),
      value: view(places.value, shape.keyValueColumns), shape)
  }

  /// The result by definition.
  func plainly(_ inputs: [Tensor<Double>]) -> [Double] {
    let (d, group) = (shape.headSize, shape.heads / shape.keyValueHeads)
    func part(_ place: (Int, Int)) -> (elements: [Double], columns: Int, first: Int) {
      (inputs[place.0].elements, inputs[place.0].columnCount, place.1)
    }
    let (query, key, value) = (part(places.query), part(places.key), part(places.value))
    var out = [Double](repeating: 0, count: shape.rows * shape.queryColumns)
    for s in 0..<shape.sequences {
      for h in 0..<shape.heads {
        for i in 0..<shape.length {
          let row = s * shape.length + i
          let q = row * query.columns + query.first + h * d
          var scores = [Double](repeating: 0, count: i + 1)
          for j in 0...i {
            let k = (s * shape.length + j) * key.columns + key.first + h / group * d
            for c in 0..<d { scores[j] += query.elements[q + c] * key.elements[k + c] }
            scores[j] *= shape.scale
          }
          let greatest = scores.reduce(-.infinity) { max($0, $1) }
          let weights = scores.map { exp($0 - greatest) }
          let total = weights.reduce(0, +)
          for j in 0...i {
            let v = (s * shape.length + j) * value.columns + value.first + h / group * d
            for c in 0..<d {
              out[row * shape.queryColumns + h * d + c] += weights[j] / total * value.elements[v + c]
            }
          }
        }
      }
    }
    return out
  }
}
