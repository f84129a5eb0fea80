// circuit -> model folder: the whole pipeline of this construction, in one place to read.
public import Circuits
import ExactArithmetic
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
  /// What the weights of the positional form are written down for; `nil` for the LLaMA form.
  public let target: PositionalTarget?
  /// The trees of tables that tokens compute, where they have several levels.
  public let trees: TreeChain?
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
    self.init(circuit, CircuitChain(circuit, options: options), options, target: form == .li ? .gpt2 : nil)
  }

  /// The simulation of `circuit` by the transformer of Li et al., written down for `target`.
  ///
  ///     let format = FloatFormat(exponentBits: 0, significandBits: 2)
  ///     let simulation = try CircuitSimulation(of: circuit, target: .finitePrecision(format))
  ///
  /// - Throws: `InsufficientPrecision` where gates of the circuit's fan-in are not right in the format.
  public init(
    of circuit: Circuit, target: PositionalTarget, options: CircuitChain.Options = .init()
  ) throws(InsufficientPrecision) {
    let chain = CircuitChain(circuit, options: options)
    if case .finitePrecision(let format) = target,
      let insufficiency = PositionalCircuitLayout.insufficiency(of: format, fanIn: chain.fanIn)
    {
      throw insufficiency
    }
    self.init(circuit, chain, options, target: target)
  }

  /// The simulation by a LLaMA of as many layers as trees have levels: a token computes a tree of lookup tables.
  ///
  ///     let trees = TreeChain(circuit, tableInputs: 2, levels: 3)
  ///     let simulation = CircuitSimulation(of: trees)     // a shorter chain than that of `circuit`
  ///
  /// What the tokens say are the wires of `trees.circuit`; that is the circuit to check and certify against.
  public init(of trees: TreeChain) {
    form = .llama
    target = nil
    self.trees = trees
    chain = CircuitChain(trees.circuit, options: TreeChain.options)
    let layout = LlamaCircuitLayout(
      wireCount: chain.wireCount, tableInputs: trees.tableInputs, levels: trees.levelCount)
    var manifest = SimulationManifest(
      form: .llama, precision: nil, chain: chain, circuit: trees.circuit, options: TreeChain.options,
      stream: layout.stream)
    manifest.fanIn = layout.fanIn
    self.manifest = manifest
    cost = SimulationCost(chain, layout: layout, depth: trees.circuit.depth)
  }

  private init(
    _ circuit: Circuit, _ chain: CircuitChain, _ options: CircuitChain.Options, target: PositionalTarget?
  ) {
    form = target == nil ? .llama : .li
    trees = nil
    self.target = target
    self.chain = chain
    let stream: ResidualStream
    var precision: FloatFormat?
    if let target {
      stream =
        PositionalCircuitLayout(
          wireCount: chain.wireCount, inputCount: chain.inputCount, fanIn: chain.fanIn, target: target
        ).stream
      if case .finitePrecision(let format) = target { precision = format }
    } else {
      stream = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: chain.fanIn).stream
    }
    manifest = SimulationManifest(
      form: form, precision: precision, chain: chain, circuit: circuit, options: options, stream: stream)
    cost = SimulationCost(chain, form: form, target: target ?? .gpt2, depth: circuit.depth)
  }

  /// The weights.
  public func model() -> Model {
    if let target {
      PositionalCircuitSimulation(chain, target: target).model()
    } else if let trees {
      LlamaCircuitSimulation(trees).model()
    } else {
      LlamaCircuitSimulation(chain).model()
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

  /// Writes the model, its tokenizer and the manifest as a model folder at `path`, whole or not at all.
  ///
  /// It is a LLaMA or a GPT-2 that `transformers` loads, or for the other targets an architecture of its own, which `transformers`
  /// refuses (`FolderFormat.unnormalized`). The stored numbers of both are exact in every scalar type: small integers times
  /// powers of two.
  public func write(to path: String, options: ModelFolder.WriteOptions = .init()) throws {
    try write(model(), tokenizer(), to: path, options: options)
  }

  /// Writes a model and a tokenizer that were made before, so that whoever wants to be interruptible can make them apart.
  package func write(
    _ model: Model, _ tokenizer: WordLevelTokenizer, to path: String, options: ModelFolder.WriteOptions
  ) throws {
    var options = options
    options.policy = .exactOnly
    options.extraFiles[SimulationManifest.fileName] = try manifest.serialized()
    var generation = GenerationSettings(model.configuration)
    generation.maximumLength = nil
    generation.maximumNewTokens = max(1, manifest.emittedTokenCount)
    try ModelFolder.write(
      model, to: path, options: options, tokenizer: tokenizer, generation: generation)
  }
}
