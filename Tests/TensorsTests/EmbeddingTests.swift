// Rows by token, and gradients added row after row.
import Tensors
import Testing

private struct EmbeddingCase: TapeFunction {
  var tokens: [Int32]
  var length = 1

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    tokens.withUnsafeBufferPointer {
      tape.embedding($0, table: v[0], positions: v.count > 1 ? v[1] : nil, length: length)
    }
  }
}

@Suite struct EmbeddingTests {
  @Test func rowsAreThoseOfTokensAndPositions() {
    for columns in [1, 3, 16, 19] {
      let (table, positions) = (numbers(5, columns, seed: 1), numbers(4, columns, seed: 2))
      let tokens: [Int32] = [4, 0, 2, 2, 1, 4]
      let plain = tokens.flatMap { Array(table.elements[Int($0) * columns..<(Int($0) + 1) * columns]) }
      #expect(evaluate(EmbeddingCase(tokens: tokens), at: [table], in: Double.self).value == plain)
      let placed = plain.indices.map { plain[$0] + positions.elements[$0 / columns % 3 * columns + $0 % columns] }
      let with = EmbeddingCase(tokens: tokens, length: 3)
      #expect(evaluate(with, at: [table, positions], in: Double.self).value == placed)
    }
  }

  @Test func gradientsAreSlopes() {
    for (tokens, length) in [([1], 1), ([0, 0, 3, 1, 0, 3, 3], 1), ([2, 2, 2, 1, 1, 1], 3)] as [([Int32], Int)] {
      let function = EmbeddingCase(tokens: tokens, length: length)
      for inputs in [[numbers(4, 5, seed: 3)], [numbers(4, 5, seed: 3), numbers(3, 5, seed: 4)]] {
        #expect(gradientFault(at: inputs) { tape, v in tape.weighted(function(tape, v)) } == nil)
        let single = evaluate(function, at: inputs, in: Float.self).gradients
        let double = evaluate(function, at: inputs, in: Double.self).gradients
        for (a, b) in zip(single, double) { #expect(relativeError(a, b) < 1e-6) }
      }
    }
  }

  @Test func aTokenLostOnTheWayBackIsCaught() {
    let fault = gradientFault(at: [numbers(4, 3, seed: 1)]) { tape, v in
      tape.weighted(EmbeddingCase(tokens: tape.recordsGradients ? [1, 2, 0] : [1, 2, 1])(tape, v))
    }
    #expect(fault != nil)
  }

  /// In float32 the sum of 1e8, 1 and -1e8 is 0 in this order and 1 in others.
  @Test func gradientsAreAddedInTheOrderOfRows() {
    let tape = Tape<Float>(products: ReferenceProducts())
    let table = tape.variable(Tensor<Float>(shape: [1, 1], elements: [1]))
    let rows = EmbeddingCase(tokens: [0, 0, 0])(tape, [table])
    let factors = tape.constant(Tensor<Float>(shape: [1, 3], elements: [1e8, 1, -1e8]))
    let one = tape.constant(Tensor<Float>(shape: [1, 1], elements: [1]))
    tape.backward(from: tape.linear(tape.linear(one, weight: rows), weight: factors))
    #expect(tape.gradient(of: table)?.elements == [0])
  }

  /// A table that is the head's matrix too gets both gradients.
  @Test func aTableThatIsUsedTwiceGetsBothGradients() {
    let fault = gradientFault(at: [numbers(4, 3, seed: 6)]) { tape, v in
      tape.weighted(tape.linear(EmbeddingCase(tokens: [3, 1, 3])(tape, v), weight: v[0]))
    }
    #expect(fault == nil)
  }

  @Test func aTokenBeyondTheTableTraps() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape<Float>(products: ReferenceProducts())
      let table = tape.variable(Tensor<Float>(shape: [2, 1], elements: [1, 2]))
      _ = [Int32(2)].withUnsafeBufferPointer { tape.embedding($0, table: table) }
    }
  }
}
