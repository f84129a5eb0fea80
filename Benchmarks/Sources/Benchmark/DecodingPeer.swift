// Greedy decoding by PyTorch: the variants that are tried, and the process that runs one.

/// A way to decode with torch; what is `nil` is as `VARIANTS` in `Python/decode.py` says.
struct DecodingVariant: Codable, Sendable {
  var way: String?
  var compile: String?
  var wrapper: String?
  var limit: Int?
  /// Of torch; not a word of the variant but of the process.
  var threads = 2

  enum CodingKeys: String, CodingKey { case way, compile, wrapper, limit }

  /// The words of a row.
  var description: String {
    let names = ["generate": "transformers `generate()`", "loop": "transformers, called token by token"]
    var words = [way.flatMap { names[$0] } ?? "plain PyTorch", "\(threads) thread\(threads == 1 ? "" : "s")"]
    if compile != nil { words.append("compiled") }
    if let wrapper { words.append("\(wrapper) wrapper") }
    return words.joined(separator: ", ")
  }

  /// What is tried; the best of it is the peer.
  static let candidates: [DecodingVariant] = [1, 2].flatMap { threads in
    [
      DecodingVariant(way: "generate", threads: threads), DecodingVariant(way: "loop", threads: threads),
      DecodingVariant(threads: threads), DecodingVariant(compile: "step", threads: threads),
      DecodingVariant(compile: "step", wrapper: "cpp", threads: threads),
    ]
  }
}

/// What a decoding process, ours or torch's, is asked.
struct DecodingRequest: Codable {
  struct Load: Codable {
    var folder: String
    /// Of torch's.
    var variant: DecodingVariant?
    var batch: Int
    /// No text has more tokens.
    var length: Int
  }

  var load: Load?
  var prompts: [[Int]]?
  var count: Int?
  /// Of ours: the prompts are continued so often, under the profiling timer.
  var profiledRounds: Int?
}

/// What it answers when it has loaded a model.
struct DecodingModelFacts: Codable {
  var parameters: Int
  var seconds: Double
}

/// What it answers when it has continued the prompts.
struct DecodedTexts: Codable {
  /// From the prompts to the last new token, taken inside the process.
  var seconds: Double
  /// The new tokens of each text.
  var tokens: [[Int]]
  var peakBytes: Int
}

/// A process that decodes: one of `Python/decode.py` with one variant, or `benchmark decoder`.
struct DecodingContestant {
  let name: String
  private let process: LineProcess

  /// Torch, with the model in `folder`.
  init(_ variant: DecodingVariant, python: String, folder: String, batch: Int, length: Int) throws {
    name = variant.description
    process = try LineProcess([python, "Benchmarks/Python/decode.py", "\(variant.threads)"])
    _ = try process.next(TrainingPeer.Versions.self)
    try load(.init(folder: folder, variant: variant, batch: batch, length: length))
  }

  /// Wright.
  init(folder: String, batch: Int, length: Int) throws {
    name = "Wright"
    process = try LineProcess([CommandLine.arguments[0], "decoder"])
    try load(.init(folder: folder, batch: batch, length: length))
  }

  private func load(_ request: DecodingRequest.Load) throws {
    let facts = try process.ask(DecodingRequest(load: request), for: DecodingModelFacts.self)
    guard facts.parameters == DecodingModel.parameterCount else {
      throw BenchmarkFailure("\(name) loaded \(facts.parameters) parameters")
    }
  }

  func profile(after prompts: [[Int]], count: Int, rounds: Int) throws -> WorkProfile {
    let request = DecodingRequest(prompts: prompts, count: count, profiledRounds: rounds)
    return try process.ask(request, for: WorkProfile.self)
  }

  func decode(after prompts: [[Int]], count: Int) throws -> DecodedTexts {
    try process.ask(DecodingRequest(prompts: prompts, count: count), for: DecodedTexts.self)
  }
}
