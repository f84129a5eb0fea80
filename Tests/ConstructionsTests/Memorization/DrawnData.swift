// Data sets that tests draw from a seed: points, labels, and networks of random layers.
import Constructions
import ExactArithmetic
import TestSupport

/// N different points with coordinates in a range.
func drawnPoints(_ count: Int, dimension: Int, in range: ClosedRange<Int>, seed: Int) -> [[Integer]] {
  var generator = SplitMix64(seed: seed)
  var seen: Set<[Int]> = []
  var points: [[Integer]] = []
  while points.count < count {
    let point = (0..<dimension).map { _ in Int.random(in: range, using: &generator) }
    if seen.insert(point).inserted { points.append(point.map { Integer($0) }) }
  }
  return points
}

/// Fractions with numerators in -bound...bound and denominators in 1...denominators.
func drawnLabels(_ count: Int, bound: Int, denominators: Int = 1, seed: Int) -> [Rational] {
  var generator = SplitMix64(seed: seed)
  return (0..<count).map { _ in
    Rational(
      Integer(Int.random(in: -bound...bound, using: &generator)),
      Integer(Int.random(in: 1...denominators, using: &generator)))
  }
}

/// Labels 0 and 1.
func drawnBits(_ count: Int, seed: Int) -> [Rational] {
  var generator = SplitMix64(seed: seed)
  return (0..<count).map { _ in Rational(Int(generator.next() & 1)) }
}

/// A network of random layers: small numbers with some that fill several limbs, rows that repeat the weights above.
func drawnNetwork(
  inputs: Int, widths: [Int], outputs: Int, activations: [IntegerNetwork.Activation] = [.relu, .threshold],
  largeBits: Int = 0, using generator: inout SplitMix64
) throws -> IntegerNetwork {
  func number() -> Integer {
    let small = Integer(Int.random(in: -9...9, using: &generator))
    guard largeBits > 0, Int.random(in: 0..<3, using: &generator) == 0 else { return small }
    let shift = Int.random(in: 0...largeBits, using: &generator)
    return (small << shift) + Integer(Int.random(in: -5...5, using: &generator))
  }
  func terms(_ columns: Int) -> [IntegerNetwork.Term<Integer>] {
    (0..<columns).compactMap { column in
      guard Int.random(in: 0..<4, using: &generator) != 0 else { return nil }
      let weight = number()
      return weight == 0 ? nil : IntegerNetwork.Term(column, weight)
    }
  }
  var columns = inputs
  var layers: [IntegerNetwork.Layer] = []
  for width in widths {
    var rows: [IntegerNetwork.Row<Integer>] = []
    for _ in 0..<width {
      let repeated = Int.random(in: 0..<3, using: &generator) == 0 ? rows.last?.terms : nil
      rows.append(IntegerNetwork.Row(repeated ?? terms(columns), bias: number()))
    }
    let activation = activations[Int.random(in: 0..<activations.count, using: &generator)]
    layers.append(IntegerNetwork.Layer(activation, rows))
    columns = width
  }
  let last = (0..<outputs).map { _ in
    IntegerNetwork.Row(
      terms(columns).map {
        IntegerNetwork.Term($0.column, Rational($0.weight, Integer(Int.random(in: 1...4, using: &generator))))
      }, bias: Rational(number(), Integer(Int.random(in: 1...6, using: &generator))))
  }
  return try IntegerNetwork(inputCount: inputs, hiddenLayers: layers, outputs: last)
}
