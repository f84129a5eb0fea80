// circuit -> model folder: the whole pipeline of this construction, in one place to read.
public import Circuits
public import Transformers

/// A transformer that evaluates a circuit by chain of thought, one token a gate.
///
///     let circuit = try Circuit(contentsOf: "adder.aag")
///     let simulation = CircuitSimulation(of: circuit)
///     try simulation.write(to: "adder-llama")        // a Hugging Face folder
///
/// Stages: `Circuit` -> `CircuitChain` (inverters folded) -> named weights -> `Model` -> folder.
public struct CircuitSimulation: Sendable {
  /// The construction.
  public let form: SimulationManifest.Form
  /// What the chain of thought says.
  public let chain: CircuitChain
  /// What the tokens mean.
  public let manifest: SimulationManifest
  /// The sizes, before anything is built.
  public let cost: SimulationCost

  /// The simulation of `circuit` in the given form.
  public init(
    of circuit: Circuit, form: SimulationManifest.Form = .llama, options: CircuitChain.Options = .init()
  ) {
    self.form = form
    chain = CircuitChain(circuit, options: options)
    let stream: ResidualStream
    switch form {
    case .llama:
      stream = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: chain.fanIn).stream
    case .li:
      stream =
        PositionalCircuitLayout(
          wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: chain.fanIn, target: .gpt2
        ).stream
    }
    manifest = SimulationManifest(form: form, chain: chain, circuit: circuit, options: options, stream: stream)
    cost = SimulationCost(chain, form: form, depth: circuit.depth)
  }

  /// The weights.
  public func model() -> Model {
    switch form {
    case .llama: LlamaCircuitSimulation(chain).model()
    case .li: PositionalCircuitSimulation(chain, target: .gpt2).model()
    }
  }

  /// The words of the tokens: `w12=1` says that wire 12 is true; the positional form has the words `0` and `1`.
  public func tokenizer() throws -> WordLevelTokenizer {
    switch form {
    case .llama:
      let (begin, end) = (2 * chain.wireCount, 2 * chain.wireCount + 1)
      let words = WordList(count: 2 * chain.wireCount + 2) { token, bytes in
        switch token {
        case begin: bytes.append(contentsOf: "<s>".utf8)
        case end: bytes.append(contentsOf: "</s>".utf8)
        default: bytes.append(contentsOf: "w\(token >> 1)=\(token & 1)".utf8)
        }
      }
      return try WordLevelTokenizer(
        words: words, roles: .init(begin: begin, end: end, prependsBegin: true), specialTokens: [begin, end])
    case .li:
      return try WordLevelTokenizer(words: WordList(["0", "1"]))
    }
  }

  /// Writes the model, its tokenizer and the manifest as a Hugging Face folder at `path`, whole or not at all.
  ///
  /// The stored numbers are exact in every scalar type: small integers times powers of two.
  public func write(to path: String, options: ModelFolder.WriteOptions = .init()) throws {
    var options = options
    options.policy = form == .llama ? .exactOnly : options.policy
    options.extraFiles[SimulationManifest.fileName] = try manifest.serialized()
    let model = model()
    var generation = GenerationSettings(model.configuration)
    generation.maximumLength = nil
    generation.maximumNewTokens = max(1, manifest.emittedTokenCount)
    try ModelFolder.write(
      model, to: path, options: options, tokenizer: try tokenizer(), generation: generation)
  }
}
