// A small model that tests train: two hidden layers, absolute errors, and numbers that overflow where a test wants them to.
public import Randomness
public import Tensors
public import Training

/// Some examples: rows of inputs, and a target each.
public struct SmallBatch: Sendable {
  /// Where the model is made to overflow.
  public enum Overflow: Sendable, Equatable {
    /// In a value of a layer.
    case value(layer: Int)
    /// In a gradient of a layer, all values being finite.
    case gradient(layer: Int)
  }

  /// The inputs of one example after the other.
  public var inputs: [Double]
  /// A target for each example.
  public var targets: [Double]
  /// Where the model is made to overflow.
  public var overflow: Overflow?

  /// A batch.
  public init(inputs: [Double], targets: [Double], overflow: Overflow? = nil) {
    self.inputs = inputs
    self.targets = targets
    self.overflow = overflow
  }
}

/// y = relu(relu(x W1^T + b1) W2^T + b2) w^T + b; the loss is the mean of |y - t|. A shard has four examples.
public struct SmallObjective: Objective {
  /// The number of inputs of an example.
  public static let inputs = 5
  /// The parameters: two hidden layers and a head.
  public let layout: ParameterLayout
  private let hidden: [(weight: Parameter, bias: Parameter)]
  private let head: (weight: Parameter, bias: Parameter)

  /// A model.
  ///
  /// - Parameters:
  ///   - width: The width of the hidden layers.
  ///   - freezesFirst: Whether the first layer is not trained.
  public init(width: Int = 7, freezesFirst: Bool = false) {
    var layout = ParameterLayout()
    var layers: [(weight: Parameter, bias: Parameter)] = []
    for (index, columns) in [Self.inputs, width].enumerated() {
      let trains = index > 0 || !freezesFirst
      layers.append(
        (
          layout.addMatrix("layers.\(index).weight", rows: width, columns: columns, isTrainable: trains),
          layout.addVector("layers.\(index).bias", count: width, isTrainable: trains)
        ))
    }
    hidden = layers
    head = (layout.addMatrix("head.weight", rows: 1, columns: width), layout.addVector("head.bias", count: 1))
    self.layout = layout
  }

  /// One for every four examples.
  public func shardCount(of batch: SmallBatch) -> Int { (batch.targets.count + 3) / 4 }
  /// The number of examples.
  public func weight(of batch: SmallBatch) -> Double { Double(batch.targets.count) }
  /// "input", "layer 1", "layer 2" or "head".
  public func name(ofScope scope: Int) -> String { scope < 1 ? "input" : scope > 2 ? "head" : "layer \(scope)" }

  /// The sum of the absolute errors of a shard, normalized.
  public func loss<Scalar: TensorScalar>(
    of batch: SmallBatch, shard: Int, normalization: Double, on tape: Tape<Scalar>
  ) -> Variable {
    var total: Variable?
    for row in shard * 4..<min(batch.targets.count, shard * 4 + 4) {
      tape.scope = 0
      let elements = batch.inputs[row * Self.inputs..<(row + 1) * Self.inputs].map { Scalar($0) }
      var x = tape.constant(Tensor(shape: [1, Self.inputs], elements: elements))
      for (index, layer) in hidden.enumerated() {
        tape.scope = index + 1
        x = tape.linear(x, weight: tape.parameter(layer.weight), bias: tape.parameter(layer.bias))
        if batch.overflow == .value(layer: index + 1) { x = huge(huge(x, on: tape), on: tape) }
        if batch.overflow == .gradient(layer: index + 1) {
          let nothing = tape.linear(x, weight: diagonal(0, x.columns, on: tape))
          x = tape.sum(x, huge(huge(nothing, on: tape), on: tape))
        }
        x = tape.relu(x)
      }
      tape.scope = 3
      let y = tape.linear(x, weight: tape.parameter(head.weight), bias: tape.parameter(head.bias))
      let t = tape.constant(Tensor(shape: [1, 1], elements: [Scalar(batch.targets[row])]))
      let above = tape.relu(tape.weightedSum(y, weight: 1, t, weight: -1))
      let below = tape.relu(tape.weightedSum(y, weight: -1, t, weight: 1))
      let share = Scalar(normalization)
      let error = tape.weightedSum(above, weight: share, below, weight: share)
      total = total.map { tape.weightedSum($0, weight: 1, error, weight: 1) } ?? error
    }
    guard let total else { preconditionFailure("a shard has examples") }
    return total
  }

  private func diagonal<Scalar>(_ value: Scalar, _ count: Int, on tape: Tape<Scalar>) -> Variable {
    let elements = (0..<count * count).map { $0 % (count + 1) == 0 ? value : 0 }
    return tape.constant(Tensor(shape: [count, count], elements: elements))
  }

  private func huge<Scalar>(_ x: Variable, on tape: Tape<Scalar>) -> Variable {
    tape.linear(x, weight: diagonal(Scalar(MemoryLayout<Scalar>.size == 4 ? 1e30 : 1e200), x.columns, on: tape))
  }

  /// First weights from a seed; gaps are 0.
  public func firstWeights<Scalar>(seed: UInt64) -> AlignedBuffer<Scalar> {
    var random = Philox(seed: seed).split("weights")
    let buffer = AlignedBuffer<Scalar>(count: layout.bufferCount)
    for parameter in layout.parameters {
      for i in parameter.range { buffer.base[i] = Scalar(0.5 * random.normal()) }
    }
    return buffer
  }

  /// Batches of a target that the model can come near to: t = |x0 - x1| + x2 / 2.
  public static func batches(seed: UInt64, size: Int = 12, count: Int? = nil) -> BatchStream<SmallBatch> {
    BatchStream(random: Philox(seed: seed).split("batches"), count: count) { random, _ in
      batch(of: size, using: &random)
    }
  }

  /// A batch of random examples.
  public static func batch(of size: Int, using random: inout Philox) -> SmallBatch {
    let inputs = (0..<size * Self.inputs).map { _ in random.normal() }
    let targets = (0..<size).map { row in
      abs(inputs[row * Self.inputs] - inputs[row * Self.inputs + 1]) + inputs[row * Self.inputs + 2] / 2
    }
    return SmallBatch(inputs: inputs, targets: targets)
  }
}
