// Tests of the six constructions: exact on every point, sizes as predicted, hypotheses named where data violate them.
import Constructions
import ExactArithmetic
import TestSupport
import Testing

/// Whether the slow evaluation gives every label.
private func isExactByReference(_ network: IntegerNetwork, _ data: MemorizationData) -> Bool {
  (0..<data.pointCount).allSatisfy { network.outputs(at: data.point($0)) == [data.labels[$0]] }
}

private let general: [MemorizationConstruction] = [.zhang, .twoLayer, .vardi, .bubeck]

@Suite struct ConstructionTests {
  /// Coordinates so far apart that points in general position are all but certain.
  private static func data(_ count: Int, _ dimension: Int, seed: Int, labels: [Rational]) throws -> MemorizationData {
    try MemorizationData(
      integerPoints: drawnPoints(count, dimension: dimension, in: -1000...1000, seed: seed), labels: labels)
  }

  @Test(arguments: general)
  func everyLabelOfEverySmallDataSetIsReproducedExactly(construction: MemorizationConstruction) throws {
    for count in 1...24 {
      for dimension in [1, 2, 3, 7] {
        let labels = drawnLabels(count, bound: 50, denominators: 5, seed: 100 * count + dimension)
        let data = try Self.data(count, dimension, seed: count + 31 * dimension, labels: labels)
        var generator = SplitMix64(seed: count)
        let memorization = try construction.memorize(data, using: &generator)
        #expect(isExactByReference(memorization.network, data), "N = \(count), d = \(dimension)")
        #expect(MemorizationCheck(memorization.network, on: data).isExact)
        #expect(
          memorization.prediction.differences(from: memorization.network.size) == [], "N = \(count), d = \(dimension)")
        #expect(throws: Never.self) {
          try IntegerNetwork(
            inputCount: memorization.network.inputCount, hiddenLayers: memorization.network.hiddenLayers,
            outputs: memorization.network.outputs)
        }
      }
    }
  }
}
