// Runs the chain of thought of a constructed model: by the program that was derived from its weights where there is one, otherwise by dense
// attention, and in finite precision scalar by scalar.
public import Transformers
public import Verification

/// A simulation that is ready to run.
///
///     var runner = try ChainRunner(CircuitSimulation(of: circuit))
///     let sum = try runner.outputs(for: inputs)          // one Bool an output, read off the tokens
///     print(runner.engine, runner.fallback ?? "")
///
/// Every engine emits the same tokens. A model written for a finite precision runs in that precision and in no other.
public struct ChainRunner: Sendable {
  /// What the tokens mean.
  public let manifest: SimulationManifest
  /// The weights.
  public let model: Model
  /// The engine that runs now.
  public private(set) var engine: DecodingEngine
  /// Why another engine runs than the one that was wanted.
  public private(set) var fallback: String?
  /// Tokens emitted so far.
  public private(set) var emittedTokenCount = 0

  private var derivation: Result<Proof, Doubt>?
  private var sequential: SequentialLookup?
  private var bitsliced: BitslicedLookup?
  private var dense: Engine?
  private var schedule: CacheSchedule?
  private var scalar: ScalarDecoder?

  /// The number of texts that the dense engine decodes side by side.
  public static let denseBatchSize = 16

  /// Prepares a model whose tokens mean what `manifest` says.
  ///
  /// - Parameters:
  ///   - model: the weights.
  ///   - manifest: what its tokens mean.
  ///   - wanted: the engine to use; by default `indexed` where the checker derives a program from the weights, or else dense attention;
  ///     for a model written for a finite precision, the scalar reference.
  /// - Throws: `ModelError` where the weights do not fit the configuration or are not finite; `EngineRefusal` where `bitsliced` is wanted and no
  ///   program could be derived: no other engine stands in for that one.
  public init(
    _ model: Model, _ manifest: SimulationManifest, engine wanted: DecodingEngine? = nil
  ) throws {
    self.model = model
    self.manifest = manifest
    /// What runs where nothing was derived, or where nothing was asked for and deriving takes longer than running.
    let definition: DecodingEngine = manifest.precision == nil ? .dense : .reference
    engine = wanted ?? (manifest.precision == nil ? .indexed : .reference)
    if let format = manifest.precision, engine == .dense {
      engine = .reference
      fallback = "the model is written for \(manifest.precisionName ?? "\(format)"); dense computes in float32"
    }
    if engine.needsDerivation {
      switch derived() {
      case .success(let proof):
        if engine == .indexed { sequential = SequentialLookup(proof) } else { bitsliced = BitslicedLookup(proof) }
      case .failure(let doubt):
        if engine == .bitsliced { throw EngineRefusal(.bitsliced, doubt.reason) }
        engine = definition
        fallback = doubt.reason
      }
    }
    switch engine {
    case .indexed, .bitsliced: break
    case .dense: dense = try Engine(model)
    case .reference:
      try model.validate()
      scalar = ScalarDecoder(model, precision: manifest.precision)
    }
  }

  /// Prepares the model of a folder.
  public init(_ folder: SimulationFolder, engine: DecodingEngine? = nil) throws {
    try self.init(folder.model, folder.manifest, engine: engine)
  }

  /// Prepares the model of a simulation, which is written down for this.
  public init(_ simulation: CircuitSimulation, engine: DecodingEngine? = nil) throws {
    try self.init(simulation.model(), simulation.manifest, engine: engine)
  }

  /// The semantics under which the program is derived: the finite precision that the model is written for, or else any rounding no worse than
  /// float32's.
  public var semantics: Semantics { manifest.precision.map { .finitePrecision($0) } ?? .rounded(.float32) }

  /// What the checker derived from the weights, for all inputs under `semantics`, or why it could not; derived when it is first asked for, and
  /// at once for the engines that run the program.
  public mutating func derived() -> Result<Proof, Doubt> {
    if let derivation { return derivation }
    let made = Result<Proof, Doubt> { () throws(Doubt) -> Proof in
      try Checker(model, form: manifest.promptForm).derive(semantics)
    }
    derivation = made
    return made
  }

  /// Adds what a check made of tokens beside `tokens(for:)`.
  mutating func noteEmitted(_ count: Int) { emittedTokenCount += count }

  /// The program that runs bit by bit, where the engine is `bitsliced`.
  var bitslicedLookup: BitslicedLookup? { bitsliced }

  /// The dense engine, prepared when it is first needed: also where a derived program runs.
  public mutating func denseEngine() throws(ModelError) -> Engine {
    if let dense { return dense }
    let made = try Engine(model)
    dense = made
    return made
  }

  // MARK: Outputs

  /// The circuit's outputs for one assignment of its inputs, read off the tokens of a run.
  ///
  /// - Throws: `ChainFault` where the tokens are no chain of thought of this circuit.
  public mutating func outputs(for inputs: [Bool]) throws -> [Bool] {
    try outputs(ofTokens: tokens(for: [inputs])[0])
  }

  /// The circuit's outputs for each of several assignments.
  public mutating func outputs(for assignments: [[Bool]]) throws -> [[Bool]] {
    try tokens(for: assignments).map { (text) throws in try outputs(ofTokens: text) }
  }

  /// The circuit's outputs, read off a run's tokens, prompt included.
  public func outputs(ofTokens tokens: [Int32]) throws(ChainFault) -> [Bool] {
    manifest.outputs(ofWireValues: try manifest.wireValues(ofTokens: tokens.lazy.map { Int($0) }))
  }

  // MARK: Tokens

  /// The tokens, prompt included, for each of `assignments`; `progress` is told how many tokens were emitted in this call.
  ///
  /// In finite precision a text ends early where the arithmetic has no result, such as a division by 0 in the softmax.
  public mutating func tokens(
    for assignments: [[Bool]], progress: (Int) -> Void = { _ in }
  ) throws(ModelError) -> [[Int32]] {
    var results: [[Int32]] = []
    results.reserveCapacity(assignments.count)
    let count = manifest.emittedTokenCount
    if let scalar {
      for assignment in assignments {
        let done = results.count * count
        let prompt = manifest.prompt(assignment)
        let text = scalar.continuation(of: prompt, count: count) { progress(done + $0) }
        results.append((prompt + text).map { Int32($0) })
      }
    } else if let sequential {
      for assignment in assignments {
        results.append(sequential.tokens(for: assignment))
        progress(results.count * count)
      }
    } else if let bitsliced {
      results = bitsliced.tokens(for: assignments)
      progress(results.count * count)
    } else {
      let engine = try denseEngine()
      for start in stride(from: 0, to: assignments.count, by: ChainRunner.denseBatchSize) {
        let end = min(start + ChainRunner.denseBatchSize, assignments.count)
        let prompts = assignments[start..<end].map(manifest.prompt)
        var done = results.count * count
        let texts = engine.makeSession(batchSize: prompts.count).generate(
          after: prompts, maximumNewTokens: count, stopAt: []
        ) { _ in
          done += prompts.count
          progress(done)
          return true
        }
        results += zip(prompts, texts).map { ($0 + $1).map { Int32($0) } }
      }
    }
    emittedTokenCount += assignments.count * count
    return results
  }

  /// A chain of thought that was decoded from a cache of live positions alone.
  public struct LiveCacheRun: Sendable, Equatable {
    /// The tokens, prompt included.
    public var tokens: [Int32]
    /// The largest number of positions that the cache held at once.
    public var heldPositionCount: Int
    /// The number of positions that a whole cache would have held.
    public var positionCount: Int
    /// Bytes that the engine allocated for the cache at most; rows that the weights leave zero are not stored.
    public var allocatedBytes: Int
  }

  /// One chain by dense attention over a cache that holds only positions that some head will still look up.
  ///
  /// Which these are is derived from the weights, whatever the manifest says of their directions.
  ///
  /// - Throws: `EngineRefusal` where no program could be derived.
  public mutating func tokensWithLiveCache(
    for assignment: [Bool], progress: (Int) -> Void = { _ in }
  ) throws -> LiveCacheRun {
    precondition(manifest.precision == nil, "the live cache is the float32 engine's")
    let schedule = try cacheSchedule()
    var tokens = manifest.prompt(assignment)
    let count = manifest.emittedTokenCount
    let session = try denseEngine().makeSession()
    if tokens.count > 1 { session.append([Array(tokens.dropLast())], logits: .none) }
    var next = tokens[tokens.count - 1]
    var run = LiveCacheRun(tokens: [], heldPositionCount: 0, positionCount: 0, allocatedBytes: 0)
    for i in 0..<count {
      let position = tokens.count - 1
      next = session.stepGreedy(next)
      tokens.append(next)
      run.heldPositionCount = max(run.heldPositionCount, session.cachedPositionCount)
      run.allocatedBytes = max(run.allocatedBytes, session.cacheBytes)
      if position < schedule.evictions.count {
        for evicted in schedule.evictions[position] { session.evict(position: Int(evicted)) }
      }
      progress(i + 1)
    }
    run.positionCount = tokens.count - 1
    run.tokens = tokens.map { Int32($0) }
    emittedTokenCount += count
    return run
  }

  private mutating func cacheSchedule() throws(EngineRefusal) -> CacheSchedule {
    if let schedule { return schedule }
    switch derived() {
    case .success(let proof):
      let made = CacheSchedule(proof.program)
      schedule = made
      return made
    case .failure(let doubt): throw EngineRefusal(.dense, doubt.reason)
    }
  }
}
