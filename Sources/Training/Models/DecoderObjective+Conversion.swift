// Between a model's weights and the buffer of parameters: the same numbers, one to one.
public import Tensors
public import Transformers

extension DecoderObjective {
  /// The weights of `model` as a buffer of parameters; auxiliary heads with weights of their own begin as copies of the model's head.
  ///
  /// Exactness: exact, float32 numbers are kept in either type; a layer normalization without bias gets zeros.
  ///
  /// - Throws: `ModelError` where the model is not of this configuration, its weights do not fit it, or layers that share their weights
  ///   have different ones.
  public func parameters<Scalar: TensorScalar>(
    from model: Model, as type: Scalar.Type = Scalar.self
  ) throws(ModelError) -> AlignedBuffer<Scalar> {
    guard model.configuration == configuration else {
      throw ModelError(faults: [
        ModelError.Fault(
          part: "configuration", expected: "\(configuration)", found: "\(model.configuration)")
      ])
    }
    try model.validate()
    var faults: [ModelError.Fault] = []
    for (index, layer) in model.weights.layers.enumerated() where index >= parameters.groups.count {
      let first = index % parameters.groups.count
      if layer != model.weights.layers[first] {
        faults.append(
          ModelError.Fault(
            part: "layers[\(index)]", expected: "the weights of layers[\(first)], which it shares",
            found: "other weights"))
      }
    }
    if !faults.isEmpty { throw ModelError(faults: faults) }

    let buffer = AlignedBuffer<Scalar>(count: layout.bufferCount)
    func write(_ numbers: [Float], _ place: Parameter?) {
      guard let place else { return }
      precondition(numbers.count == place.count, "a checked model's weights fit its parameters")
      for (index, number) in numbers.enumerated() { buffer.base[place.offset + index] = Scalar(number) }
    }
    func write(_ map: Linear?, _ place: LinearParameters?) {
      guard let map, let place else { return }
      write(map.weight.elements, place.weight)
      if let bias = map.bias { write(bias, place.bias) }
    }
    func write(_ normalization: NormalizationWeights, _ place: NormalizationParameters?) {
      guard let place else { return }
      write(normalization.gain, place.gain)
      if let bias = normalization.bias { write(bias, place.bias) }
    }
    let weights = model.weights
    write(weights.tokenEmbedding.elements, parameters.tokenEmbedding)
    if let positions = weights.positionEmbedding { write(positions.elements, parameters.positionEmbedding) }
    for (layer, place) in zip(weights.layers, parameters.groups) {
      write(layer.attentionNormalization, place.attentionNormalization)
      write(layer.query, place.query)
      write(layer.key, place.key)
      write(layer.value, place.value)
      write(layer.output, place.output)
      write(layer.feedForwardNormalization, place.feedForwardNormalization)
      write(layer.gate, place.gate)
      write(layer.up, place.up)
      write(layer.down, place.down)
    }
    write(weights.finalNormalization, parameters.finalNormalization)
    if let head = weights.head { write(head.elements, parameters.head) }
    for auxiliary in parameters.auxiliaryHeads {
      guard let auxiliary else { continue }
      write(weights.finalNormalization, auxiliary.normalization)
      write(model.head.elements, auxiliary.head)
    }
    return buffer
  }

  /// The model whose weights stand in a buffer of parameters; layers that share weights get a copy each, auxiliary heads are left out.
  ///
  /// Exactness: exact in float32, rounded to nearest from float64.
  public func model<Scalar: TensorScalar>(from buffer: AlignedBuffer<Scalar>) -> Model {
    precondition(buffer.count == layout.bufferCount, "the buffer has the layout of the parameters")
    func vector(_ place: Parameter) -> [Float] { place.range.map { Float(buffer.base[$0]) } }
    func matrix(_ place: Parameter) -> Tensor<Float> {
      Tensor(shape: [place.rows, place.columns], elements: vector(place))
    }
    func linear(_ place: LinearParameters) -> Linear {
      Linear(weight: matrix(place.weight), bias: place.bias.map(vector))
    }
    func normalization(_ place: NormalizationParameters?) -> NormalizationWeights {
      place.map { NormalizationWeights(gain: vector($0.gain), bias: $0.bias.map(vector)) } ?? NormalizationWeights()
    }
    let groups = parameters.groups.map { place in
      LayerWeights(
        attentionNormalization: normalization(place.attentionNormalization), query: linear(place.query),
        key: linear(place.key), value: linear(place.value), output: linear(place.output),
        feedForwardNormalization: normalization(place.feedForwardNormalization), gate: place.gate.map(linear),
        up: linear(place.up), down: linear(place.down))
    }
    let weights = ModelWeights(
      tokenEmbedding: matrix(parameters.tokenEmbedding),
      positionEmbedding: parameters.positionEmbedding.map(matrix),
      layers: (0..<configuration.layerCount).map { groups[$0 % groups.count] },
      finalNormalization: normalization(parameters.finalNormalization),
      head: configuration.tiesEmbeddings ? nil : matrix(parameters.head))
    return Model(configuration: configuration, weights: weights)
  }
}
