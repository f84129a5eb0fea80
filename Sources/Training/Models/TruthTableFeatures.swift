// Hidden units that are written down: one for each pattern of some input bits, which fires on that pattern alone.
public import Tensors

/// How bits stand among the inputs.
public enum BitEncoding: Sendable, Equatable {
  /// 0 and 1.
  case zeroOne
  /// -1 for 0, +1 for 1.
  case signs
}

extension PerceptronObjective {
  /// Writes the units of truth tables into the first map: for each group of k inputs one rectifier for each of its 2^k patterns, which is 1
  /// on inputs with that pattern and 0 on all others, exactly.
  ///
  /// Unit p of a group belongs to the pattern in which the group's input i is bit i of p. With inputs of 0 and 1 it is
  /// relu(sum of the ones' inputs - sum of the zeros' inputs - number of ones + 1), with signs s relu(sum of s x - k + 1): the sum is 1 on the
  /// pattern and at most 0 elsewhere.
  ///
  /// - Precondition: Rectifiers with biases, a hidden layer of as many units as there are patterns in all, and inputs of the given encoding.
  public func writeTruthTableFeatures<Scalar: TensorScalar>(
    of groups: [[Int]], encoding: BitEncoding, into parameters: AlignedBuffer<Scalar>
  ) {
    precondition(parameters.count == layout.bufferCount, "the buffer has the layout of the parameters")
    precondition(
      configuration.activation == .relu && configuration.layerCount >= 2, "truth tables are made of rectifiers")
    guard let bias = layers[0].bias else { preconditionFailure("truth tables need biases") }
    let weight = layers[0].weight
    precondition(
      groups.allSatisfy {
        $0.count < 31 && Set($0).count == $0.count && $0.allSatisfy { 0 <= $0 && $0 < weight.columns }
      },
      "a group names different inputs")
    precondition(
      groups.reduce(0) { $0 + 1 << $1.count } == weight.rows, "the hidden layer has a unit for each pattern")
    for index in weight.range { parameters.base[index] = 0 }
    var unit = 0
    for group in groups {
      for pattern in 0..<1 << group.count {
        for (position, input) in group.enumerated() {
          parameters.base[weight.offset + unit * weight.columns + input] = pattern >> position & 1 == 1 ? 1 : -1
        }
        let constant = encoding == .signs ? group.count : pattern.nonzeroBitCount
        parameters.base[bias.offset + unit] = Scalar(1 - constant)
        unit += 1
      }
    }
  }
}
