// Both decoders against logits that `transformers` 4.46.3 computed in float32 (shared/data/llama-fixtures).
import ExactArithmetic
import Tensors
import Testing
import TestSupport
import Transformers

@Suite(.enabled(if: sharedData != nil))
struct GoldenModelTests {
  static let names = ["plain_untied", "llama3rope_tied"]

  @Test(arguments: names)
  func theEngineGivesTheGoldenLogits(_ name: String) throws {
    let golden = try GoldenModel(name)
    let session = try Engine(golden.model).makeSession(batchSize: golden.inputs.count)
    let logits = session.append(golden.inputs, logits: .all)
    #expect(logits.shape == golden.logits.shape)
    #expect(greatestDifference(logits.elements, golden.logits.elements) <= 1e-5)
  }

  @Test(arguments: names)
  func theEngineGivesTheGoldenLogitsStepByStep(_ name: String) throws {
    let golden = try GoldenModel(name)
    let session = try Engine(golden.model).makeSession(batchSize: golden.inputs.count)
    let v = golden.model.configuration.vocabularySize
    for i in golden.inputs[0].indices {
      let logits = session.step(golden.inputs.map { $0[i] })
      for b in golden.inputs.indices {
        let expected = golden.logits.elements[(b * 16 + i) * v..<(b * 16 + i + 1) * v]
        #expect(greatestDifference(logits.elements[b * v..<(b + 1) * v], expected) <= 1e-5)
      }
    }
  }

  @Test(arguments: names)
  func theReferenceGivesTheGoldenLogits(_ name: String) throws {
    let golden = try GoldenModel(name)
    var (inFloat, inDouble): ([Float], [Double]) = ([], [])
    for text in golden.inputs {
      var double = ReferenceDecoder(golden.model, in: DoubleArithmetic())
      var float = ReferenceDecoder(golden.model, in: FloatArithmetic())
      inDouble += try double.read(text).joined()
      inFloat += try float.read(text).joined()
    }
    #expect(greatestDifference(golden.logits.elements, inDouble) <= 1e-5)
    #expect(greatestDifference(inFloat, golden.logits.elements) <= 1e-4)
  }

  /// The comparison above must be able to fail: one weight changed by 1% is seen.
  @Test(arguments: names)
  func aMutatedWeightIsDetected(_ name: String) throws {
    var golden = try GoldenModel(name)
    golden.model.weights.layers[1].key.weight[3, 5] *= 1.01
    golden.model.weights.layers[0].down.weight[7, 2] += 0.01
    let session = try Engine(golden.model).makeSession(batchSize: golden.inputs.count)
    let logits = session.append(golden.inputs, logits: .all)
    #expect(greatestDifference(logits.elements, golden.logits.elements) > 1e-4)
  }

  @Test(arguments: names)
  func inverseFrequenciesAreTheGoldenOnes(_ name: String) throws {
    let golden = try GoldenModel(name)
    guard case .rotary(let rotary) = golden.model.configuration.positions else {
      Issue.record("the fixture has rotary positions")
      return
    }
    #expect((rotary.scaling != nil) == (name == "llama3rope_tied"))
    let frequencies = rotary.inverseFrequencies(headSize: golden.model.configuration.headSize)
    #expect(frequencies.count == golden.inverseFrequencies.count)
    for (a, b) in zip(frequencies, golden.inverseFrequencies) { #expect(abs(a / b - 1) < 1e-6) }
  }
}
