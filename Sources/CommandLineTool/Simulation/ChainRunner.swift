// Runs the chain of thought of a constructed model: by lookup where the weights were checked to allow it, otherwise by dense attention.
import ArgumentParser
import Constructions
import Transformers

/// How attention is computed.
enum EngineChoice: String, ExpressibleByArgument, CaseIterable, Encodable {
  /// Softmax over all cached positions and a product with the whole head, in float32.
  case dense
  /// Lookup by code; needs weights whose structure was checked.
  case indexed
}

/// A model that is ready to run.
struct ChainRunner {
  let manifest: SimulationManifest
  let model: Model
  /// The engine that runs now.
  private(set) var engine: EngineChoice
  /// Why the dense engine runs where the other was wanted.
  private(set) var fallback: String?
  /// Tokens emitted so far.
  private(set) var emittedTokenCount = 0

  private var indexed: IndexedSession?
  private var dense: Engine?

  /// The number of texts that the dense engine decodes side by side.
  static let denseBatch = 16

  /// Prepares the model: the indexed engine is tried unless `dense` is asked for.
  init(_ model: Model, _ manifest: SimulationManifest, engine wanted: EngineChoice?) throws {
    self.model = model
    self.manifest = manifest
    engine = wanted ?? .indexed
    if engine == .indexed {
      do {
        indexed = IndexedSession(try IndexedStructure(checking: model))
      } catch {
        engine = .dense
        fallback = error.description
      }
    }
    if engine == .dense { dense = try Engine(model) }
  }

  /// The lookup tables' facts, where they are used.
  var structure: IndexedStructure? { indexed?.structure }

  /// The dense engine, prepared when it is first needed.
  mutating func denseEngine() throws -> Engine {
    if let dense { return dense }
    let made = try Engine(model)
    dense = made
    return made
  }

  /// The tokens, prompt included, for each of `assignments`; `progress` is told how many tokens were emitted in this call.
  mutating func tokens(
    for assignments: [[Bool]], progress: (Int) -> Void = { _ in }
  ) throws -> [[Int32]] {
    var results: [[Int32]] = []
    results.reserveCapacity(assignments.count)
    let count = manifest.emittedTokenCount
    if indexed != nil {
      for assignment in assignments {
        results.append(try lookUp(assignment))
        progress(results.count * count)
      }
    } else {
      let engine = try denseEngine()
      for start in stride(from: 0, to: assignments.count, by: ChainRunner.denseBatch) {
        let prompts = assignments[start..<min(start + ChainRunner.denseBatch, assignments.count)].map(manifest.prompt)
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
  private mutating func lookUp(_ assignment: [Bool]) throws -> [Int32] {
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

  /// One chain by dense attention over a cache that holds only wires that some head will still look for.
  ///
  /// - Returns: the tokens, prompt included, and the largest number of bytes that the cache took.
  mutating func tokensWithLiveCache(
    for assignment: [Bool], reading: ChainReading, progress: (Int) -> Void = { _ in }
  ) throws -> (tokens: [Int32], cacheBytes: Int) {
    let session = try denseEngine().makeSession()
    let done = reading.wiresDone(inputCount: manifest.inputCount).afterStep
    let count = manifest.emittedTokenCount
    var tokens = manifest.prompt(assignment)
    if tokens.count > 1 { session.append([Array(tokens.dropLast())], logits: .none) }
    var next = tokens[tokens.count - 1]
    var most = session.cacheBytes
    for i in 0..<count {
      next = session.stepGreedy(next)
      tokens.append(next)
      most = max(most, session.cacheBytes)
      if i < done.count {
        for wire in done[i] { session.evict(position: Int(wire) + manifest.leadingTokenCount) }
      }
      progress(i + 1)
    }
    emittedTokenCount += count
    return (tokens.map { Int32($0) }, most)
  }

  /// The circuit's outputs, read off a run's tokens.
  func outputs(ofTokens tokens: [Int32]) throws -> [Bool] {
    manifest.outputs(ofWireValues: try manifest.wireValues(ofTokens: tokens.lazy.map { Int($0) }))
  }
}
