// The checker never derives a program from weights that dense attention decodes differently: many damaged models, each refused, or run
// token by token as dense attention decodes it, under all inputs.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import Transformers
import Verification

/// How often the checker did what.
struct SoundnessCounts: CustomStringConvertible {
  var refused = 0
  /// A program was derived, and every chain has the tokens of dense attention.
  var equal = 0
  /// Of these, how many programs are not that of the undamaged model.
  var changed = 0

  var description: String { "\(refused) refused, \(equal) accepted and equal, \(changed) of them another program" }
}

/// A token that the derived program and dense attention disagree on.
struct Disagreement: Error, CustomStringConvertible {
  let engine: String
  let prompt: [Int]
  let derived: [Int]
  let dense: [Int]

  var description: String { "after \(prompt), the derived program says \(derived) and \(engine) says \(dense)" }
}

/// Runs every assignment of the inputs by the program that was derived, where one was, by one input after another and bit by bit, and by three dense
/// decoders that sum in three different orders.
func compare(_ model: Model, _ built: ConstructedChain, counts: inout SoundnessCounts) throws {
  let proof: Proof
  do {
    proof = try Checker(model, form: built.manifest.promptForm).derive(.rounded(.float32))
  } catch {
    #expect(!error.description.isEmpty)
    counts.refused += 1
    return
  }
  let engines = try [("the engine", Engine(model)), ("the engine with all columns", Engine(model, compacts: false))]
  let inputCount = built.circuit.inputCount
  let assignments = (0..<1 << inputCount).map { number in (0..<inputCount).map { number >> $0 & 1 != 0 } }
  let lookup = SequentialLookup(proof)
  let bitsliced = BitslicedLookup(proof).tokens(for: assignments)
  for (a, inputs) in assignments.enumerated() {
    let prompt = built.manifest.prompt(inputs)
    let text = lookup.tokens(for: inputs)
    guard bitsliced[a] == text, text.starts(with: prompt.map { Int32($0) }) else {
      throw Disagreement(engine: "the bitsliced one", prompt: prompt, derived: text.map { Int($0) }, dense: [])
    }
    let derived = text.dropFirst(prompt.count).map { Int($0) }
    for (name, engine) in engines {
      let dense = engine.makeSession().generate(after: [prompt], maximumNewTokens: derived.count, stopAt: [])[0]
      guard dense == derived else { throw Disagreement(engine: name, prompt: prompt, derived: derived, dense: dense) }
    }
    var reference = ReferenceDecoder(model, in: FloatArithmetic())
    let dense = try reference.generate(after: prompt, count: derived.count)
    guard dense == derived else {
      throw Disagreement(engine: "the reference", prompt: prompt, derived: derived, dense: dense)
    }
  }
  counts.equal += 1
  if assignments.contains(where: { proof.program.wireValues($0) != built.chain.wireValues($0) }) { counts.changed += 1 }
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

private func rounds(_ quick: Int, slow: Int) -> Int {
  ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1" ? slow : quick
}

@Suite struct CheckerSoundnessTests {
  @Test func undamagedModelsAreAccepted() throws {
    for built in models() {
      var counts = SoundnessCounts()
      try compare(built.model, built, counts: &counts)
      #expect(counts.equal == 1 && counts.changed == 0)
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
      do {
        var here = SoundnessCounts()
        try compare(mutation.model, built, counts: &here)
        for place in mutation.place.split(separator: "+") {
          counts[String(place), default: .init()].refused += here.refused
          counts[String(place), default: .init()].equal += here.equal
        }
        total.refused += here.refused
        total.equal += here.equal
        total.changed += here.changed
      } catch {
        Issue.record("round \(round), \(mutation.kind) in \(mutation.place), model \(round % models.count): \(error)")
      }
    }
    print("random damages: \(total)")
    for (place, here) in counts.sorted(by: { $0.key < $1.key }) { print("  \(place): \(here)") }
    // Neither a checker that refuses everything nor one that refuses nothing would do.
    #expect(total.refused > total.equal / 10 && total.equal > total.refused / 10 && total.changed > 0)
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
      for place in Place.allCases {
        guard let tensor = place.read(built.model.weights) else { continue }
        for i in tensor.elements.indices where tensor.elements[i] != 0 {
          var model = built.model
          var changed = tensor
          changed.elements[i] = -changed.elements[i]
          place.write(changed, to: &model.weights)
          do {
            try compare(model, built, counts: &total)
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

  /// What the checker does with the model of a random circuit after `change`.
  private func outcome(_ change: (inout Model, LlamaCircuitLayout) -> Void) throws -> SoundnessCounts {
    var random = Philox(seed: 84)
    let built = ConstructedChain(Circuit.random(size: 40, inputs: 4, using: &random))
    var model = built.model
    change(&model, LlamaCircuitLayout(wireCount: built.chain.wireCount, fanIn: built.chain.fanIn))
    var counts = SoundnessCounts()
    try compare(model, built, counts: &counts)
    return counts
  }

  @Test func aCodeSoLargeThatFloat32LosesTheValueIsRefused() throws {
    let counts = try outcome { model, layout in
      guard var head = model.weights.head else { return }
      for r in 0..<head.rowCount { for c in layout.stream.columns(layout.nextCode) { head[r, c] *= 0x1p22 } }
      model.weights.head = head
    }
    #expect(counts.refused == 1)
  }

  @Test func anUnevenCodeWhoseSmallPartIsLostIsRefused() throws {
    let counts = try outcome { model, layout in
      guard var head = model.weights.head else { return }
      let first = layout.stream.columns(layout.nextCode).lowerBound
      for r in 0..<head.rowCount { head[r, first] *= 0x1p26 }
      model.weights.head = head
    }
    #expect(counts.refused == 1)
  }

  @Test func gatesWhoseTermsCancelAreRefused() throws {
    let counts = try outcome { model, layout in
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
    #expect(counts.refused == 1)
  }

  @Test func scoresThatOverflowAreRefused() throws {
    let counts = try outcome { model, _ in
      for i in model.weights.layers[0].query.weight.elements.indices {
        model.weights.layers[0].query.weight.elements[i] *= 1e36
      }
    }
    #expect(counts.refused == 1)
  }

  @Test func numbersThatAreNotFiniteAreRefused() throws {
    for value in [Float.nan, .infinity] {
      let counts = try outcome { model, _ in model.weights.tokenEmbedding[3, 5] = value }
      #expect(counts.refused == 1)
    }
  }

  @Test func aNegativeAttentionScaleIsRefused() throws {
    for scale in [-1.0, -0.25, 0] {
      for theta in [1e37, 1] {
        // With a fast rotation the slack exceeds the lead: both factors are negative then, and their product is not.
        let counts = try outcome { model, _ in
          model.configuration.attentionScale = scale
          model.configuration.positions = .rotary(.init(theta: theta))
        }
        #expect(counts.refused == 1)
      }
    }
  }

  @Test func aGapSoSmallThatSoftmaxLeaksIsRefused() throws {
    for factor: Float in [0.01, 0.005, 0.001] {
      let counts = try outcome { model, _ in
        for i in model.weights.layers[0].query.weight.elements.indices {
          model.weights.layers[0].query.weight.elements[i] *= factor
        }
      }
      #expect(counts.refused == 1, "a gap of \(512 * factor)")
    }
  }

  @Test func fastRotationIsRefused() throws {
    for theta in [0.001, 1, 10, 100] {
      let counts = try outcome { model, _ in
        model.configuration.positions = .rotary(.init(theta: theta))
      }
      #expect(counts.refused == 1)
    }
  }

  @Test func twoLayersAreRefused() throws {
    let counts = try outcome { model, _ in
      model.configuration.layerCount = 2
      model.weights.layers.append(model.weights.layers[0])
    }
    #expect(counts.refused == 1)
  }

  @Test func shapesThatDoNotFitAreRefusedAndNotRead() throws {
    let counts = try outcome { model, _ in
      model.weights.tokenEmbedding = Tensor(shape: [1, 3], elements: [1, 2, 3])
    }
    #expect(counts.refused == 1)
  }
}
