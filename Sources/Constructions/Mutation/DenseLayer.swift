// The weights of a one-layer decoder, whole, laid out for products with many vectors.
import Tensors
import Transformers

/// A linear map with all its rows and columns.
struct DenseMap: Sendable {
  let matrix: PanelMatrix
  let bias: FloatBuffer?

  init(_ map: Linear) {
    matrix = PanelMatrix(map.weight)
    bias = map.bias.map { FloatBuffer(padding: $0) }
  }

  /// The distance between the outputs of consecutive inputs.
  var stride: Int { matrix.paddedRowCount }

  /// y[n] = W x[n] + b for `count` inputs that are `xStride` apart.
  ///
  /// A few inputs at a time: the calling thread is one of several, so that no product should ask for threads of its own.
  func apply(_ x: UnsafePointer<Float>, xStride: Int, count: Int, into y: UnsafeMutablePointer<Float>) {
    let pass = max(1, (1 << 20) / max(1, stride * matrix.columnCount))
    for first in Swift.stride(from: 0, to: count, by: pass) {
      matrix.multiply(
        bias: bias.map { UnsafePointer($0.base) }, x + first * xStride, xStride: xStride,
        count: min(pass, count - first), into: y + first * stride, yStride: stride)
    }
  }
}

extension PanelMatrix {
  /// The panels of a whole matrix.
  fileprivate convenience init(_ weight: Tensor<Float>) {
    let columns = weight.columnCount
    self.init(rowCount: weight.rowCount, columnCount: columns) { r, row in
      weight.elements.withUnsafeBufferPointer { elements in
        for k in 0..<columns { row[k] = elements[r * columns + k] }
      }
    }
  }
}

/// A normalization of whole vectors.
struct DenseNormalization: Sendable {
  let kind: ModelConfiguration.Normalization
  let columns: IndexBuffer
  let gain: FloatBuffer
  let bias: FloatBuffer

  init(_ weights: NormalizationWeights, _ configuration: ModelConfiguration) {
    kind = configuration.normalization
    columns = IndexBuffer(Array(0..<configuration.hiddenSize))
    gain = FloatBuffer(padding: weights.gain)
    bias = FloatBuffer(padding: weights.bias ?? [Float](repeating: 0, count: configuration.hiddenSize))
  }

  /// The normalized vectors of `count` vectors x; both are C numbers apart.
  func apply(_ x: UnsafePointer<Float>, count: Int, into y: UnsafeMutablePointer<Float>) {
    let width = columns.count
    for n in 0..<count {
      let (source, target) = (x + n * width, y + n * width)
      switch kind {
      case .none: target.update(from: source, count: width)
      case .rootMeanSquare(let epsilon):
        VectorKernels.rootMeanSquareNormalize(
          source, count: width, epsilon: Float(epsilon), columns: columns.base, gain: gain.base, kept: width,
          into: target)
      case .layer(let epsilon):
        VectorKernels.layerNormalize(
          source, count: width, epsilon: Float(epsilon), columns: columns.base, gain: gain.base, bias: bias.base,
          kept: width, into: target)
      }
    }
  }
}

/// The maps of the layer and the head of a one-layer decoder.
struct DenseLayer: Sendable {
  let attentionNormalization: DenseNormalization
  let query: DenseMap
  let key: DenseMap
  let value: DenseMap
  let output: DenseMap
  let feedForwardNormalization: DenseNormalization
  let gate: DenseMap?
  let up: DenseMap
  let down: DenseMap
  let finalNormalization: DenseNormalization
  let head: DenseMap

  /// The layer of a model whose weights fit its configuration; `nil` where it has none.
  init?(_ model: Model) {
    guard let layer = model.weights.layers.first else { return nil }
    attentionNormalization = DenseNormalization(layer.attentionNormalization, model.configuration)
    query = DenseMap(layer.query)
    key = DenseMap(layer.key)
    value = DenseMap(layer.value)
    output = DenseMap(layer.output)
    feedForwardNormalization = DenseNormalization(layer.feedForwardNormalization, model.configuration)
    gate = layer.gate.map { DenseMap($0) }
    up = DenseMap(layer.up)
    down = DenseMap(layer.down)
    finalNormalization = DenseNormalization(model.weights.finalNormalization, model.configuration)
    head = DenseMap(Linear(weight: model.head))
  }
}

/// Whether all of `count` numbers are finite: x * 0 is 0 for a finite x and NaN otherwise.
func areFinite(_ x: UnsafePointer<Float>, count: Int) -> Bool {
  var sums = SIMD16<Float>()
  let raw = UnsafeRawPointer(x)
  for i in 0..<count / 16 { sums += raw.loadUnaligned(fromByteOffset: 64 * i, as: SIMD16<Float>.self) * 0 }
  var tail: Float = 0
  for i in count / 16 * 16..<count { tail += x[i] * 0 }
  return sums.sum() + tail == 0
}
