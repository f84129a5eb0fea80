// Tests of the card of lower bounds: figures by hand, when a bound applies, and that no network stands below a bound that applies.
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing

private typealias Term = IntegerNetwork.Term
private typealias Row = IntegerNetwork.Row
private typealias Layer = IntegerNetwork.Layer

@Suite struct LowerBoundTests {
  private static func entry(
    _ kind: LowerBound.Kind, _ network: IntegerNetwork, _ data: MemorizationData, faultCount: Int = 0
  ) throws -> LowerBound {
    let card = LowerBounds(network, on: data, faultCount: faultCount)
    #expect(card.entries.map(\.kind) == LowerBound.Kind.allCases)
    return try #require(card.entries.first { $0.kind == kind })
  }

  /// Cover's sum, exactly.
  @Test func theNumberOfDichotomiesIsCovers() {
    func binomial(_ n: Int, _ k: Int) -> Integer {
      k > n ? 0 : (0..<k).reduce(Integer(1)) { $0 * Integer(n - $1) / Integer($1 + 1) }
    }
    #expect(exp2(LowerBounds.dichotomyBits(4, 3)).rounded() == 14)
    for count in 1...40 {
      for n in 1...45 {
        let exact = 2 * (0..<n).reduce(Integer(0)) { $0 + binomial(count - 1, $1) }
        #expect(abs(LowerBounds.dichotomyBits(count, n) - log2(Double(exact))) < 1e-9)
      }
    }
  }

  @Test func theBitsOfLabelsAreCountedByHand() throws {
    // Five points, two of label 1: binomial(5, 2) = 10 arrangements.
    let data = try MemorizationData(text: "0,0\n1,1\n2,0\n3,1\n4,0\n")
    var generator = SplitMix64(seed: 1)
    let network = try ZhangMemorizer.memorize(data, using: &generator).network
    let exact = try Self.entry(.description, network, data)
    #expect(abs(exact.bound - log2(10)) < 1e-9 && exact.applies)
    // One fault: less 5 H2(1/5).
    let entropy = -0.2 * log2(0.2) - 0.8 * log2(0.8)
    let faulty = try Self.entry(.description, network, data, faultCount: 1)
    #expect(abs(faulty.bound - max(0, log2(10) - 5 * entropy)) < 1e-9)
    // Three labels, twice each: 6! / 2^3 = 90.
    let three = try MemorizationData(text: "0,0\n1,1\n2,0\n3,1\n4,5\n5,5\n")
    let other = try ZhangMemorizer.memorize(three, using: &generator).network
    let entry = try Self.entry(.parameterBits, other, three)
    #expect(abs(entry.bound - log2(90)) < 1e-9)
    let size = other.size
    let bits = Double(size.maximumBits)
    #expect(abs(entry.measured - Double(size.nonZero) * (bits + 1 + log2(bits + 1))) < 1e-6)
  }

  @Test func descriptionsAreAPrefixCodeOnSmallNetworks() throws {
    // All networks of one input without hidden layers, weight and bias below 2^6: Kraft's sum is at most 1, and grows.
    var sum = 0.0
    for weight in -63...63 {
      for bias in -63...63 {
        let terms = weight == 0 ? [] : [Term(0, Rational(weight))]
        sum += exp2(
          -Double(
            try IntegerNetwork(inputCount: 1, hiddenLayers: [], outputs: [Row(terms, bias: Rational(bias))])
              .descriptionBits))
      }
    }
    #expect(sum > 0 && sum <= 1)
    // Inputs 1: 1 bit; layers 0: 1; rows 1: 1; repeated: 1; bias 0/1: 1 + 1; terms 0 + 1: 1.
    let nothing = try IntegerNetwork(inputCount: 1, hiddenLayers: [], outputs: [Row([], bias: 0)])
    #expect(nothing.descriptionBits == 7)
    // Terms 1 + 1: 4 bits instead of 1; distance 1: 1; weight 1 = 2: 4; denominator 1: 1.
    let one = try IntegerNetwork(inputCount: 1, hiddenLayers: [], outputs: [Row([Term(0, 1)], bias: 0)])
    #expect(one.descriptionBits == 7 + 3 + 1 + 4 + 1)
  }

  @Test func alternatingLabelsOnALineNeedAsManyPiecesAsTheyHaveGaps() throws {
    let data = try MemorizationData(
      integerPoints: (0..<9).map { [Integer($0)] }, labels: (0..<9).map { Rational($0 % 2) })
    var generator = SplitMix64(seed: 1)
    for construction in [MemorizationConstruction.zhang, .twoLayer, .vardi] {
      let network = try construction.memorize(data, using: &generator).network
      let entry = try Self.entry(.pieces, network, data)
      #expect(entry.applies && abs(entry.bound - 3) < 1e-12)
      #expect(entry.measured >= entry.bound)
      let pieces = try LinearPieces(of: network, from: 0, to: 8)
      #expect(pieces.count >= 8 && log2(Double(pieces.count)) <= entry.measured)
    }
    // Ascending labels need one piece.
    let ascending = data.relabelled((0..<9).map { Rational($0 * $0) })
    let network = try ZhangMemorizer.memorize(ascending, using: &generator).network
    #expect(try Self.entry(.pieces, network, ascending).bound == 0)
  }

  @Test func aBoundAppliesOnlyToWhatItSpeaksOf() throws {
    let points = drawnPoints(40, dimension: 3, in: -500...500, seed: 1)
    var generator = SplitMix64(seed: 1)
    let binary = try MemorizationData(integerPoints: points, labels: drawnBits(40, seed: 1))
    let baum = try BaumMemorizer.memorize(binary, using: &generator).network
    #expect(try Self.entry(.dichotomies, baum, binary).applies)
    #expect(try Self.entry(.growth, baum, binary).applies)
    #expect(try !Self.entry(.pieces, baum, binary).applies)
    let zhang = try ZhangMemorizer.memorize(binary, using: &generator).network
    #expect(try !Self.entry(.dichotomies, zhang, binary).applies)
    #expect(try !Self.entry(.anyPoints, zhang, binary).applies)
    let real = binary.relabelled(drawnLabels(40, bound: 100, seed: 1))
    let bubeck = try BubeckMemorizer.memorize(real, using: &generator).network
    #expect(try !Self.entry(.growth, bubeck, real).applies)
  }

  /// The architectures do memorize every labelling, so that a true bound is below each of them, and a false one is seen here.
  @Test(arguments: [MemorizationConstruction.zhang, .baum, .bubeck, .twoLayer, .vardi], [20, 200])
  func noNetworkStandsBelowABoundThatApplies(construction: MemorizationConstruction, count: Int) throws {
    for dimension in [1, 4] {
      let data = try MemorizationData(
        integerPoints: drawnPoints(count, dimension: dimension, in: -1_000_000...1_000_000, seed: count),
        labels: drawnBits(count, seed: count))
      var generator = SplitMix64(seed: 1)
      let network = try construction.memorize(data, using: &generator).network
      let card = LowerBounds(network, on: data, separation: Separation(of: data))
      for entry in card.entries where entry.applies {
        #expect(entry.measured >= entry.bound, "\(entry)")
        #expect(entry.ratio.map { $0 >= 1 } ?? (entry.bound == 0))
      }
      #expect(card.entries.last?.reason.contains("r / delta = ") == true)
      let json = try JSONEncoder().encode(card)
      #expect(try JSONDecoder().decode(LowerBounds.self, from: json) == card)
    }
  }

  @Test func thresholdUnitsBelowCoversBoundAreBelowIt() throws {
    // 200 points in the plane and one hidden threshold unit: C(200, 3) C(200, 2) labellings, not 2^200.
    let data = try MemorizationData(
      integerPoints: drawnPoints(200, dimension: 2, in: -999...999, seed: 1), labels: drawnBits(200, seed: 1))
    let one = try IntegerNetwork(
      inputCount: 2, hiddenLayers: [Layer(.threshold, [Row([Term(0, 1)], bias: 0)])],
      outputs: [Row([Term(0, 1)], bias: 0)])
    let entry = try Self.entry(.dichotomies, one, data)
    #expect(entry.applies && entry.bound > 5 && entry.measured == 1 && (entry.ratio ?? 1) < 0.2)
    let growth = try Self.entry(.growth, one, data)
    // Layer 1: 200 signs in 1 parameter; output: 200 signs in 2 parameters.
    let expected = 1 + log2(2 * M_E * 200) + 1 + 2 * log2(2 * M_E * 200 / 2)
    #expect(growth.bound == 200 && abs(growth.measured - expected) < 1e-9)
  }
}
