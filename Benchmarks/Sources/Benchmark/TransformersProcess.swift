// The other side of the comparison: a Python process that holds a model in `transformers` and generates when told to.

/// Speaks with `Python/generate.py`.
final class TransformersProcess {
  struct Versions: Decodable {
    var python: String
    var torch: String
    var transformers: String
    var threads: Int
  }

  struct Generated: Decodable {
    /// The time of the call of `generate()` alone, taken inside the process.
    var seconds: Double
    /// The new tokens of each text.
    var tokens: [[Int]]
  }

  private struct Request: Encodable {
    var folder: String?
    var prompts: [[Int]]?
    var count: Int?
  }

  struct Loaded: Decodable {
    var parameters: Int
    /// The implementation of attention that `transformers` chose.
    var attention: String
  }

  let versions: Versions
  private let process: LineProcess

  /// Starts the script with the Python at `python`.
  init(python: String, script: String, threads: Int) throws {
    process = try LineProcess([python, script, "\(threads)"])
    versions = try process.next(Versions.self)
  }

  /// Loads the model in `folder`; what was loaded before is dropped.
  func load(_ folder: String) throws -> Loaded { try process.ask(Request(folder: folder), for: Loaded.self) }

  /// Continues each prompt greedily by `count` tokens.
  func generate(after prompts: [[Int]], count: Int) throws -> Generated {
    try process.ask(Request(prompts: prompts, count: count), for: Generated.self)
  }
}
