// The operations of a tape as a table that every test of gradients runs through.
import Tensors

/// A matrix of small numbers that no rule treats alike; none is 0, and none times 2.1 is near 1 or -1.
func sampleMatrix<Scalar: TensorScalar>(_ rows: Int, _ columns: Int, seed: Int, scale: Double = 1) -> Tensor<Scalar> {
  let elements = (0..<rows * columns).map { (i: Int) -> Scalar in
    let mixed: Int = (i + seed) * 7919 + seed * 104_729
    return Scalar((Double(mixed % 197) / 98.5 - 1) * scale)
  }
  return Tensor(shape: [rows, columns], elements: elements)
}

/// An operation on matrices of any extents; the aliased ones use a variable in two places.
enum TestedOperation: String, CaseIterable, Sendable {
  case linear, linearWithBias, linearWithResidual, linearOfItsResidual, linearByItself, sum, sumWithItself, weightedSum
  case rectifiedLinear, rectifiedLinearByItself, rectifiedLinearToOne
  case relu, reluOfLinear, gelu, geluTanh, silu, sigmoid, sigmoidOfLinear, tanh, tanhThenReLU
  case swiGLUOfHalves, swiGLUOfPart, swiGLUOfTwo, swiGLUOfOne, swiGLUOverlapping
  case rmsNorm, rmsNormByItself, rmsNormWithResidual, layerNorm, layerNormWithOneRow
  case squaredLoss, hingeLoss, logisticLoss

  /// The extents of the inputs for results of about `rows` times `columns`.
  func inputExtents(rows: Int, columns: Int) -> [(rows: Int, columns: Int)] {
    let x = (rows, columns)
    return switch self {
    case .linear, .reluOfLinear, .sigmoidOfLinear: [x, (5, columns)]
    case .linearWithBias, .rectifiedLinear: [x, (5, columns), (1, 5)]
    case .rectifiedLinearToOne: [x, (5, columns), (1, 5), (1, 5)]
    case .linearWithResidual: [x, (5, columns), (1, 5), (rows, 5)]
    case .linearOfItsResidual: [x, (columns, columns)]
    case .sum: [x, x]
    case .weightedSum: [(1, 1), (1, 1)]
    case .linearByItself, .sumWithItself, .rectifiedLinearByItself: [x]
    case .relu, .gelu, .geluTanh, .silu, .sigmoid, .tanh, .tanhThenReLU: [x]
    case .swiGLUOfOne, .squaredLoss, .hingeLoss, .logisticLoss: [x]
    case .swiGLUOfHalves: [(rows, 2 * columns)]
    case .swiGLUOfPart, .swiGLUOverlapping: [(rows, 2 * columns + 3)]
    case .swiGLUOfTwo: [x, (rows, columns + 2)]
    case .rmsNorm, .rmsNormWithResidual: [x, (1, columns)]
    case .rmsNormByItself: [(1, columns)]
    case .layerNorm: [x, (1, columns), (1, columns)]
    case .layerNormWithOneRow: [x, (1, columns)]
    }
  }

  /// Inputs of given extents, the same for either kind of numbers up to rounding.
  func inputs<Scalar: TensorScalar>(rows: Int, columns: Int) -> [Tensor<Scalar>] {
    inputExtents(rows: rows, columns: columns).enumerated().map { index, extents in
      sampleMatrix(extents.rows, extents.columns, seed: index + 1, scale: 2.1)
    }
  }

  /// The operation itself.
  func result<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    let columns = v[0].columns
    switch self {
    case .linear: return tape.linear(v[0], weight: v[1])
    case .linearWithBias: return tape.linear(v[0], weight: v[1], bias: v[2])
    case .linearWithResidual: return tape.linear(v[0], weight: v[1], bias: v[2], residual: v[3])
    case .linearOfItsResidual: return tape.linear(v[0], weight: v[1], residual: v[0])
    case .linearByItself: return tape.linear(v[0], weight: v[0])
    case .rectifiedLinear: return tape.rectifiedLinear(v[0], weight: v[1], bias: v[2])
    case .rectifiedLinearByItself: return tape.rectifiedLinear(v[0], weight: v[0])
    case .rectifiedLinearToOne:
      return tape.linear(tape.rectifiedLinear(v[0], weight: v[1], bias: v[2]), weight: v[3])
    case .sum: return tape.sum(v[0], v[1])
    case .sumWithItself: return tape.sum(v[0], v[0])
    case .weightedSum: return tape.weightedSum(v[0], weight: 0.75, v[1], weight: -2)
    case .relu: return tape.relu(v[0])
    case .reluOfLinear: return tape.relu(tape.linear(v[0], weight: v[1]))
    case .gelu: return tape.gelu(v[0])
    case .geluTanh: return tape.geluTanh(v[0])
    case .silu: return tape.silu(v[0])
    case .sigmoid: return tape.sigmoid(v[0])
    case .sigmoidOfLinear: return tape.sigmoid(tape.linear(v[0], weight: v[1]))
    case .tanh: return tape.tanh(v[0])
    case .tanhThenReLU: return tape.relu(tape.tanh(v[0]))
    case .swiGLUOfHalves:
      return tape.swiGLU(gate: v[0].columns(0..<columns / 2), up: v[0].columns(columns / 2..<columns))
    case .swiGLUOfPart:
      let part = (columns - 3) / 2
      return tape.swiGLU(gate: v[0].columns(part + 2..<columns - 1), up: v[0].columns(1..<part + 1))
    case .swiGLUOfTwo: return tape.swiGLU(gate: v[0].allColumns, up: v[1].columns(1..<columns + 1))
    case .swiGLUOfOne: return tape.swiGLU(gate: v[0].allColumns, up: v[0].allColumns)
    case .swiGLUOverlapping:
      return tape.swiGLU(gate: v[0].columns(0..<columns - 2), up: v[0].columns(2..<columns))
    case .rmsNorm: return tape.rmsNorm(v[0], gain: v[1], epsilon: 1e-5)
    case .rmsNormByItself: return tape.rmsNorm(v[0], gain: v[0], epsilon: 1e-5)
    case .rmsNormWithResidual: return tape.sum(v[0], tape.rmsNorm(v[0], gain: v[1], epsilon: 1e-5))
    case .layerNorm: return tape.layerNorm(v[0], gain: v[1], bias: v[2], epsilon: 1e-5)
    case .layerNormWithOneRow: return tape.layerNorm(v[0], gain: v[1], bias: v[1], epsilon: 1e-5)
    case .squaredLoss, .hingeLoss, .logisticLoss:
      let targets = (0..<v[0].rows * columns).map { Float($0 % 3 == 0 ? 1 : -1) }
      return targets.withUnsafeBufferPointer {
        switch self {
        case .hingeLoss: tape.hingeLoss(v[0], targets: $0, normalization: 0.3)
        case .logisticLoss: tape.logisticLoss(v[0], targets: $0, normalization: 0.3)
        default: tape.squaredLoss(v[0], targets: $0, normalization: 0.3)
        }
      }
    }
  }

  /// A single number that depends on each element of the result in a way of its own.
  func loss<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    let result = result(tape, v)
    guard result.rows * result.columns > 1 else { return result }
    let targets: Tensor<Float> = sampleMatrix(result.rows, result.columns, seed: 11)
    return targets.elements.withUnsafeBufferPointer { tape.squaredLoss(result, targets: $0, normalization: 0.1) }
  }
}
