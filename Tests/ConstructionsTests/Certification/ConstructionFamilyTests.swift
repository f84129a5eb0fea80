// A surrogate of few wires has the bounds of the real model of many: compared with real models, number by number.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Testing
import Transformers
import Verification

private let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"

/// The roundings of the report and two more, from fine to coarse.
private let roundings: [Semantics] =
  [.softmax]
  + [FloatFormat.binary32, .binary16, .bfloat16].flatMap { format in
    [true, false].map { Semantics.rounded(RoundingModel(format, keepsDigits: $0)) }
  } + [.rounded(RoundingModel(unit: 0x1p-14)), .rounded(RoundingModel(unit: 0x1p-10))]

/// A real model and the family of its gates.
struct RealModel {
  let simulation: CircuitSimulation
  let checker: Checker
  let family: ConstructionFamily

  init(_ circuit: Circuit, _ target: PositionalTarget?, folds: Bool = true) throws {
    var options = CircuitChain.Options()
    options.foldsInverters = folds
    simulation =
      try target.map { try CircuitSimulation(of: circuit, target: $0, options: options) }
      ?? CircuitSimulation(of: circuit, options: options)
    let model = simulation.model()
    checker = Checker(model, form: simulation.manifest.promptForm)
    family = ConstructionFamily(
      target: target, fanIn: simulation.manifest.fanIn,
      tables: try ChainReading(model, simulation.manifest).wholeTables, hasInputs: simulation.manifest.inputCount > 0)
  }

  var wireCount: Int { simulation.manifest.wireCount }
}

/// A random circuit of `wires` wires in which every gate has `fanIn` operands and nothing folds.
func randomCircuit(wires: Int, fanIn: Int, seed: UInt64) -> Circuit {
  var random = Philox(seed: seed)
  return .random(size: wires - fanIn - 1, inputs: fanIn + 1, fanIn: fanIn...fanIn, using: &random)
}

/// Expects bounds of the surrogate that are those of the model, or worse; returns whether the model is certified.
@discardableResult
private func compare(_ real: RealModel, _ semantics: Semantics, isEqual: Bool) -> Bool {
  let place = "T = \(real.wireCount), \(semantics)"
  let found = try? real.checker.derive(semantics).bounds
  let surrogate = try? real.family.bounds(semantics, wireCount: real.wireCount)
  guard let found else {
    #expect(surrogate == nil, "\(place): the surrogate is certified, and the model is not")
    return false
  }
  guard let surrogate else {
    #expect(!isEqual, "\(place): the model is certified, and the surrogate is not")
    return true
  }
  /// Sums in another order differ in the last digits.
  func expect(_ real: Double, isAtLeast other: Double, _ name: String) {
    if real == other { return }
    #expect(real >= other - 1e-9 * abs(other), "\(place): \(name) \(real), the surrogate's \(other)")
    guard isEqual else { return }
    #expect(abs(real - other) <= 1e-9 * abs(other), "\(place): \(name) \(real), the surrogate's \(other)")
  }
  expect(found.layers[0].scoreGap.value, isAtLeast: surrogate.layers[0].scoreGap.value, "score gap")
  expect(-found.layers[0].leak.value, isAtLeast: -surrogate.layers[0].leak.value, "-leak")
  expect(-found.layers[0].fetchError, isAtLeast: -surrogate.layers[0].fetchError, "-fetch error")
  expect(found.tokenMargin.value, isAtLeast: surrogate.tokenMargin.value, "margin")
  expect(-found.largestMagnitude, isAtLeast: -surrogate.largestMagnitude, "-largest number")
  return true
}

@Suite struct ConstructionFamilyTests {
  @Test(arguments: isSlow ? [40, 100, 1000, 10_000, 100_000] : [40, 100, 1000])
  func aSurrogateHasTheBoundsOfTheModelOfItsSize(_ wires: Int) throws {
    var counts = (certified: 0, all: 0)
    for target in [nil, PositionalTarget.float32, .gpt2] {
      let real = try RealModel(randomCircuit(wires: wires, fanIn: 2, seed: 1), target)
      #expect(real.wireCount == wires)
      for semantics in roundings {
        counts.all += 1
        if compare(real, semantics, isEqual: true) { counts.certified += 1 }
      }
    }
    #expect(counts.certified >= 9, "\(counts) are certified")
  }

  @Test(arguments: 1...4)
  func aSurrogateIsNeverBetterThanTheModel(_ fanIn: Int) throws {
    // Operands that repeat, constants, gates that read the wire before: fewer cases than the surrogate has.
    var random = Philox(seed: 2)
    for (index, wires) in [5, 9, 14, 15, 16, 30, 31, 62, 63, 200].enumerated() where wires > 2 * fanIn {
      let circuit =
        index % 2 == 0
        ? oddGates(wires - 2, inputs: 2, fanIn: fanIn, using: &random)
        : Circuit.random(size: wires - fanIn, inputs: fanIn, fanIn: 1...fanIn, using: &random)
      for target in [nil, PositionalTarget.float32, .gpt2] {
        let real = try RealModel(circuit, target, folds: index % 2 != 0)
        guard real.simulation.chain.stepCount > 0, real.wireCount >= real.family.leastWireCount else { continue }
        for semantics in roundings { compare(real, semantics, isEqual: false) }
      }
    }
  }

  @Test(arguments: [(0, 2), (0, 3), (2, 2), (3, 4)])
  func aSurrogateHasTheBoundsOfAFinitePrecision(_ e: Int, _ s: Int) throws {
    let format = FloatFormat(exponentBits: e, significandBits: s)
    for (wires, fanIn) in [(20, 2), (100, 2), (1000, 2), (200, 3)] {
      let real = try RealModel(randomCircuit(wires: wires, fanIn: fanIn, seed: 3), .finitePrecision(format))
      #expect(compare(real, .finitePrecision(format), isEqual: true))
    }
  }

  @Test func theFirstLengthThatFailsIsThatOfRealModels() throws {
    for target in [nil, PositionalTarget.gpt2] {
      let family = try RealModel(randomCircuit(wires: 100, fanIn: 2, seed: 4), target).family
      // Some rounding fails at a size that can be built.
      let failures = (8...16).lazy.map { k in
        let semantics = Semantics.rounded(RoundingModel(unit: Double(sign: .plus, exponent: 0 - k, significand: 1)))
        return (semantics: semantics, first: family.leastFailingWireCount(semantics) ?? .max)
      }
      let (semantics, first) = try #require(failures.first { (5..<5000).contains($0.first) })
      for wires in [first - 1, first] {
        let real = try RealModel(randomCircuit(wires: wires, fanIn: 2, seed: 4), target)
        let isCertified = (try? real.checker.derive(semantics)) != nil
        #expect(isCertified == (wires < first), "T = \(wires) of \(first)")
      }
    }
  }

  @Test func theLeastGainSplitsGains() throws {
    for target in [nil, PositionalTarget.float32, .gpt2] {
      let family = try RealModel(randomCircuit(wires: 100, fanIn: 2, seed: 5), target).family
      for semantics in roundings.dropFirst() {
        guard let gap = family.leastScoreGap(semantics, wireCount: 100) else { continue }
        #expect(family.isCertified(semantics, wireCount: 100, scoreGap: gap))
        #expect(!family.isCertified(semantics, wireCount: 100, scoreGap: gap / 2))
      }
      // softmax leaks less than a half as soon as exp(-gap) does, so rounding alone can ask for more.
      #expect((family.leastScoreGap(.softmax, wireCount: 100) ?? 99) <= 16)
    }
  }

  @Test func lengthsAreOfTheCodesThatRealLayoutsHave() {
    for target in [nil, PositionalTarget.float32, .gpt2] {
      for hasInputs in [true, false] {
        let family = ConstructionFamily(target: target, fanIn: 2, tables: [6], hasInputs: hasInputs)
        for length in 3...20 {
          let last = family.greatestWireCount(codeLength: length)
          #expect(family.code(wireCount: last).length == length)
          #expect(family.code(wireCount: last + 1).length == length + 1)
        }
      }
    }
    let family = ConstructionFamily(target: nil, fanIn: 3, tables: [1], hasInputs: true)
    #expect(throws: Doubt.self) { try family.bounds(.softmax, wireCount: 3) }
    #expect(!family.isCertified(.softmax, wireCount: 3))
    #expect(family.isCertified(.softmax, wireCount: 4))
  }

  @Test func manyGatesAreDividedWhereThereIsNoRoom() {
    // All functions of two operands, for circuits of few wires: every gate is in some surrogate.
    let family = ConstructionFamily(target: nil, fanIn: 2, tables: 0..<16, hasInputs: true)
    let finite = FloatFormat(exponentBits: 0, significandBits: 2)
    for wires in [3, 4, 5, 8, 40] {
      let checkers = family.checkers(.finitePrecision(finite), wireCount: wires)
      #expect(Set(checkers.flatMap(\.tables)) == Set((0..<16).map { [$0] }))
      #expect(checkers.allSatisfy { $0.checker.form.wireCount <= wires })
    }
  }
}

/// Random gates of 0 to `fanIn` operands, which may repeat, and of any table.
private func oddGates(_ gates: Int, inputs: Int, fanIn: Int, using random: inout Philox) -> Circuit {
  var builder = CircuitBuilder(inputCount: inputs)
  var last = Wire(0)
  for _ in 0..<gates {
    let k = Int.random(in: 0...fanIn, using: &random)
    let operands = (0..<k).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
    last = builder.gate(TruthTable(bits: random.next(), inputCount: k), operands)
  }
  return builder.circuit(outputs: [Literal(last)])
}
