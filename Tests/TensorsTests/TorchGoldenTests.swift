// Values and gradients of the tape's operations against torch.autograd in float64 (Tests/Python/make_rule_goldens.py says the versions).
import Foundation
import Tensors
import Testing
import TestSupport

/// What the script wrote for one operation.
private struct Golden<Settings: Decodable>: Decodable {
  var versions: String
  var settings: Settings
  var shapes: [[Int]]
  var inputs: [[Double]]
  /// Of the sum whose gradient was taken.
  var weights: [Double]
  var value: [Double]
  var gradients: [[Double]]

  init(_ name: String) throws {
    let file = repositoryRoot.appending(path: "Tests/Python/goldens/rules/\(name).json")
    self = try JSONDecoder().decode(Self.self, from: Data(contentsOf: file))
  }

  /// The greatest relative error of a function's value and gradients.
  func error<Scalar: TensorScalar>(of function: some TapeFunction, in: Scalar.Type) -> Double {
    let tape = Tape<Scalar>(products: ReferenceProducts())
    tape.keepsBlocks = true
    func matrix(_ shape: [Int], _ elements: [Double]) -> Tensor<Scalar> {
      Tensor(shape: shape, elements: elements.map { Scalar($0) })
    }
    let leaves = zip(shapes, inputs).map { tape.variable(matrix($0, $1)) }
    let result = function(tape, leaves)
    var worst = relativeError(tape.tensor(result).elements.map { Double($0) }, value)
    // The sum with weights, one row after the other: row r of the result is picked by the r-th row of the unit matrix.
    var loss: Variable?
    for r in 0..<result.rows {
      let row = tape.constant(
        matrix([1, result.columns], Array(weights[r * result.columns..<(r + 1) * result.columns])))
      let unit = tape.constant(matrix([1, result.rows], (0..<result.rows).map { $0 == r ? 1 : 0 }))
      let term = tape.linear(tape.linear(row, weight: result), weight: unit)
      loss = tape.weightedSum(term, weight: 1, loss, weight: 1)
    }
    if let loss { tape.backward(from: loss) }
    for (leaf, gradient) in zip(leaves, gradients) {
      worst = max(worst, relativeError((tape.gradient(of: leaf)?.elements ?? []).map { Double($0) }, gradient))
    }
    return worst
  }
}

/// Rotary positions on queries and keys, then attention.
private struct RotatedAttention: TapeFunction, Decodable {
  var sequences: Int
  var length: Int
  var heads: Int
  var keyValueHeads: Int
  var headSize: Int
  var base: Double

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    let table = RotaryTable(
      inverseFrequencies: (0..<headSize / 2).map { pow(base, -2 * Double($0) / Double(headSize)) }, length: length)
    let x = tape.rotary(v[0], heads: heads + keyValueHeads, headSize: headSize, length: length, table: table)
    let (q, kv) = (heads * headSize, keyValueHeads * headSize)
    return tape.attention(
      query: x.columns(0..<q), key: x.columns(q..<q + kv), value: x.columns(q + kv..<q + 2 * kv),
      AttentionShape(
        sequences: sequences, length: length, heads: heads, keyValueHeads: keyValueHeads, headSize: headSize,
        scale: 1 / Double(headSize).squareRoot()))
  }
}

private struct PlacedRows: TapeFunction, Decodable {
  var tokens: [Int32]
  var length: Int

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    tokens.withUnsafeBufferPointer { tape.embedding($0, table: v[0], positions: v[1], length: length) }
  }
}

private struct Loss: TapeFunction, Decodable {
  var targets: [Int32]
  var rowWeights: [Float]
  var normalization: Double

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    targets.withUnsafeBufferPointer { targets in
      rowWeights.withUnsafeBufferPointer {
        tape.crossEntropy(v[0], targets: targets, weights: $0, normalization: normalization)
      }
    }
  }
}

@Suite struct TorchGoldenTests {
  private func check<Settings: TapeFunction & Decodable>(_ name: String, _: Settings.Type) throws {
    let golden = try Golden<Settings>(name)
    #expect(golden.versions == "torch 2.13.0, transformers 5.23.0")
    #expect(golden.error(of: golden.settings, in: Double.self) < 1e-13)
    #expect(golden.error(of: golden.settings, in: Float.self) < 3e-6)
  }

  @Test(arguments: ["attention-grouped", "attention-blocks"]) func attentionIsThatOfTorch(name: String) throws {
    try check(name, RotatedAttention.self)
  }
  @Test func embeddingsAreThoseOfTorch() throws { try check("embedding", PlacedRows.self) }
  @Test func crossEntropyIsThatOfTorch() throws { try check("cross-entropy", Loss.self) }

  /// The unit vectors (1, 0) are turned to (cosine, sine).
  @Test func anglesInFloat32AreThoseOfTransformers() throws {
    struct Table: Decodable {
      var versions: String
      var base: Double
      var headSize: Int
      var cosines: [Double]
      var sines: [Double]
    }
    let file = repositoryRoot.appending(path: "Tests/Python/goldens/rules/rotary-table.json")
    let golden = try JSONDecoder().decode(Table.self, from: Data(contentsOf: file))
    let (size, pairs) = (golden.headSize, golden.headSize / 2)
    let rows = golden.cosines.count / pairs
    let table = RotaryTable(
      inverseFrequencies: (0..<pairs).map { pow(golden.base, -2 * Double($0) / Double(size)) }, length: rows)
    let tape = Tape<Float>(products: ReferenceProducts())
    let units = Tensor<Float>(shape: [rows, size], elements: (0..<rows * size).map { $0 % size < pairs ? 1 : 0 })
    let turned = tape.tensor(
      tape.rotary(tape.constant(units), heads: 1, headSize: size, length: rows, table: table)
    ).elements.map { Double($0) }
    for r in 0..<rows {
      for i in 0..<pairs {
        #expect(abs(turned[r * size + i] - golden.cosines[r * pairs + i]) < 1e-6)
        #expect(abs(turned[r * size + pairs + i] - golden.sines[r * pairs + i]) < 1e-6)
      }
    }
  }

  @Test func anotherBaseOfAnglesIsNotThatOfTorch() throws {
    var golden = try Golden<RotatedAttention>("attention-grouped")
    golden.settings.base *= 1.000_001
    #expect(golden.error(of: golden.settings, in: Double.self) > 1e-9)
  }
}
