// What is tested: anything that emits tokens for an assignment, beside what each of these tokens has to be.
public import Circuits
public import Constructions
public import Transformers

/// A decoder that claims to evaluate a circuit by a chain of thought, with the meaning of its tokens.
///
/// Make one of a ``/Constructions/CircuitSimulation``, of a model in its token conventions, of a closure that gives the values of wires, or, for
/// tokens of any other kind, of two closures:
///
/// ```swift
/// let decoder = CircuitDecoder(
///   expected: { wireValues in wireValues.map { $0 ? 1 : 0 } },
///   emitted: { assignments in assignments.map { myTransformer.run($0) } })
/// try simulates(circuit) { _ in decoder }
/// ```
public struct CircuitDecoder {
  /// The tokens that a right chain of thought has, as a function of the values of the circuit's wires.
  let expected: (_ wireValues: [Bool]) -> [Int]
  /// The tokens that the decoder emits for each of some assignments.
  let emitted: (_ assignments: [[Bool]]) throws -> [[Int]]
  /// The circuit's outputs as the decoder's user would read them off its tokens; `nil` where they are not to be compared.
  let outputs: ((_ assignment: [Bool], _ tokens: [Int]) throws -> [Bool])?
  /// What a token is called in a message.
  let word: (Int) -> String
  /// The circuit's wire that each token speaks of; tokens past its end speak of none.
  let wires: [Wire]

  /// A decoder with tokens of its own.
  ///
  /// - Parameters:
  ///   - wires: the circuit's wire that each emitted token speaks of, for messages.
  ///   - word: what a token is called in a message.
  ///   - expected: the tokens that a right chain has, for the values of all the circuit's wires under an assignment.
  ///   - outputs: the circuit's outputs, read off the inputs and the emitted tokens; where absent, they are not compared.
  ///   - emitted: the tokens emitted for each of some assignments, without the prompt.
  public init(
    wires: [Wire] = [], word: @escaping (Int) -> String = { "token \($0)" },
    expected: @escaping (_ wireValues: [Bool]) -> [Int],
    outputs: ((_ assignment: [Bool], _ tokens: [Int]) throws -> [Bool])? = nil,
    emitted: @escaping (_ assignments: [[Bool]]) throws -> [[Int]]
  ) {
    self.wires = wires
    self.word = word
    self.expected = expected
    self.outputs = outputs
    self.emitted = emitted
  }

  /// A decoder whose tokens 0 and 1 are the values of the gates of `circuit`, in order; for anything that evaluates gate by gate.
  ///
  /// - Parameters:
  ///   - circuit: the circuit.
  ///   - wireValues: the values of all wires, inputs first, under an assignment.
  public init(of circuit: Circuit, wireValues: @escaping (_ assignment: [Bool]) throws -> [Bool]) {
    let inputs = circuit.inputCount
    self.init(
      wires: (inputs..<circuit.wireCount).map { Wire($0) }, word: { "\($0)" },
      expected: { $0.dropFirst(inputs).map { $0 ? 1 : 0 } },
      emitted: { try $0.map { try wireValues($0).dropFirst(inputs).map { $0 ? 1 : 0 } } })
  }

  /// A model in the token conventions of `simulation`: ours, or one that someone else made for the same chain.
  ///
  /// - Parameters:
  ///   - simulation: the chain and what its tokens mean.
  ///   - model: the weights to run; where absent, the simulation's own.
  ///   - engine: how to run them; unlike a `ChainRunner`, which goes on densely, `indexed` fails where the checker derives no program.
  /// - Throws: `ModelError` where the weights do not fit their configuration; `EngineRefusal` where the checker does not certify them for
  ///   the engine.
  public init(_ simulation: CircuitSimulation, model: Model? = nil, engine: DecodingEngine = .indexed) throws {
    let manifest = simulation.manifest
    let model = model ?? simulation.model()
    let endToken = manifest.form == .llama ? 2 * manifest.wireCount + 1 : nil
    let sources = simulation.chain.sourceWires
    wires = Array(sources.dropFirst(manifest.inputCount))
    word = { token in
      switch manifest.form {
      case .li: "\(token)"
      case .llama where token < 2 * manifest.wireCount: "w\(token >> 1)=\(token & 1)"
      case .llama: token == endToken ? "</s>" : "<s>"
      }
    }
    expected = { values in
      let steps = (manifest.inputCount..<manifest.wireCount).map {
        manifest.token(wire: $0, value: values[sources[$0].index])
      }
      return endToken.map { steps + [$0] } ?? steps
    }
    // Every step has been compared by then, so that a token says its value in its lowest bit.
    outputs = { assignment, tokens in
      manifest.outputs(ofWireValues: assignment + tokens.prefix(manifest.stepCount).map { $0 & 1 != 0 })
    }
    var runner = try ChainRunner(model, manifest, engine: engine)
    if engine.needsDerivation, runner.engine != engine {
      throw EngineRefusal(engine, runner.fallback ?? "another engine runs them")
    }
    emitted = { assignments in
      let texts = try runner.tokens(for: assignments)
      return zip(assignments, texts).map { assignment, tokens in
        tokens.dropFirst(manifest.prompt(assignment).count).map { Int($0) }
      }
    }
  }
}
