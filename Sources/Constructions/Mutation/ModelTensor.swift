// The arrays of numbers that a model consists of, each with its name and a path to it.
import Tensors
public import Transformers

/// One array of a model's weights.
public struct ModelTensor: Sendable {
  /// The name of its part, such as `layers[0].query.weight`.
  public let name: String
  /// The number of columns; a vector is one row.
  public let columnCount: Int
  /// The number of weights.
  public let count: Int
  /// The weights, row by row.
  public let elements: any WritableKeyPath<Model, [Float]> & Sendable

  /// The name of a weight, such as `layers[0].query.weight[3, 14]`.
  public func name(ofElement i: Int) -> String {
    columnCount == count ? "\(name)[\(i)]" : "\(name)[\(i / columnCount), \(i % columnCount)]"
  }

  /// All arrays of `model`, in a fixed order: embeddings, layers, the last normalization, the head where it is not tied.
  public static func all(of model: Model) -> [ModelTensor] {
    var list: [ModelTensor] = []
    func add(_ name: String, _ path: any WritableKeyPath<Model, [Float]> & Sendable, columns: Int? = nil) {
      let count = model[keyPath: path].count
      list.append(ModelTensor(name: name, columnCount: columns ?? count, count: count, elements: path))
    }
    func add(_ name: String, _ map: Linear?, _ weight: any WritableKeyPath<Model, [Float]> & Sendable) {
      if let map { add("\(name).weight", weight, columns: map.weight.columnCount) }
    }
    let weights = model.weights
    let width = model.configuration.hiddenSize
    add("tokenEmbedding", \.weights.tokenEmbedding.elements, columns: width)
    if weights.positionEmbedding != nil {
      add("positionEmbedding", \.weights.positionEmbedding!.elements, columns: width)
    }
    for (i, layer) in weights.layers.enumerated() {
      let name = "layers[\(i)]"
      add("\(name).attentionNormalization.gain", \.weights.layers[i].attentionNormalization.gain)
      if layer.attentionNormalization.bias != nil {
        add("\(name).attentionNormalization.bias", \.weights.layers[i].attentionNormalization.bias!)
      }
      add("\(name).query", layer.query, \.weights.layers[i].query.weight.elements)
      if layer.query.bias != nil { add("\(name).query.bias", \.weights.layers[i].query.bias!) }
      add("\(name).key", layer.key, \.weights.layers[i].key.weight.elements)
      if layer.key.bias != nil { add("\(name).key.bias", \.weights.layers[i].key.bias!) }
      add("\(name).value", layer.value, \.weights.layers[i].value.weight.elements)
      if layer.value.bias != nil { add("\(name).value.bias", \.weights.layers[i].value.bias!) }
      add("\(name).output", layer.output, \.weights.layers[i].output.weight.elements)
      if layer.output.bias != nil { add("\(name).output.bias", \.weights.layers[i].output.bias!) }
      add("\(name).feedForwardNormalization.gain", \.weights.layers[i].feedForwardNormalization.gain)
      if layer.feedForwardNormalization.bias != nil {
        add("\(name).feedForwardNormalization.bias", \.weights.layers[i].feedForwardNormalization.bias!)
      }
      add("\(name).gate", layer.gate, \.weights.layers[i].gate!.weight.elements)
      if layer.gate?.bias != nil { add("\(name).gate.bias", \.weights.layers[i].gate!.bias!) }
      add("\(name).up", layer.up, \.weights.layers[i].up.weight.elements)
      if layer.up.bias != nil { add("\(name).up.bias", \.weights.layers[i].up.bias!) }
      add("\(name).down", layer.down, \.weights.layers[i].down.weight.elements)
      if layer.down.bias != nil { add("\(name).down.bias", \.weights.layers[i].down.bias!) }
    }
    add("finalNormalization.gain", \.weights.finalNormalization.gain)
    if weights.finalNormalization.bias != nil { add("finalNormalization.bias", \.weights.finalNormalization.bias!) }
    if weights.head != nil { add("head", \.weights.head!.elements, columns: width) }
    return list.filter { $0.count > 0 }
  }
}
