// Tests of the exact piece counter: sawtooths, networks by hand, and a counter that only looks at values.
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing

private typealias Term = IntegerNetwork.Term
private typealias Row = IntegerNetwork.Row
private typealias Layer = IntegerNetwork.Layer

@Suite struct LinearPieceTests {
  @Test func theSawtoothOfDepthLHasTwoToTheLPieces() throws {
    let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"
    for depth in 1...(isSlow ? 20 : 11) {
      let network = TelgarskySawtooth.network(depth: depth)
      let pieces = try LinearPieces(of: network, from: 0, to: 1)
      #expect(pieces.count == 1 << depth)
      #expect(Integer(pieces.count) <= LinearPieces.bound(widths: network.hiddenLayers.map(\.rows.count)))
      // Teeth from 0 to 1 at the multiples of 2^-L.
      for i in stride(from: 0, through: 1 << depth, by: max(1, 1 << (depth - 8))) {
        #expect(pieces.breakpoints[i] == Rational(Integer(i), Integer(1) << depth))
        #expect(pieces.values[i] == Rational(i % 2))
      }
      #expect(network.size.width == 2 && network.size.hiddenLayerCount == depth)
    }
  }

  @Test func outsideTheIntervalTheSawtoothIsFlatFromTheSecondLayerOn() throws {
    #expect(try LinearPieces(of: TelgarskySawtooth.network(depth: 1), from: -3, to: 4).count == 3)
    for depth in 2...6 {
      let pieces = try LinearPieces(of: TelgarskySawtooth.network(depth: depth), from: -3, to: 4)
      #expect(pieces.count == (1 << depth) + 2)
    }
  }

  @Test func piecesThatContinueOneAnotherAreOne() throws {
    // ReLU(x) - ReLU(-x) is x; ReLU(x) + ReLU(-x) is |x|.
    let units = Layer(.relu, [Row([Term(0, 1)], bias: 0), Row([Term(0, -1)], bias: 0)])
    let line = try IntegerNetwork(
      inputCount: 1, hiddenLayers: [units], outputs: [Row([Term(0, 1), Term(1, -1)], bias: 0)])
    #expect(try LinearPieces(of: line, from: -1, to: 1).count == 1)
    let absolute = try IntegerNetwork(
      inputCount: 1, hiddenLayers: [units], outputs: [Row([Term(0, 1), Term(1, 1)], bias: 0)])
    #expect(try LinearPieces(of: absolute, from: -1, to: 1).breakpoints == [-1, 0, 1])
    #expect(try LinearPieces(of: absolute, from: 0, to: 1).count == 1)
    let affine = try IntegerNetwork(inputCount: 1, hiddenLayers: [], outputs: [Row([Term(0, 5)], bias: 3)])
    #expect(try LinearPieces(of: affine, from: -1, to: 1).count == 1)
  }

  /// A counter that knows values alone: all sign changes of all units on the interval, found by evaluating ever longer beginnings of the network.
  private static func piecesByEvaluation(_ network: IntegerNetwork, from start: Rational, to end: Rational) throws
    -> Int
  {
    var points: [Rational] = [start, end]
    for depth in 1...network.hiddenLayers.count {
      for unit in 0..<network.hiddenLayers[depth - 1].rows.count {
        let row = network.hiddenLayers[depth - 1].rows[unit]
        let terms = row.terms.map { Term<Rational>($0.column, Rational($0.weight)) }
        let output = Row<Rational>(terms, bias: Rational(row.bias))
        let before = try IntegerNetwork(
          inputCount: 1, hiddenLayers: Array(network.hiddenLayers.prefix(depth - 1)), outputs: [output])
        var roots: [Rational] = []
        for (a, b) in zip(points, points.dropFirst()) {
          let (fa, fb) = (before.outputs(at: [a])[0], before.outputs(at: [b])[0])
          let part: Rational = fa / (fa - fb + (fa == fb ? 1 : 0))
          if fa.signum() * fb.signum() < 0 { roots.append(a + (b - a) * part) }
        }
        // Later units of the layer may look at these points too: they only refine.
        points = Array(Set(points + roots)).sorted()
      }
    }
    let values = points.map { network.outputs(at: [$0])[0] }
    let slopes = (1..<points.count).map { i -> Rational in
      (values[i] - values[i - 1]) / (points[i] - points[i - 1])
    }
    return 1 + zip(slopes, slopes.dropFirst()).reduce(0) { $0 + ($1.0 != $1.1 ? 1 : 0) }
  }

  @Test func randomNetworksHaveThePiecesOfTheirValuesAndNoMoreThanTheProduct() throws {
    var generator = SplitMix64(seed: 11)
    var most = 0
    for _ in 0..<120 {
      let widths = (0..<Int.random(in: 1...3, using: &generator)).map { _ in Int.random(in: 1...4, using: &generator) }
      let network = try drawnNetwork(inputs: 1, widths: widths, outputs: 1, activations: [.relu], using: &generator)
      let pieces = try LinearPieces(of: network, from: -10, to: 10)
      #expect(try pieces.count == Self.piecesByEvaluation(network, from: -10, to: 10))
      #expect(Integer(pieces.count) <= LinearPieces.bound(widths: widths))
      for (x, y) in zip(pieces.breakpoints, pieces.values) { #expect(network.outputs(at: [x]) == [y]) }
      most = max(most, pieces.count)
    }
    #expect(most > 4)
  }

  @Test func whatHasNoLinearPiecesIsRefused() throws {
    let two = try IntegerNetwork(inputCount: 2, hiddenLayers: [], outputs: [Row([], bias: 0)])
    #expect(throws: LinearPieces.Refusal.inputs(2)) { try LinearPieces(of: two, from: 0, to: 1) }
    let step = try IntegerNetwork(
      inputCount: 1, hiddenLayers: [Layer(.threshold, [Row([Term(0, 1)], bias: 0)])], outputs: [Row([], bias: 0)])
    #expect(throws: LinearPieces.Refusal.threshold(layer: 0)) { try LinearPieces(of: step, from: 0, to: 1) }
    #expect(throws: LinearPieces.Refusal.breakpoints(limit: 100)) {
      try LinearPieces(of: TelgarskySawtooth.network(depth: 9), from: 0, to: 1, limit: 100)
    }
  }
}
