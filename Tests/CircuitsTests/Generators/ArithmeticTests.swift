// Adders, comparators, multipliers and modular arithmetic against integers.
import Circuits
import Testing
import TestSupport

struct ArithmeticTests {
  /// Checks all pairs of `width`-bit operands against `expected`, the outputs as one integer.
  private func expectAllPairs(
    _ circuit: Circuit, width: Int, _ expected: (UInt64, UInt64) -> UInt64,
    sourceLocation: SourceLocation = #_sourceLocation
  ) {
    for block in circuit.exhaustiveBlocks() {
      let outputs = circuit.simulate(block)
      for i in 0..<block.count {
        let number = block.assignment(i).integer
        let (a, b) = (number & WordMask.low(width), number >> UInt64(width))
        guard outputs.assignment(i).integer == expected(a, b) else {
          Issue.record("\(circuit.names.circuit): \(a), \(b)", sourceLocation: sourceLocation)
          return
        }
      }
    }
  }

  /// Checks random pairs of `width`-bit operands, and all pairs of 0, 1 and the largest; outputs are compared bit by bit.
  private func expectPairs(_ circuit: Circuit, width: Int, _ expected: (UInt64, UInt64) -> [Bool]) {
    var generator = SplitMix64(seed: UInt64(width))
    let corners: [UInt64] = [0, 1, WordMask.low(width)]
    var pairs = corners.flatMap { a in corners.map { (a, $0) } }
    pairs += (0..<600).map { _ in
      (generator.next() & WordMask.low(width), generator.next() & WordMask.low(width))
    }
    let outputs = circuit.simulate(pairs.map { $0.0.bits(width) + $0.1.bits(width) })
    for (pair, output) in zip(pairs, outputs) { #expect(output == expected(pair.0, pair.1), "\(pair)") }
  }

  @Test(arguments: AdderKind.allCases)
  func addersAddExhaustivelyUpToSixBits(kind: AdderKind) {
    for width in 1...6 {
      for carry in [true, false] {
        let circuit = Circuit.prefixAdder(width: width, kind: kind, carryOut: carry)
        #expect(circuit.outputCount == width + (carry ? 1 : 0))
        expectAllPairs(circuit, width: width) { ($0 + $1) & WordMask.low(circuit.outputCount) }
      }
    }
  }

  @Test(arguments: AdderKind.allCases, [7, 12, 31, 33, 64])
  func addersAddAtRandom(kind: AdderKind, width: Int) {
    let circuit = Circuit.prefixAdder(width: width, kind: kind)
    expectPairs(circuit, width: width) { a, b in
      let (sum, overflow) = a.addingReportingOverflow(b)
      return sum.bits(min(64, width + 1)) + (width == 64 ? [overflow] : [])
    }
  }

  @Test func addersHaveTheStatedSizesAndDepths() {
    for width in 2...70 {
      let ripple = Circuit.rippleCarryAdder(width: width)
      #expect(ripple.gateCount == 5 * width - 3)
      #expect(ripple.depth == 2 * width - 1)
      #expect(Circuit.rippleCarryAdder(width: width, carryOut: false).gateCount == 5 * width - 6)
    }
    for (kind, depth) in [(AdderKind.koggeStone, 14), (.sklansky, 14), (.brentKung, 24)] {
      #expect(Circuit.prefixAdder(width: 64, kind: kind).depth <= depth, "\(kind)")
    }
  }

  @Test func threeWordsAddInNineGatesABit() {
    for width in 1...4 {
      var logic = LogicBuilder(inputCount: 3 * width)
      let sum = logic.add(
        logic.inputs(0..<width), logic.inputs(width..<2 * width), logic.inputs(2 * width..<3 * width))
      let circuit = logic.finish(outputs: sum)
      for number in UInt64(0)..<(1 << UInt64(3 * width)) {
        let words = (0..<3).map { number >> UInt64($0 * width) & WordMask.low(width) }
        #expect(circuit(number.bits(3 * width)).integer == words.reduce(0, +) & WordMask.low(width))
      }
    }
    var logic = LogicBuilder(inputCount: 192)
    let sum = logic.add(logic.inputs(0..<64), logic.inputs(64..<128), logic.inputs(128..<192))
    let circuit = logic.finish(outputs: sum)
    #expect(circuit.gateCount < 9 * 64 && circuit.depth <= 2 * 64 + 4)
    var generator = SplitMix64(seed: 64)
    for _ in 0..<200 {
      let (a, b, c) = (generator.next(), generator.next(), generator.next())
      #expect(circuit(a.bits(64) + b.bits(64) + c.bits(64)).integer == a &+ b &+ c)
    }
  }

  @Test func comparatorsCompare() {
    for width in 1...6 {
      expectAllPairs(.comparator(width: width), width: width) { $0 < $1 ? 1 : $0 == $1 ? 2 : 4 }
      expectAllPairs(.comparator(width: width, isSigned: true), width: width) { a, b in
        let shift = UInt64(64 - width)
        let (x, y) = (Int64(bitPattern: a << shift), Int64(bitPattern: b << shift))
        return x < y ? 1 : x == y ? 2 : 4
      }
    }
    expectPairs(.comparator(width: 64), width: 64) { [$0 < $1, $0 == $1, $0 > $1] }
    expectPairs(.comparator(width: 64, isSigned: true), width: 64) { a, b in
      let (x, y) = (Int64(bitPattern: a), Int64(bitPattern: b))
      return [x < y, x == y, x > y]
    }
  }

  @Test func multipliersMultiplyExhaustivelyUpToFiveBits() {
    for width in 1...5 {
      for bits in [nil, 1, width, 2 * width - 1] {
        let mask = WordMask.low(bits ?? 2 * width)
        expectAllPairs(.arrayMultiplier(width: width, productWidth: bits), width: width) { ($0 * $1) & mask }
        for kind in AdderKind.allCases {
          let circuit = Circuit.wallaceMultiplier(width: width, productWidth: bits, adder: kind)
          expectAllPairs(circuit, width: width) { ($0 * $1) & mask }
        }
      }
    }
  }

  @Test(arguments: [8, 17, 32, 64])
  func multipliersMultiplyAtRandom(width: Int) {
    for circuit in [Circuit.arrayMultiplier(width: width), .wallaceMultiplier(width: width)] {
      expectPairs(circuit, width: width) { a, b in
        let product = a.multipliedFullWidth(by: b)
        return Array((product.low.bits(64) + product.high.bits(64)).prefix(2 * width))
      }
    }
  }

  @Test func aWallaceTreeIsShallow() {
    #expect(Circuit.wallaceMultiplier(width: 32).depth < Circuit.arrayMultiplier(width: 32).depth / 2)
  }

  @Test(arguments: [2, 3, 4, 5, 7, 8, 11, 13, 16, 31, 61, 64, 97, 127, 128, 251])
  func iteratedSquaringAgreesOnEveryInput(modulus: UInt64) {
    for squarings in 0...3 {
      let circuit = Circuit.iteratedSquaring(modulus: modulus, squarings: squarings)
      for x in 0..<(UInt64(1) << UInt64(circuit.inputCount)) {
        let expected = (0..<squarings).reduce(x % modulus) { y, _ in y * y % modulus }
        #expect(circuit(x.bits(circuit.inputCount)).integer == expected, "x = \(x), \(squarings) squarings")
      }
    }
  }

  @Test(arguments: [65521, 4_294_967_291, 1 << 63, (1 << 63) + 29, .max - 58, .max] as [UInt64])
  func iteratedSquaringAgreesAtRandomForLargeModuli(modulus: UInt64) {
    let circuit = Circuit.iteratedSquaring(modulus: modulus, squarings: 2)
    var generator = SplitMix64(seed: modulus)
    for _ in 0..<20 {
      let x = generator.next() & WordMask.low(circuit.inputCount)
      let expected = (0..<2).reduce(x % modulus) { y, _ in
        modulus.dividingFullWidth(y.multipliedFullWidth(by: y)).remainder
      }
      #expect(circuit(x.bits(circuit.inputCount)).integer == expected)
    }
  }

  @Test func everyMutantOfASmallAdderIsNoticed() {
    let circuit = Circuit.rippleCarryAdder(width: 4)
    for g in 0..<circuit.gateCount { #expect(circuit.firstDifference(from: circuit.complementing(gate: g)) != nil) }
  }
}

/// Masks of words.
enum WordMask {
  /// The low `width` bits.
  static func low(_ width: Int) -> UInt64 { width >= 64 ? .max : (1 << UInt64(width)) - 1 }
}
