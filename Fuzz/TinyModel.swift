// The model that the targets of config.json and of the shards read: 32 numbers, and every tensor that a LLaMA has.
import Glibc
import Tensors
import Transformers

/// One layer of width 2 over two tokens.
func tinyLlama() -> Model {
  var c = ModelConfiguration(
    vocabularySize: 2, hiddenSize: 2, intermediateSize: 1, layerCount: 1, headCount: 1, maximumPositionCount: 4)
  c.tiesEmbeddings = true
  var next: Float = 0
  func vector(_ count: Int) -> [Float] {
    (0..<count).map { _ in
      next += 0.5
      return next
    }
  }
  func linear(_ outputs: Int, _ inputs: Int) -> Linear {
    Linear(weight: Tensor(shape: [outputs, inputs], elements: vector(outputs * inputs)))
  }
  let layer = LayerWeights(
    attentionNormalization: NormalizationWeights(gain: vector(2)), query: linear(2, 2), key: linear(2, 2),
    value: linear(2, 2), output: linear(2, 2), feedForwardNormalization: NormalizationWeights(gain: vector(2)),
    gate: linear(1, 2), up: linear(1, 2), down: linear(2, 1))
  return Model(
    configuration: c,
    weights: ModelWeights(
      tokenEmbedding: Tensor(shape: [2, 2], elements: vector(4)), layers: [layer],
      finalNormalization: NormalizationWeights(gain: vector(2)), head: nil))
}

/// The bytes of the file called `name` of the folder in memory.
func contents(_ name: String) -> [UInt8] {
  guard let file = fopen("\(folder)/\(name)", "r") else { preconditionFailure("\(name) was written") }
  defer { fclose(file) }
  var bytes = [UInt8](repeating: 0, count: 1 << 16)
  let count = fread(&bytes, 1, bytes.count, file)
  return Array(bytes.prefix(count))
}
