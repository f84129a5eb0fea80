// Tests of networks as values: the two evaluations against each other, the checks of their shape, their counts.
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing

private typealias Term = IntegerNetwork.Term
private typealias Row = IntegerNetwork.Row
private typealias Layer = IntegerNetwork.Layer

@Suite struct IntegerNetworkTests {
  /// x -> 1/2 |x| - 1/3, then a threshold layer [x >= 2] as a second network.
  private static func absoluteValue() throws -> IntegerNetwork {
    try IntegerNetwork(
      inputCount: 1, hiddenLayers: [Layer(.relu, [Row([Term(0, 1)], bias: 0), Row([Term(0, -1)], bias: 0)])],
      outputs: [Row([Term(0, Rational(1, 2)), Term(1, Rational(1, 2))], bias: Rational(-1, 3))])
  }

  @Test(arguments: [
    (Rational(0), Rational(-1, 3)), (Rational(4), Rational(5, 3)), (Rational(-4), Rational(5, 3)),
    (Rational(1, 3), Rational(-1, 6)), (Rational(-7, 5), Rational(11, 30)),
  ])
  func aNetworkThatIsWrittenByHandHasItsValues(point: Rational, expected: Rational) throws {
    let network = try Self.absoluteValue()
    #expect(network.outputs(at: [point]) == [expected])
    let evaluator = NetworkEvaluator(network, scale: point.denominator)
    #expect(evaluator.outputs(at: [point.numerator]) == [expected])
  }

  @Test func aThresholdUnitFiresAtZeroAndBiasesAreScaledUpToIt() throws {
    // [2x >= 1] at fractions, then ReLU(3 h - 1): 2 from x = 1/2 on.
    let network = try IntegerNetwork(
      inputCount: 1,
      hiddenLayers: [Layer(.threshold, [Row([Term(0, 2)], bias: -1)]), Layer(.relu, [Row([Term(0, 3)], bias: -1)])],
      outputs: [Row([Term(0, 1)], bias: 0)])
    for (numerator, expected) in [(4, 0), (5, 2), (6, 2), (-5, 0)] {
      #expect(network.outputs(at: [Rational(Integer(numerator), 10)]) == [Rational(expected)])
      #expect(NetworkEvaluator(network, scale: 10).outputs(at: [Integer(numerator)]) == [Rational(expected)])
    }
  }

  /// Sums that stay in a word, that leave 128 bits on the way, and that begin with many limbs.
  @Test(arguments: [0, 40, 64, 130, 700])
  func theFastEvaluationAgreesWithTheSlowOne(largeBits: Int) throws {
    var generator = SplitMix64(seed: largeBits)
    for _ in 0..<150 {
      let inputs = Int.random(in: 1...5, using: &generator)
      let depth = Int.random(in: 0...4, using: &generator)
      let widths = (0..<depth).map { _ in Int.random(in: 1...6, using: &generator) }
      let network = try drawnNetwork(
        inputs: inputs, widths: widths, outputs: Int.random(in: 1...3, using: &generator), largeBits: largeBits,
        using: &generator)
      let scale = Integer(Int.random(in: 1...3, using: &generator))
      let evaluator = NetworkEvaluator(network, scale: scale)
      for _ in 0..<8 {
        let shift = Int.random(in: 0...1, using: &generator) * largeBits
        let point = (0..<inputs).map { _ in Integer(Int.random(in: -20...20, using: &generator)) << shift }
        #expect(evaluator.outputs(at: point) == network.outputs(at: point.map { Rational($0, scale) }))
      }
    }
  }

  @Test func sumsAtTheEdgesOf64And128BitsCarry() throws {
    let edges = [63, 64, 127, 128, 191, 192].flatMap { bits in
      [(Integer(1) << bits) - 1, Integer(1) << bits, (Integer(1) << bits) + 1]
    }
    for a in edges {
      for b in edges {
        let network = try IntegerNetwork(
          inputCount: 2,
          hiddenLayers: [
            Layer(
              .relu,
              [
                Row([Term(0, a), Term(1, b)], bias: 0), Row([Term(0, a), Term(1, -b)], bias: b - a),
                Row([Term(0, a), Term(1, -b)], bias: b - a + 1),
              ])
          ],
          outputs: (0..<3).map { Row([Term($0, 1)], bias: 0) })
        for point in [[a, b], [1, 1], [b, a], [-b, -a], [a, -b]] as [[Integer]] {
          #expect(NetworkEvaluator(network).outputs(at: point) == network.outputs(at: point.map { Rational($0) }))
        }
      }
    }
  }

  /// Each case differs from a valid network in one thing.
  @Test(
    arguments: [
      (0, [], [Row([], bias: Rational(0))], "network: expected 1 to 16777216 inputs, found 0"),
      (1, [], [], "network layer 0: expected 1 to 16777216 rows, found 0"),
      (1, [Layer(.relu, [])], [Row([], bias: 0)], "network layer 0: expected 1 to 16777216 rows, found 0"),
      (
        1, [Layer(.relu, [Row([Term(1, 1)], bias: 0)])], [Row([], bias: 0)],
        "network layer 0 row 0: expected a column in 0..<1, found column 1"
      ),
      (
        2, [Layer(.relu, [Row([Term(1, 1), Term(0, 1)], bias: 0)])], [Row([], bias: 0)],
        "network layer 0 row 0: expected no further column, found column 0"
      ),
      (
        3, [Layer(.relu, [Row([Term(1, 1), Term(1, 1)], bias: 0)])], [Row([], bias: 0)],
        "network layer 0 row 0: expected a column in 2..<3, found column 1"
      ),
      (
        1, [Layer(.relu, [Row([], bias: 0), Row([Term(0, 0)], bias: 0)])], [Row([], bias: 0)],
        "network layer 0 row 1: expected weights that are not 0, found 0 at column 0"
      ),
      (
        5, [Layer(.relu, [Row([], bias: 0)])], [Row([Term(1, 1)], bias: 0)],
        "network layer 1 row 0: expected a column in 0..<1, found column 1"
      ),
      (
        1, [], [Row([Term(-1, 1)], bias: 0)], "network layer 0 row 0: expected a column in 0..<1, found column -1"
      ),
    ] as [(Int, [IntegerNetwork.Layer], [IntegerNetwork.Row<Rational>], String)])
  func layersThatDoNotFitAreRefusedWithTheirPlace(
    inputs: Int, layers: [IntegerNetwork.Layer], outputs: [IntegerNetwork.Row<Rational>], expected: String
  ) throws {
    let error = #expect(throws: IntegerNetworkError.self) {
      try IntegerNetwork(inputCount: inputs, hiddenLayers: layers, outputs: outputs)
    }
    #expect(error?.description == expected)
  }

  @Test func theCountsOfANetworkThatIsCountedByHand() throws {
    let network = try IntegerNetwork(
      inputCount: 3,
      hiddenLayers: [
        Layer(
          .relu,
          [
            Row([Term(0, 4), Term(2, -7)], bias: 0), Row([Term(0, 4), Term(2, -7)], bias: 9), Row([], bias: -1),
          ])
      ],
      outputs: [Row([Term(0, Rational(-3, 5)), Term(1, 2)], bias: 0)])
    let size = network.size
    #expect(size.inputCount == 3 && size.hiddenLayerCount == 1 && size.width == 3 && size.hiddenUnitCount == 3)
    // 3 (3 + 1) + 1 (3 + 1); weights 4 + 2, biases 9 and -1.
    #expect(size.dense == 16)
    #expect(size.nonZero == 8)
    // The second row's two weights are those of the row above.
    #expect(size.tied == 6)
    // 4, -7, 9, -1, -3/5, 2.
    #expect(size.distinct == 6)
    // 4: 3, -7: 3, twice; 9: 4; -1: 1; -3/5: 2 + 3; 2: 2.
    #expect(size.bitSum == 12 + 4 + 1 + 5 + 2)
    #expect(size.maximumBits == 5)
    // (3/5 + 2) sqrt(16 + 49).
    #expect(abs((size.totalWeight ?? 0) - 2.6 * 65.0.squareRoot()) < 1e-11)
    #expect(try Self.absoluteValue().size.totalWeight == 1)
  }

  @Test func aNetworkSurvivesJSONAndOneThatDoesNotFitIsRefused() throws {
    var generator = SplitMix64(seed: 5)
    let network = try drawnNetwork(inputs: 2, widths: [3, 2], outputs: 2, largeBits: 90, using: &generator)
    let json = try JSONEncoder().encode(network)
    #expect(try JSONDecoder().decode(IntegerNetwork.self, from: json) == network)
    let text = String(decoding: json, as: UTF8.self).replacingOccurrences(
      of: "\"inputCount\":2", with: "\"inputCount\":0")
    #expect(throws: DecodingError.self) { try JSONDecoder().decode(IntegerNetwork.self, from: Data(text.utf8)) }
  }
}
