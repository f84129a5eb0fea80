// The cross-entropy of logits against its definition, in place and beside it.
import Tensors
import Testing

#if canImport(Darwin)
  import Darwin
#else
  import Glibc
#endif

/// A loss of a leaf, of a linear map (whose place it takes), or of one that is read again.
private struct CrossEntropyCase: TapeFunction {
  enum Logits: CaseIterable { case leaf, newest, readAgain }
  var targets: [Int32]
  var weights: [Float]?
  var normalization = 0.25
  var logits = Logits.leaf

  func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
    func loss(_ x: Variable) -> Variable {
      targets.withUnsafeBufferPointer { targets in
        guard let weights else {
          return tape.crossEntropy(x, targets: targets, weights: nil, normalization: normalization)
        }
        return weights.withUnsafeBufferPointer {
          tape.crossEntropy(x, targets: targets, weights: $0, normalization: normalization)
        }
      }
    }
    switch logits {
    case .leaf: return loss(v[0])
    case .newest: return tape.weightedSum(loss(tape.linear(v[0], weight: v[1])), weight: -0.5)
    case .readAgain:
      let x = tape.linear(v[0], weight: v[1])
      let other = tape.weighted(x)
      return tape.weightedSum(loss(x), weight: 3, other, weight: 0.5)
    }
  }

  func inputs(columns: Int, spread: Double = 3) -> [Tensor<Double>] {
    var leaf = numbers(targets.count, columns, seed: columns)
    for i in leaf.elements.indices { leaf.elements[i] *= spread }
    return logits == .leaf ? [leaf] : [numbers(targets.count, 4, seed: 8), numbers(columns, 4, seed: 9)]
  }
}

/// -log p of each row, by definition.
private func plainLosses(_ logits: Tensor<Double>, _ targets: [Int32]) -> [Double] {
  targets.indices.map { r in
    let row = logits.elements[r * logits.columnCount..<(r + 1) * logits.columnCount]
    let greatest = row.reduce(-.infinity) { max($0, $1) }
    return log(row.reduce(0) { $0 + exp($1 - greatest) }) + greatest - row[row.startIndex + Int(targets[r])]
  }
}

@Suite struct CrossEntropyTests {
  @Test(arguments: [1, 2, 15, 16, 17, 100, 1024, 2500]) func itIsWhatItsDefinitionSays(columns: Int) {
    let targets = [0, Int32(columns / 2), Int32(columns - 1), Int32(columns / 3)]
    let weights: [Float] = [1, 0.5, 0, 2]
    let function = CrossEntropyCase(targets: targets, weights: weights)
    let inputs = function.inputs(columns: columns, spread: 20)
    let losses = plainLosses(inputs[0], targets)
    let expected = zip(losses, weights).reduce(0) { $0 + $1.0 * Double($1.1) } * 0.25
    let (double, single) = (
      evaluate(function, at: inputs, in: Double.self), evaluate(function, at: inputs, in: Float.self)
    )
    #expect(abs(double.value[0] - expected) <= 1e-14 * max(1, expected))
    #expect(abs(single.value[0] - expected) <= 1e-6 * max(1, expected))
    #expect(relativeError(single.gradients[0], double.gradients[0]) < 1e-5 || columns == 1)
    let unweighted = CrossEntropyCase(targets: targets, normalization: 1)
    #expect(abs(evaluate(unweighted, at: inputs, in: Double.self).value[0] - losses.reduce(0, +)) < 1e-12)
  }

  @Test func gradientsAreSlopes() {
    for logits in CrossEntropyCase.Logits.allCases {
      for columns in [2, 7, 16, 21] {
        for weights in [nil, [1, 0, 0.25]] as [[Float]?] {
          let function = CrossEntropyCase(targets: [1, 0, Int32(columns - 1)], weights: weights, logits: logits)
          let fault = gradientFault(at: function.inputs(columns: columns)) { tape, v in function(tape, v) }
          #expect(fault == nil, "\(logits), \(columns) columns")
        }
      }
    }
  }

  @Test func aTapeThatKeepsItsBlocksHasTheSameGradients() {
    let function = CrossEntropyCase(targets: [1, 0, 4], logits: .newest)
    let fault = gradientFault(at: function.inputs(columns: 5)) { tape, v in
      tape.keepsBlocks = true
      return function(tape, v)
    }
    #expect(fault == nil)
  }

  @Test func aWrongTargetIsCaught() {
    let inputs = CrossEntropyCase(targets: [1, 0, 2]).inputs(columns: 4)
    let fault = gradientFault(at: inputs) { tape, v in
      CrossEntropyCase(targets: tape.recordsGradients ? [1, 0, 3] : [1, 0, 2])(tape, v)
    }
    #expect(fault != nil)
  }

  @Test func logitsThatAreTheNewestAreOverwrittenOnlyWhereGradientsAreRecorded() {
    func overwrites(_ records: Bool) -> Bool {
      let tape = Tape<Double>(products: ReferenceProducts())
      tape.recordsGradients = records
      let x = tape.linear(tape.variable(numbers(2, 3, seed: 1)), weight: tape.variable(numbers(5, 3, seed: 2)))
      _ = CrossEntropyCase(targets: [3, 4])(tape, [x])
      return !tape.holdsValue(of: x)
    }
    #expect(overwrites(true))
    #expect(!overwrites(false))
  }

  @Test func rowsOfWeightZeroAreNotLookedAt() {
    var inputs = CrossEntropyCase(targets: [0, 0]).inputs(columns: 20)
    for c in 20..<40 { inputs[0].elements[c] = .nan }
    let function = CrossEntropyCase(targets: [3, -100], weights: [1, 0])
    let (value, gradients) = evaluate(function, at: inputs, in: Float.self)
    #expect(value[0].isFinite)
    #expect(gradients[0][20..<40].allSatisfy { $0 == 0 })
    #expect(gradients[0][0..<20].contains { $0 != 0 })
  }

  @Test func whatIsNoNumberShows() {
    let function = CrossEntropyCase(targets: [3, 5])
    for column in [3, 11] {
      for bad in [Double.nan, .infinity] {
        var inputs = function.inputs(columns: 20)
        inputs[0].elements[column] = bad
        for (value, gradients) in [
          evaluate(function, at: inputs, in: Float.self), evaluate(function, at: inputs, in: Double.self),
        ] {
          #expect(!value[0].isFinite)
          #expect(gradients[0][0..<20].contains { $0.isNaN })
        }
      }
    }
  }

  /// A logit of -infinity is a probability of 0: harmless elsewhere, an infinite loss at the target.
  @Test func minusInfinityIsAProbabilityOfZero() {
    let function = CrossEntropyCase(targets: [3, 5])
    var inputs = function.inputs(columns: 20)
    inputs[0].elements[4] = -.infinity
    let harmless = evaluate(function, at: inputs, in: Float.self)
    #expect(harmless.value[0].isFinite && harmless.gradients[0][4] == 0)
    inputs[0].elements[3] = -.infinity
    #expect(evaluate(function, at: inputs, in: Float.self).value[0] == .infinity)
  }

  /// Of two logits 0 and -x the second's gradient is e^-x / (1 + e^-x): the exponential alone, down to where it is left out.
  @Test func smallProbabilitiesAreRightToo() {
    let distances = (0..<880).map { Double($0) / 10 }
    let function = CrossEntropyCase(targets: distances.map { _ in 0 }, normalization: 1)
    let logits = Tensor<Double>(shape: [880, 2], elements: distances.flatMap { [0, -$0] })
    let gradient = evaluate(function, at: [logits], in: Float.self).gradients[0]
    for (row, distance) in distances.enumerated() {
      let x = Double(Float(distance))
      let expected = exp(-x) / (1 + exp(-x))
      let found = gradient[2 * row + 1]
      if x < 87 {
        #expect(abs(found - expected) <= (3e-7 + x * 0x1p-23) * expected, "at \(x)")
      } else {
        #expect(found >= 0 && found < 2e-38)
      }
    }
    let far = Tensor<Double>(shape: [1, 2], elements: [0, -89])
    #expect(evaluate(CrossEntropyCase(targets: [0]), at: [far], in: Float.self).gradients[0][1] == 0)
  }

  @Test func evaluationHasTheLossOfEachRowAndItsGreatestColumn() {
    for columns in [1, 16, 37] {
      let logits = numbers(6, columns, seed: 3)
      let targets = (0..<6).map { Int32($0 * 5 % columns) }
      let tape = Tape<Double>(products: ReferenceProducts())
      let x = tape.constant(logits)
      let losses = targets.withUnsafeBufferPointer { tape.negativeLogProbabilities(x, targets: $0) }
      #expect(relativeError(losses, plainLosses(logits, targets)) < 1e-13 || columns == 1)
      let expected = (0..<6).map { r -> Int32 in
        let row = Array(logits.elements[r * columns..<(r + 1) * columns])
        return Int32(row.firstIndex(of: row.max() ?? 0) ?? 0)
      }
      #expect(tape.argmaxOfRows(x) == expected)
    }
    let tape = Tape<Float>(products: ReferenceProducts())
    let ties = tape.constant(Tensor<Float>(shape: [3, 3], elements: [1, 2, 2, .nan, .nan, -1, .nan, .nan, .nan]))
    #expect(tape.argmaxOfRows(ties) == [1, 2, 0])
  }

  @Test func fromTheSecondStepOnNothingIsAllocated() {
    let tape = Tape<Float>(products: ReferenceProducts())
    let function = CrossEntropyCase(targets: [3, 5, 1], weights: [1, 0, 2])
    let logits = Tensor<Float>(shape: [3, 20], elements: (0..<60).map { Float($0 % 7) })
    func step() {
      tape.reset()
      tape.backward(from: function(tape, [tape.variable(logits)]))
    }
    step()
    let count = tape.allocationCount
    for _ in 0..<5 { step() }
    #expect(tape.allocationCount == count)
  }

  @Test func aTargetBeyondTheLogitsTraps() async {
    await #expect(processExitsWith: .failure) {
      let tape = Tape<Float>(products: ReferenceProducts())
      let x = tape.variable(Tensor<Float>(shape: [1, 2], elements: [1, 2]))
      _ = [Int32(2)].withUnsafeBufferPointer { tape.crossEntropy(x, targets: $0, weights: nil, normalization: 1) }
    }
  }
}
