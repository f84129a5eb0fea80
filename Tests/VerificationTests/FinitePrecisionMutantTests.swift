// Soundness of the check in finite precision: of damaged weights it says nothing, or exactly what they do.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Tensors
import TestSupport
import Testing
import Transformers
import Verification

/// A tensor of a one-layer model.
private typealias TensorPath = WritableKeyPath<ModelWeights, Tensor<Float>>

nonisolated(unsafe) private let tensors: [TensorPath] = [
  \.tokenEmbedding, \.positions, \.headMatrix, \.onlyLayer.query.weight, \.onlyLayer.key.weight,
  \.onlyLayer.value.weight, \.onlyLayer.output.weight, \.onlyLayer.up.weight, \.onlyLayer.down.weight,
]

extension ModelWeights {
  fileprivate var onlyLayer: LayerWeights {
    get { layers[0] }
    set { layers[0] = newValue }
  }
  fileprivate var positions: Tensor<Float> {
    get { positionEmbedding ?? tokenEmbedding }
    set { positionEmbedding = newValue }
  }
  fileprivate var headMatrix: Tensor<Float> {
    get { head ?? tokenEmbedding }
    set { head = newValue }
  }
}

/// One weight changed, two rows swapped, or another attention scale; in one of four mutants two or three such changes.
private func mutant(of model: Model, using random: inout SplitMix64) -> Model {
  var result = changed(model, using: &random)
  if Int.random(in: 0..<4, using: &random) == 0 {
    for _ in 0..<Int.random(in: 1...2, using: &random) { result = changed(result, using: &random) }
  }
  return result
}

private func changed(_ model: Model, using random: inout SplitMix64) -> Model {
  var result = model
  if Int.random(in: 0..<40, using: &random) == 0 {
    result.configuration.attentionScale = [-1, 0, 0.25, 0.5, 0.75, 2, 1000][Int.random(in: 0..<7, using: &random)]
    return result
  }
  let path = tensors[Int.random(in: 0..<tensors.count, using: &random)]
  var tensor = result.weights[keyPath: path]
  // Most of the weights are 0: three in four changes are of one that is not.
  let used = tensor.elements.indices.filter { tensor.elements[$0] != 0 }
  let i =
    Int.random(in: 0..<4, using: &random) == 0
    ? Int.random(in: 0..<tensor.elements.count, using: &random) : used[Int.random(in: 0..<used.count, using: &random)]
  switch Int.random(in: 0..<6, using: &random) {
  case 0: tensor.elements[i] = -tensor.elements[i]
  case 1: tensor.elements[i] = 0
  case 2: tensor.elements[i] *= [0.25, 0.5, 0.75, 1.25, 2, 4][Int.random(in: 0..<6, using: &random)]
  case 3: tensor.elements[i] += [-4, -1, -0.5, -0.125, 0.125, 0.5, 1, 4][Int.random(in: 0..<8, using: &random)]
  case 4: tensor.elements[i] += Float.random(in: -1...1, using: &random)
  default:
    let (rows, width) = (tensor.rowCount, tensor.columnCount)
    let (a, b) = (i / width, Int.random(in: 0..<rows, using: &random))
    for c in 0..<width { tensor.elements.swapAt(a * width + c, b * width + c) }
  }
  result.weights[keyPath: path] = tensor
  return result
}

@Suite struct FinitePrecisionMutantTests {
  private static let isSlow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"

  /// A circuit, a format, and how many mutants of it are tried.
  private static let families: [(name: String, circuit: Circuit, format: FloatFormat, count: Int)] = [
    ("c17", c17, FloatFormat(exponentBits: 0, significandBits: 2), isSlow ? 3000 : 200),
    ("c17", c17, FloatFormat(exponentBits: 3, significandBits: 3), isSlow ? 3000 : 120),
    ("c17", c17, FloatFormat(exponentBits: 0, significandBits: 3, ties: .toEven), isSlow ? 3000 : 60),
    (
      "a 3-bit adder", .rippleCarryAdder(width: 3), FloatFormat(exponentBits: 0, significandBits: 2),
      isSlow ? 1000 : 40
    ),
    (
      "a 3-bit adder", .rippleCarryAdder(width: 3), FloatFormat(exponentBits: 2, significandBits: 3), isSlow ? 1000 : 25
    ),
    ("constants alone", smallCircuits[2].circuit, FloatFormat(exponentBits: 0, significandBits: 2), 200),
  ]

  @Test func aWrongProgramIsFoundToDiffer() throws {
    // The judge of the other tests: one wrong entry of one table is enough.
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let built = FinitePrecisionChain(c17, for: format)
    let program = try FinitePrecisionCheck.derive(built.model, built.form, format: format).program
    #expect(difference(program, built.model, format, on: allAssignments(5)) == nil)
    for i in 0..<program.stepCount {
      var tables = program.tables
      tables[i] ^= 1
      let wrong = LookupProgram(
        form: program.form, headCount: program.headCount, operands: program.operands, tables: tables)
      #expect(difference(wrong, built.model, format, on: allAssignments(5)) != nil)
    }
  }

  @Test(arguments: families.indices)
  func aMutantIsRefusedOrDescribedExactly(_ index: Int) throws {
    let (name, circuit, format, count) = FinitePrecisionMutantTests.families[index]
    let built = FinitePrecisionChain(circuit, for: format, foldsInverters: name != "constants alone")
    let assignments = allAssignments(built.chain.inputCount)
    let intact = try FinitePrecisionCheck.derive(built.model, built.form, format: format).program
    var random = SplitMix64(seed: 1000 + index)
    var (refused, sameFunction, otherFunction, wrong, needlesslyRefused) = (0, 0, 0, 0, 0)
    for number in 0..<count {
      let model = mutant(of: built.model, using: &random)
      guard let program = try? FinitePrecisionCheck.derive(model, built.form, format: format).program else {
        refused += 1
        if difference(intact, model, format, on: assignments) == nil { needlesslyRefused += 1 }
        continue
      }
      if let inputs = difference(program, model, format, on: assignments) {
        wrong += 1
        Issue.record("mutant \(number) of \(name) in \(format) differs on \(inputs)")
      } else if assignments.allSatisfy({ program.wireValues($0) == intact.wireValues($0) }) {
        sameFunction += 1
      } else {
        otherFunction += 1
      }
    }
    if FinitePrecisionMutantTests.isSlow {
      print(
        "\(name), \(format): \(count) mutants, \(refused) refused (of these \(needlesslyRefused) run as before), "
          + "\(sameFunction) accepted with the same function, \(otherFunction) with another, \(wrong) wrong")
    }
    #expect(wrong == 0)
    #expect(refused > 0 && sameFunction > 0)
  }
}
