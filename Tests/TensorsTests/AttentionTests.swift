// Fused causal attention against its definition, its gradients against slopes, and what it keeps.
import Tensors
import Testing

@Suite struct AttentionTests {
  /// Small ones for differences: single positions, odd lengths, all layouts, grouped heads, tiles cut by either extent.
  static let small: [AttentionCase] =
    [
      AttentionCase(1, 1, heads: 1, keyValueHeads: 1, headSize: 2),
      AttentionCase(3, 1, heads: 2, keyValueHeads: 1, headSize: 3),
      AttentionCase(2, 7, heads: 2, keyValueHeads: 2, headSize: 4),
      AttentionCase(1, 9, heads: 4, keyValueHeads: 2, headSize: 5),
      AttentionCase(1, 17, heads: 1, keyValueHeads: 1, headSize: 16),
      AttentionCase(1, 19, heads: 2, keyValueHeads: 1, headSize: 9),
    ] + AttentionCase.Layout.allCases.map { AttentionCase(2, 5, heads: 2, keyValueHeads: 1, headSize: 2, layout: $0) }

  /// Larger ones: blocks of queries cut, several vectors of columns.
  static let large: [AttentionCase] =
    [
      AttentionCase(2, 33, heads: 4, keyValueHeads: 4, headSize: 16),
      AttentionCase(1, 64, heads: 4, keyValueHeads: 2, headSize: 32),
      AttentionCase(2, 71, heads: 3, keyValueHeads: 1, headSize: 24),
      AttentionCase(1, 100, heads: 2, keyValueHeads: 2, headSize: 64),
      AttentionCase(1, 50, heads: 2, keyValueHeads: 1, headSize: 47, layout: .gaps),
      AttentionCase(1, 130, heads: 1, keyValueHeads: 1, headSize: 80, layout: .separate),
      // More than 128 KiB a sequence: the next head's lines are asked for.
      AttentionCase(1, 171, heads: 4, keyValueHeads: 1, headSize: 32),
    ]

  @Test(arguments: small + large) func itIsWhatItsDefinitionSays(attention: AttentionCase) {
    let inputs = attention.inputs()
    let expected = attention.plainly(inputs)
    #expect(relativeError(evaluate(attention, at: inputs, in: Double.self).value, expected) < 1e-14)
    #expect(relativeError(evaluate(attention, at: inputs, in: Float.self).value, expected) < 2e-6)
  }

  @Test(arguments: small) func gradientsAreSlopes(attention: AttentionCase) {
    #expect(gradientFault(at: attention.inputs()) { tape, v in tape.weighted(attention(tape, v)) } == nil)
  }

  @Test func aWrongScaleIsCaught() {
    let right = AttentionCase(1, 7, heads: 2, keyValueHeads: 1, headSize: 4)
    var wrong = right
    wrong.shape.scale *= 1.000_01
    let fault = gradientFault(at: right.inputs()) { tape, v in
      tape.weighted(tape.recordsGradients ? wrong(tape, v) : right(tape, v))
    }
    #expect(fault != nil)
  }

  @Test(arguments: small + large) func float32GradientsAreThoseOfFloat64(attention: AttentionCase) {
    let single = evaluate(attention, at: attention.inputs(), in: Float.self).gradients
    let double = evaluate(attention, at: attention.inputs(), in: Double.self).gradients
    for (a, b) in zip(single, double) { #expect(relativeError(a, b) < 1e-5) }
  }

  /// Sums over many positions, which differences would take too long for: the gradient along a direction is the slope along it.
  @Test(arguments: large) func slopesAlongDirectionsAreThoseOfTheGradient(attention: AttentionCase) {
    let inputs = attention.inputs()
    let directions = inputs.indices.map { numbers(inputs[$0].rowCount, inputs[$0].columnCount, seed: 900 + $0) }
    let gradients = evaluate(attention, at: inputs, in: Double.self).gradients
    func loss(_ t: Double) -> Double {
      let tape = Tape<Double>(products: ReferenceProducts())
      let moved = zip(inputs, directions).map { input, direction in
        tape.variable(
          Tensor(shape: input.shape, elements: zip(input.elements, direction.elements).map { $0 + t * $1 }))
      }
      return tape.scalar(tape.weighted(attention(tape, moved)))
    }
    let h = 1e-3
    let slope = (8 * (loss(h / 2) - loss(-h / 2)) - (loss(h) - loss(-h))) / (6 * h)
    let along = zip(gradients, directions).reduce(0.0) { sum, pair in
      sum + zip(pair.0, pair.1.elements).reduce(0) { $0 + $1.0 * $1.1 }
    }
    #expect(abs(along - slope) <= 1e-7 * max(1, abs(slope)))
  }

  @Test func laterPositionsAreNotRead() {
    let attention = AttentionCase(1, 21, heads: 2, keyValueHeads: 1, headSize: 4)
    var inputs = attention.inputs()
    let before = evaluate(attention, at: inputs, in: Float.self).value
    let columns = inputs[0].columnCount
    for i in 20 * columns..<21 * columns { inputs[0].elements[i] *= -3 }
    let after = evaluate(attention, at: inputs, in: Float.self).value
    #expect(before[..<(20 * 8)] == after[..<(20 * 8)])
    #expect(before[(20 * 8)...] != after[(20 * 8)...])
  }

  @Test func gradientsAreAddedToWhatIsThere() {
    struct Twice: TapeFunction {
      var attention: AttentionCase
      func callAsFunction<Scalar: TensorScalar>(_ tape: Tape<Scalar>, _ v: [Variable]) -> Variable {
        let joined = tape.linear(v[0], weight: v[1])
        return tape.sum(attention(tape, [joined]), attention(tape, [joined]))
      }
    }
    for layout in [AttentionCase.Layout.joint, .gaps] {
      let attention = AttentionCase(1, 6, heads: 2, keyValueHeads: 2, headSize: 2, layout: layout)
      let columns = attention.inputs()[0].columnCount
      let inputs = [numbers(6, 3, seed: 4), numbers(columns, 3, seed: 5)]
      let function = Twice(attention: attention)
      #expect(gradientFault(at: inputs) { tape, v in tape.weighted(function(tape, v)) } == nil)
    }
  }

  /// The way back reads the result, so that a rectifier behind it must not take its place.
  @Test func anOperationInPlaceBehindItSparesItsResult() {
    let attention = AttentionCase(1, 9, heads: 2, keyValueHeads: 1, headSize: 4)
    let fault = gradientFault(at: attention.inputs()) { tape, v in tape.weighted(tape.relu(attention(tape, v))) }
    #expect(fault == nil)
  }

  @Test func numbersThatAreNoneShowInTheResult() {
    let attention = AttentionCase(1, 40, heads: 1, keyValueHeads: 1, headSize: 4)
    // An infinite key may rightly have a probability of 0.
    for (bad, places) in [(Double.nan, [0, 4, 8]), (.infinity, [0, 8])] {
      for place in places {
        var inputs = attention.inputs()
        inputs[0].elements[35 * 12 + place] = bad
        let (value, gradients) = evaluate(attention, at: inputs, in: Float.self)
        #expect(value[(35 * 4)..<(36 * 4)].contains { !$0.isFinite })
        #expect(value[..<(32 * 4)].allSatisfy { $0.isFinite })
        #expect(gradients[0].contains { !$0.isFinite })
      }
    }
  }

  /// Probabilities of 0 are left out within a tile too: 0 times NaN would be NaN.
  @Test(arguments: [Double.nan, .infinity]) func whatIsNotFiniteStaysOutOfEarlierPositions(bad: Double) {
    let attention = AttentionCase(1, 27, heads: 1, keyValueHeads: 1, headSize: 4)
    let clean = attention.inputs()
    func check<Scalar: TensorScalar>(_ type: Scalar.Type) {
      let expected = evaluate(attention, at: clean, in: type).value
      for position in 0..<27 {
        for place in [1, 5, 9] {
          var inputs = clean
          inputs[0].elements[position * 12 + place] = bad
          let value = evaluate(attention, at: inputs, in: type).value
          #expect(value[..<(position * 4)] == expected[..<(position * 4)], "\(position), column \(place)")
          if place == 9 { #expect(!value[position * 4 + 1].isFinite) }
        }
      }
    }
    check(Float.self)
    check(Double.self)
  }

  @Test func greatScoresDoNotOverflow() {
    let attention = AttentionCase(1, 40, heads: 1, keyValueHeads: 1, headSize: 4)
    var inputs = attention.inputs()
    for i in inputs[0].elements.indices { inputs[0].elements[i] *= 100 }
    let single = evaluate(attention, at: inputs, in: Float.self)
    let double = evaluate(attention, at: inputs, in: Double.self)
    #expect(relativeError(single.value, double.value) < 1e-2)
    #expect(single.gradients[0].allSatisfy { $0.isFinite })
  }

  @Test func fromTheSecondStepOnNothingIsAllocated() {
    let attention = AttentionCase(2, 33, heads: 4, keyValueHeads: 2, headSize: 16)
    let tape = Tape<Float>(products: ReferenceProducts())
    let input = Tensor<Float>(
      shape: attention.inputs()[0].shape, elements: attention.inputs()[0].elements.map { Float($0) })
    func step() {
      tape.reset()
      tape.backward(from: tape.weighted(attention(tape, [tape.variable(input)])))
    }
    step()
    step()
    let count = tape.allocationCount
    for _ in 0..<5 { step() }
    #expect(tape.allocationCount == count)
  }

  /// The memory grows with the length, not with its square.
  @Test func noMatrixOfAllPairsIsKept() {
    func bytes(_ length: Int) -> Int {
      let shape = AttentionShape(sequences: 1, length: length, heads: 8, keyValueHeads: 8, headSize: 8, scale: 1)
      return Float.attentionScratch(shape, backward: true) * 4
    }
    #expect(bytes(4096) == 4 * bytes(1024))
  }
}
