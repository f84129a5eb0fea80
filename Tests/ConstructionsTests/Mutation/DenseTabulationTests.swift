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
    let texts = values.map { values in
      let wires = values.enumerated().map { form.token(wire: $0.offset, value: $0.element) }
      return Array((form.leadingTokens + wires).prefix(form.readPositionCount))
    }
    var compared = 0
    var tabulated = 0
    var blends = 0
    var failures: [String] = []
    let mutants = selection.mutants.filter { !$0.kind.changesCircuit }
    for mutant in mutants {
      let changed = mutant.applied(to: model, selection.tensors)
      let tabulation: DenseTabulation
      do { tabulation = try DenseTabulation(changed, form: form) } catch { continue }
      tabulated += 1
      let dense = denseTokens(try Engine(changed), texts)
      #expect(tabulation.answers.count == form.emittedTokenCount)
      for answer in tabulation.answers {
        if answer.wires.count > 3 { blends += 1 }
        for (a, values) in values.enumerated() {
          compared += 1
          if answer.token(values) != dense[answer.position][a] {
            failures.append(
              "\(mutant.description(selection.tensors)), position \(answer.position), \(assignments[a]): "
                + "\(answer.token(values)) is not \(dense[answer.position][a])")
          }
        }
      }
    }
    #expect(failures.isEmpty, "\(failures.count) of \(compared): \(failures.prefix(5))")
    print(
      "\(mutantCase.testDescription): \(mutants.count) mutants, \(tabulated) tabulated, \(compared) tokens, \(blends) wide"
    )
  }
}
