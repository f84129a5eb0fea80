// The checker of the indexed path never accepts weights that dense attention would decode differently: many damaged models, each
// refused, or decoded token by token as dense attention decodes it.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import Transformers

/// How often the checker did what.
struct SoundnessCounts: CustomStringConvertible {
  var refused = 0
  /// Accepted, and every prompt decided with the tokens of dense attention.
  var equal = 0
  /// Accepted, and some prompt left to dense attention on the way; equal up to there.
  var undecided = 0

  var description: String {
    "\(refused) refused, \(equal) accepted and equal, \(undecided) accepted and partly undecided"
  }
}

/// A token that lookup and dense attention disagree on.
struct Disagreement: Error, CustomStringConvertible {
  let engine: String
  let prompt: [Int]
  let indexed: [Int]
  let dense: [Int]

  var description: String { "after \(prompt), lookup says \(indexed) and \(engine) says \(dense)" }
}

/// Decodes every prompt by lookup, where the checker allows it, and by three dense decoders that sum in three different orders.
///
/// The first `meantCount` prompts decide whether the model counts as decided; the others mean nothing and may be left undecided.
func compare(
  _ model: Model, prompts: [[Int]], meantCount: Int? = nil, newTokens: Int, counts: inout SoundnessCounts
) throws {
  let structure: IndexedStructure
  do {
    structure = try IndexedStructure(checking: model)
  } catch {
    counts.refused += 1
    return
  }
  let engines = try [("the engine", Engine(model)), ("the engine with all columns", Engine(model, compacts: false))]
  var session = IndexedSession(structure)
  var isDecided = true
  for (i, prompt) in prompts.enumerated() {
    var tokens = prompt.map(Int32.init)
    let stop = session.generate(
      after: &tokens, maximumNewTokens: newTokens, endTokens: model.configuration.endTokens)
    if case .undecided = stop, i < meantCount ?? prompts.count { isDecided = false }
    let indexed = tokens.dropFirst(prompt.count).map(Int.init)
    guard !indexed.isEmpty else { continue }
    for (name, engine) in engines {
      let dense = engine.makeSession().generate(after: [prompt], maximumNewTokens: indexed.count)[0]
      guard dense == indexed else { throw Disagreement(engine: name, prompt: prompt, indexed: indexed, dense: dense) }
    }
    var reference = ReferenceDecoder(model, in: FloatArithmetic())
    let dense = try reference.generate(after: prompt, count: indexed.count)
    guard dense == indexed else {
      throw Disagreement(engine: "the reference", prompt: prompt, indexed: indexed, dense: dense)
    }
  }
  if isDecided { counts.equal += 1 } else { counts.undecided += 1 }
}

/// The models that are damaged: both forms, 1 to 4 heads, folded circuits and not.
private func models() -> [ConstructedChain] {
  var random = Philox(seed: 80)
  var models: [ConstructedChain] = []
  for fanIn in 1...4 {
    var options = CircuitChain.Options()
    options.foldsInverters = false
    let circuit = oddCircuit(gates: 2 + fanIn, inputs: 2, fanIn: fanIn, using: &random)
    for form in SimulationManifest.Form.allCases {
      models.append(ConstructedChain(circuit, form: form, options: options))
    }
  }
  // More than 64 tokens, so that the head is indexed by groups.
  models.append(ConstructedChain(Circuit.random(size: 36, inputs: 3, using: &random)))
  models.append(ConstructedChain(Circuit.random(size: 34, inputs: 3, fanIn: 1...3, using: &random)))
  return models
}

/// All inputs, and prompts that no circuit means: random tokens of random number.
private func prompts(_ built: ConstructedChain, for model: Model, using random: inout Philox) -> [[Int]] {
  var prompts = (0..<1 << built.circuit.inputCount).map { number in
    built.manifest.prompt((0..<built.circuit.inputCount).map { number >> $0 & 1 != 0 })
  }
  let v = model.configuration.vocabularySize
  for _ in 0..<4 {
    prompts.append((0..<Int.random(in: 1...4, using: &random)).map { _ in Int.random(in: 0..<v, using: &random) })
  }
  return prompts
}

private func rounds(_ quick: Int, slow: Int) -> Int {
  ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1" ? slow : quick
}

@Suite struct CheckerSoundnessTests {
  @Test func undamagedModelsAreAccepted() throws {
    var random = Philox(seed: 81)
    for built in models() {
      var counts = SoundnessCounts()
      let all = prompts(built, for: built.model, using: &random).dropLast(4)
      try compare(built.model, prompts: Array(all), newTokens: built.manifest.emittedTokenCount, counts: &counts)
      #expect(counts.equal == 1)
    }
  }

  @Test func damagedModelsAreRefusedOrDecodedAsDenseAttentionDecodesThem() throws {
    let models = models()
    var counts: [String: SoundnessCounts] = [:]
    var total = SoundnessCounts()
    for round in 0..<rounds(1_500, slow: 30_000) {
      var random = Philox(key: 82, stream: UInt64(round))
      let built = models[round % models.count]
      let mutation = mutated(built.model, using: &random)
      let texts = prompts(built, for: mutation.model, using: &random)
      let newTokens = min(12, built.manifest.emittedTokenCount)
      do {
        var here = SoundnessCounts()
        try compare(
          mutation.model, prompts: texts, meantCount: texts.count - 4, newTokens: newTokens, counts: &here)
        for place in mutation.place.split(separator: "+") {
          counts[String(place), default: .init()].refused += here.refused
          counts[String(place), default: .init()].equal += here.equal
          counts[String(place), default: .init()].undecided += here.undecided
        }
        total.refused += here.refused
        total.equal += here.equal
        total.undecided += here.undecided
      } catch {
        Issue.record("round \(round), \(mutation.kind) in \(mutation.place), model \(round % models.count): \(error)")
      }
    }
    print("soundness of the indexed path's checker: \(total)")
    for (place, here) in counts.sorted(by: { $0.key < $1.key }) { print("  \(place): \(here)") }
    // Neither a checker that refuses everything nor one that refuses nothing would do.
    #expect(total.refused > total.equal / 10 && total.equal > total.refused / 10)
  }

  @Test func everyEntryThatIsNotZeroIsNegatedOnce() throws {
    // One model of each form, every single entry of every tensor: no random choice decides what is looked at.
    var builder = CircuitBuilder(inputCount: 2)
    let gate = builder.gate(.nand, Wire(0), Wire(1))
    let last = builder.gate(.or, gate, Wire(1))
    let circuit = builder.circuit(outputs: [Literal(last)])
    var total = SoundnessCounts()
    for form in SimulationManifest.Form.allCases {
      let built = ConstructedChain(circuit, form: form)
      var random = Philox(seed: 83)
      for place in Place.allCases {
        guard let tensor = place.read(built.model.weights) else { continue }
        for i in tensor.elements.indices where tensor.elements[i] != 0 {
          var model = built.model
          var changed = tensor
          changed.elements[i] = -changed.elements[i]
          place.write(changed, to: &model.weights)
          do {
            try compare(
              model, prompts: prompts(built, for: model, using: &random), meantCount: 4,
              newTokens: built.manifest.emittedTokenCount, counts: &total)
          } catch {
            Issue.record("\(form), \(place.rawValue)[\(i)] negated: \(error)")
          }
        }
      }
    }
    print("every entry negated once: \(total)")
    #expect(total.refused > 0 && total.equal > 0)
  }

  // MARK: Damages that a checker without error bounds would accept

  private func expectRefusedOrUndecided(_ change: (inout Model, LlamaCircuitLayout) -> Void) throws -> SoundnessCounts {
    var random = Philox(seed: 84)
    let built = ConstructedChain(Circuit.random(size: 40, inputs: 4, using: &random))
    var model = built.model
    change(&model, LlamaCircuitLayout(wireCount: built.chain.wireCount, fanIn: built.chain.fanIn))
    var counts = SoundnessCounts()
    let texts = prompts(built, for: model, using: &random)
    try compare(model, prompts: texts, meantCount: texts.count - 4, newTokens: 20, counts: &counts)
    return counts
  }

  @Test func aCodeSoLargeThatFloat32LosesTheValueIsNotDecided() throws {
    let counts = try expectRefusedOrUndecided { model, layout in
      guard var head = model.weights.head else { return }
      for r in 0..<head.rowCount { for c in layout.stream.columns(layout.nextCode) { head[r, c] *= 0x1p22 } }
      model.weights.head = head
    }
    #expect(counts.equal == 0)
  }

  @Test func anUnevenCodeWhoseSmallPartIsLostIsNotDecided() throws {
    let counts = try expectRefusedOrUndecided { model, layout in
      guard var head = model.weights.head else { return }
      let first = layout.stream.columns(layout.nextCode).lowerBound
      for r in 0..<head.rowCount { head[r, first] *= 0x1p26 }
      model.weights.head = head
    }
    #expect(counts.equal == 0)
  }

  @Test func gatesWhoseTermsCancelAreNotDecided() throws {
    let counts = try expectRefusedOrUndecided { model, layout in
      guard var gate = model.weights.layers[0].gate?.weight else { return }
      let one = layout.stream.column(layout.one[0])
      let filling = layout.stream.columns(layout.result).upperBound
      guard filling + 1 < layout.stream.size else { return }
      for r in 0..<gate.rowCount {
        gate[r, one] += 0x1p33
        gate[r, filling] -= 0x1p32
        gate[r, filling + 1] -= 0x1p32
      }
      model.weights.layers[0].gate?.weight = gate
    }
    #expect(counts.equal == 0)
  }

  @Test func scoresThatOverflowAreRefused() throws {
    let counts = try expectRefusedOrUndecided { model, _ in
      for i in model.weights.layers[0].query.weight.elements.indices {
        model.weights.layers[0].query.weight.elements[i] *= 1e36
      }
    }
    #expect(counts.refused == 1)
  }

  @Test func numbersThatAreNotFiniteAreRefused() throws {
    for value in [Float.nan, .infinity] {
      let counts = try expectRefusedOrUndecided { model, _ in model.weights.tokenEmbedding[3, 5] = value }
      #expect(counts.refused == 1)
    }
  }

  @Test func aNegativeAttentionScaleIsRefused() throws {
    for scale in [-1.0, -0.25, 0] {
      for theta in [1e37, 1] {
        // With a fast rotation the slack exceeds the lead: both factors are negative then, and their product is not.
        let counts = try expectRefusedOrUndecided { model, _ in
          model.configuration.attentionScale = scale
          model.configuration.positions = .rotary(.init(theta: theta))
        }
        #expect(counts.refused == 1)
      }
    }
  }

  @Test func aSmallerGapThatLetsSoftmaxLeakIsRefused() throws {
    for factor: Float in [0.8, 0.5, 0.1, 0.01] {
      let counts = try expectRefusedOrUndecided { model, _ in
        for i in model.weights.layers[0].query.weight.elements.indices {
          model.weights.layers[0].query.weight.elements[i] *= factor
        }
      }
      #expect(counts.refused == 1, "a gap of \(128 * factor)")
    }
  }

  @Test func fastRotationIsRefused() throws {
    for theta in [0.001, 1, 10, 100] {
      let counts = try expectRefusedOrUndecided { model, _ in
        model.configuration.positions = .rotary(.init(theta: theta))
      }
      #expect(counts.refused == 1)
    }
  }

  @Test func twoLayersAreRefused() throws {
    let counts = try expectRefusedOrUndecided { model, _ in
      model.configuration.layerCount = 2
      model.weights.layers.append(model.weights.layers[0])
    }
    #expect(counts.refused == 1)
  }

  @Test func shapesThatDoNotFitAreRefusedAndNotRead() throws {
    let counts = try expectRefusedOrUndecided { model, _ in
      model.weights.tokenEmbedding = Tensor(shape: [1, 3], elements: [1, 2, 3])
    }
    #expect(counts.refused == 1)
  }
}
