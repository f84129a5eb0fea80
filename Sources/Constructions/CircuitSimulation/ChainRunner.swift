// Runs the chain of thought of a constructed model: by lookup where the weights were checked to allow it, otherwise by dense attention,
// and in finite precision scalar by scalar.
public import Transformers

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

  private var indexed: IndexedSession?
  private var dense: Engine?
  private var liveStructure: IndexedStructure?
  private var scalar: ScalarDecoder?

  /// The number of texts that the dense engine decodes side by side.
  public static let denseBatchSize = 16

  /// Prepares a model whose tokens mean what `manifest` says.
  ///
  /// - Parameters:
  ///   - model: the weights.
  ///   - manifest: what its tokens mean.
  ///   - wanted: the engine to use; by default lookup where the weights pass its check, or else dense attention, or else, for a model
  ///     written for a finite precision, the scalar reference.
  /// - Throws: `ModelError` where the weights do not fit the configuration or are not finite.
  public init(
    _ model: Model, _ manifest: SimulationManifest, engine wanted: DecodingEngine? = nil
  ) throws(ModelError) {
    self.model = model
    self.manifest = manifest
    if let format = manifest.precision {
      engine = .reference
      if let wanted, wanted != .reference {
        fallback =
          "the model is written for \(manifest.precisionName ?? "\(format)"); \(wanted.rawValue) computes in float32"
      }
    } else {
      engine = wanted ?? .indexed
    }
    if engine == .indexed {
      do throws(StructureRefusal) {
        indexed = IndexedSession(try IndexedStructure(checking: model))
      } catch {
        engine = .dense
        fallback = error.description
      }
    }
    switch engine {
    case .indexed: break
    case .dense: dense = try Engine(model)
    case .reference:
      try model.validate()
      scalar = ScalarDecoder(model, precision: manifest.precision)
    }
  }

  /// Prepares the model of a folder.
  public init(_ folder: SimulationFolder, engine: DecodingEngine? = nil) throws(ModelError) {
    try self.init(folder.model, folder.manifest, engine: engine)
  }

  /// Prepares the model of a simulation, which is written down for this.
  public init(_ simulation: CircuitSimulation, engine: DecodingEngine? = nil) throws(ModelError) {
    try self.init(simulation.model(), simulation.manifest, engine: engine)
  }

  /// The lookup tables, where lookup runs.
  public var structure: IndexedStructure? { engine == .indexed ? indexed?.structure : nil }

  /// The dense engine, prepared when it is first needed: also where lookup runs.
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
    } else if indexed != nil {
      for assignment in assignments {
        results.append(try lookUp(assignment))
        progress(results.count * count)
      }
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

  /// One chain by lookup; where the lookup has no sure answer, dense attention goes on from there.
  private mutating func lookUp(_ assignment: [Bool]) throws(ModelError) -> [Int32] {
    var tokens = manifest.prompt(assignment).map { Int32($0) }
    let total = tokens.count + manifest.emittedTokenCount
    if let stop = indexed?.generate(after: &tokens, maximumNewTokens: manifest.emittedTokenCount),
      case .undecided(let position) = stop
    {
      fallback = "the lookup has no sure answer at position \(position)"
      engine = .dense
      let text = try denseEngine().makeSession().generate(
        after: [tokens.map { Int($0) }], maximumNewTokens: total - tokens.count, stopAt: [])
      tokens += text[0].map { Int32($0) }
    }
    return tokens
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
  /// Which these are is found from the weights (`IndexedStructure.cacheSchedule`), whatever the manifest says.
  ///
  /// - Throws: `StructureRefusal` where the weights do not pass the check, or where it depends on values which positions are needed.
  public mutating func tokensWithLiveCache(
    for assignment: [Bool], progress: (Int) -> Void = { _ in }
  ) throws -> LiveCacheRun {
    precondition(manifest.precision == nil, "the live cache is the float32 engine's")
    var tokens = manifest.prompt(assignment)
    let count = manifest.emittedTokenCount
    let structure = try liveStructure ?? IndexedStructure(checking: model)
    liveStructure = structure
    guard let schedule = structure.cacheSchedule(after: tokens, positionCount: tokens.count + count) else {
      throw StructureRefusal("which positions are looked up again depends on the values that tokens carry")
    }
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
}
