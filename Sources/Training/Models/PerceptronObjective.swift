// A multilayer perceptron with the loss that it is trained by.
public import Randomness
public import Tensors

/// The perceptron of a configuration, trained on rows of numbers.
///
/// Parameters are called `layers.0.weight`, of shape [outputs, inputs], and `layers.0.bias`.
public struct PerceptronObjective: Objective {
  /// The shape and the loss.
  public let configuration: PerceptronConfiguration
  /// The place of each weight in the buffer of parameters.
  public let layout: ParameterLayout
  /// About how many examples a shard has: a rule of the widths, so that a shard's activations fit a core's cache.
  public let examplesPerShard: Int

  let layers: [LinearParameters]

  /// The training of a perceptron of the given shape.
  public init(_ configuration: PerceptronConfiguration) {
    self.configuration = configuration
    var layout = ParameterLayout()
    layers = (0..<configuration.layerCount).map { index in
      let (inputs, outputs) = (configuration.widths[index], configuration.widths[index + 1])
      let trains = !configuration.frozenLayers.contains(index)
      let weight = layout.addMatrix("layers.\(index).weight", rows: outputs, columns: inputs, isTrainable: trains)
      return LinearParameters(
        weight: weight,
        bias: configuration.hasBiases
          ? layout.addVector("layers.\(index).bias", count: outputs, isTrainable: trains) : nil)
    }
    self.layout = layout
    examplesPerShard = max(32, (1 << 17) / configuration.widths.reduce(0, +))
  }

  // MARK: Shards

  /// The number of shards of a batch.
  public func shardCount(of batch: VectorBatch) -> Int { (batch.count + examplesPerShard - 1) / examplesPerShard }

  /// One lane, and two from four shards on: small batches are done before a second thread would have begun.
  public func laneCount(of batch: VectorBatch) -> Int { shardCount(of: batch) < 4 ? 1 : 2 }

  /// The number of examples.
  public func weight(of batch: VectorBatch) -> Double { Double(batch.count) }

  /// "layer 3" or "loss".
  public func name(ofScope scope: Int) -> String {
    scope < configuration.layerCount ? "layer \(scope)" : "loss"
  }

  // MARK: Forward

  /// Records the perceptron and the loss of one shard.
  @specialized(where Scalar == Float)
  public func loss<Scalar: TensorScalar>(
    of batch: VectorBatch, shard: Int, normalization: Double, on tape: Tape<Scalar>
  ) -> Variable {
    let shards = shardCount(of: batch)
    let rows = batch.count * shard / shards..<batch.count * (shard + 1) / shards
    let width = batch.inputCount
    let outputs = outputs(
      of: UnsafeBufferPointer(rebasing: batch.inputs[rows.lowerBound * width..<rows.upperBound * width]), on: tape)
    tape.scope = configuration.layerCount
    if configuration.loss == .crossEntropy {
      precondition(!batch.classes.isEmpty, "the cross-entropy's targets are classes")
      return tape.crossEntropy(
        outputs, targets: UnsafeBufferPointer(rebasing: batch.classes[rows]), weights: nil,
        normalization: normalization)
    }
    precondition(batch.targetCount == outputs.columns, "a target has a number for each output")
    let columns = outputs.columns
    let targets = UnsafeBufferPointer(
      rebasing: batch.targets[rows.lowerBound * columns..<rows.upperBound * columns])
    switch configuration.loss {
    case .hinge: return tape.hingeLoss(outputs, targets: targets, normalization: normalization)
    case .logistic: return tape.logisticLoss(outputs, targets: targets, normalization: normalization)
    default: return tape.squaredLoss(outputs, targets: targets, normalization: normalization)
    }
  }

  /// The outputs for rows of inputs, of shape [rows, outputs].
  public func outputs(
    for inputs: [Float], parameters: AlignedBuffer<Float>, products: any MatrixProducts
  ) -> Tensor<Float> {
    let tape = Tape<Float>(products: products)
    tape.begin(parameters: parameters, gradients: nil)
    return inputs.withUnsafeBufferPointer { tape.tensor(outputs(of: $0, on: tape)) }
  }

  private func outputs<Scalar: TensorScalar>(
    of inputs: UnsafeBufferPointer<Float>, on tape: Tape<Scalar>
  ) -> Variable {
    let width = configuration.widths[0]
    precondition(
      !inputs.isEmpty && inputs.count % width == 0, "an example has a number for each input of the perceptron")
    var x = tape.rows(inputs, columns: width)
    for (index, layer) in layers.enumerated() {
      tape.scope = index
      let weight = tape.parameter(layer.weight)
      let bias = layer.bias.map { tape.parameter($0) }
      if index + 1 == layers.count {
        x = tape.linear(x, weight: weight, bias: bias)
      } else {
        switch configuration.activation {
        case .relu: x = tape.rectifiedLinear(x, weight: weight, bias: bias)
        case .gelu: x = tape.gelu(tape.linear(x, weight: weight, bias: bias))
        case .sigmoid: x = tape.sigmoid(tape.linear(x, weight: weight, bias: bias))
        case .tanh: x = tape.tanh(tape.linear(x, weight: weight, bias: bias))
        }
      }
    }
    return x
  }

  /// Random parameters.
  public func initialParameters<Scalar: TensorScalar>(
    _ scheme: Initialization = .uniformFanIn, random: Philox, as type: Scalar.Type = Scalar.self
  ) -> AlignedBuffer<Scalar> {
    let buffer = AlignedBuffer<Scalar>(count: layout.bufferCount)
    for layer in layers {
      for parameter in [layer.weight] + [layer.bias].compactMap({ $0 }) {
        scheme.draw(parameter, inputs: layer.weight.columns, random: random, into: buffer)
      }
    }
    return buffer
  }
}

extension Tape {
  /// A matrix of float32 rows that no gradient is asked for.
  func rows(_ elements: UnsafeBufferPointer<Float>, columns: Int) -> Variable {
    let rows = elements.count / columns
    if let same = elements as? UnsafeBufferPointer<Scalar> { return constant(same, rows: rows, columns: columns) }
    return elements.map { Scalar($0) }.withUnsafeBufferPointer { constant($0, rows: rows, columns: columns) }
  }
}
