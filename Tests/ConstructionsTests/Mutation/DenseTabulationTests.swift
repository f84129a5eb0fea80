// The judge of mutants against dense decoding itself: every token that it tabulates, under every assignment, for many damaged models.
import Circuits
import Constructions
import ExactArithmetic
import Randomness
import Tensors
import Testing
import Transformers
import Verification

/// A circuit in one of the forms, and damaged models of it.
struct MutantCase: Sendable, CustomTestStringConvertible {
  let name: String
  let circuit: Circuit
  let target: PositionalTarget?

  var testDescription: String { "\(name), \(target.map { "\($0)" } ?? "llama")" }

  var simulation: CircuitSimulation {
    get throws {
      if let target { try CircuitSimulation(of: circuit, target: target) } else { CircuitSimulation(of: circuit) }
    }
  }

  static let all: [MutantCase] = {
    var generator = Philox(seed: 11)
    let circuits: [(String, Circuit)] = [
      ("adder", .rippleCarryAdder(width: 2)), ("multiplexer", .multiplexer(selectWidth: 2)),
      ("random", .random(size: 14, inputs: 4, fanIn: 1...3, using: &generator)),
    ]
    return circuits.flatMap { name, circuit in
      [nil, .gpt2, .float32].map { MutantCase(name: name, circuit: circuit, target: $0) }
    }
  }()
}

/// What dense decoding says after each position of each text, the text itself going on as it stands.
private func denseTokens(_ engine: Engine, _ texts: [[Int]]) -> [[Int]] {
  let session = engine.makeSession(batchSize: texts.count)
  return texts[0].indices.map { position in session.stepGreedy(texts.map { $0[position] }) }
}

/// The tokens that are read where the wires have the given values.
private func text(_ values: [Bool], _ form: PromptForm) -> [Int] {
  let wires = values.enumerated().map { form.token(wire: $0.offset, value: $0.element) }
  return Array((form.leadingTokens + wires).prefix(form.readPositionCount))
}

@Suite struct DenseTabulationTests {
  @Test(arguments: MutantCase.all)
  func everyTabulatedTokenOfDamagedModelsIsTheOneThatTheEngineEmits(_ mutantCase: MutantCase) throws {
    let simulation = try mutantCase.simulation
    let (model, form) = (simulation.model(), simulation.manifest.promptForm)
    var generator = Philox(seed: 5)
    let selection = MutantSelection(model, mutantCase.circuit, limit: 250, using: &generator)
    let n = form.inputCount
    let assignments = (0..<1 << n).map { number in (0..<n).map { number >> $0 & 1 != 0 } }
    let values = assignments.map { simulation.chain.wireValues($0) }
    let texts = values.map { text($0, form) }
    var compared = 0
    var openCount = 0
    var wrongCount = 0
    var failures: [String] = []
    let mutants = selection.mutants.filter { !$0.kind.changesCircuit }
    for mutant in mutants {
      let changed = mutant.applied(to: model, selection.tensors)
      let tabulation: DenseTabulation
      do { tabulation = try DenseTabulation(changed, form: form) } catch { continue }
      let dense = denseTokens(try Engine(changed), texts)
      #expect(tabulation.answers.count + tabulation.openAnswers.count == form.emittedTokenCount)
      openCount += tabulation.openAnswers.count
      for (a, values) in values.enumerated() {
        let tokens =
          tabulation.answers.map { ($0.position, $0.token(values)) }
          + (try tabulation.openAnswers.map { ($0.position, try $0.token(values)) })
        for (position, token) in tokens {
          compared += 1
          let wire = form.inputCount + position - form.firstAnsweringPosition
          if wire < form.wireCount, token != form.token(wire: wire, value: values[wire]) { wrongCount += 1 }
          if token == dense[position][a] { continue }
          failures.append(
            "\(mutant.description(selection.tensors)), position \(position), \(assignments[a]): "
              + "\(token) is not \(dense[position][a])")
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.count) of \(compared): \(failures.prefix(5))")
    #expect(compared > 10_000 && wrongCount > 100, "\(wrongCount) of \(compared) tokens are wrong")
  }

  @Test(arguments: [0.00075, 0.005, 0.025, 0.075])
  func attentionThatSeesEverythingIsRunRowByRowAsTheEngineRunsIt(_ factor: Float) throws {
    let simulation = CircuitSimulation(of: .rippleCarryAdder(width: 3))
    let form = simulation.manifest.promptForm
    var model = simulation.model()
    model.weights.layers[0].query.weight.elements = model.weights.layers[0].query.weight.elements.map { $0 * factor }
    let tabulation = try DenseTabulation(model, form: form)
    let values = (0..<64).map { number in simulation.chain.wireValues((0..<6).map { number >> $0 & 1 != 0 }) }
    let dense = denseTokens(try Engine(model), values.map { text($0, form) })
    #expect(tabulation.openAnswers.count > 5)
    for (a, values) in values.enumerated() {
      for answer in tabulation.answers { #expect(answer.token(values) == dense[answer.position][a]) }
      for answer in tabulation.openAnswers { #expect(try answer.token(values) == dense[answer.position][a]) }
    }
  }

  @Test func whatCannotBeTabulatedIsRefusedWithASentence() throws {
    let simulation = CircuitSimulation(of: .rippleCarryAdder(width: 1))
    let (model, form) = (simulation.model(), simulation.manifest.promptForm)
    func obstacle(_ change: (inout Model, inout PromptForm) -> Void) -> String? {
      var (changed, form) = (model, form)
      change(&changed, &form)
      do {
        _ = try DenseTabulation(changed, form: form)
        return nil
      } catch {
        return error.description
      }
    }
    #expect(obstacle { _, _ in } == nil)
    #expect(obstacle { model, _ in model.weights.head?.elements[3] = .nan }?.contains("finite") == true)
    let overflow = obstacle { model, _ in
      let layer = model.weights.layers[0]
      model.weights.layers[0].query.weight.elements = layer.query.weight.elements.map { $0 * 1e20 }
      model.weights.layers[0].key.weight.elements = layer.key.weight.elements.map { $0 * 1e20 }
    }
    #expect(overflow?.contains("a score") == true)
    #expect(obstacle { _, form in form.wireCount += 100 }?.contains("token") == true)
    let twice = obstacle { model, _ in
      model.weights.layers.append(model.weights.layers[0])
      model.configuration.layerCount = 2
    }
    #expect(twice?.contains("2 layers") == true)
  }
}
