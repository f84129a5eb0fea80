// The other side of the comparison: a Python process that holds a model in `transformers` and generates when told to.
import Foundation

/// Speaks with `Python/generate.py`: one JSON object a line, each way. Between requests the process sleeps.
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
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  /// Starts the script with the Python at `python`.
  init(python: String, script: String, threads: Int) throws {
    process.executableURL = URL(fileURLWithPath: python)
    process.arguments = [script, "\(threads)"]
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
    let line = try TransformersProcess.line(from: answers, &unread)
    versions = try JSONDecoder().decode(Versions.self, from: line)
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Loads the model in `folder`; what was loaded before is dropped.
  func load(_ folder: String) throws -> Loaded { try ask(Request(folder: folder), for: Loaded.self) }

  /// Continues each prompt greedily by `count` tokens.
  func generate(after prompts: [[Int]], count: Int) throws -> Generated {
    try ask(Request(prompts: prompts, count: count), for: Generated.self)
  }

  private func ask<Answer: Decodable>(_ request: Request, for answer: Answer.Type) throws -> Answer {
    try requests.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request) + Data("\n".utf8))
    return try JSONDecoder().decode(answer, from: TransformersProcess.line(from: answers, &unread))
  }

  private static func line(from pipe: Pipe, _ unread: inout Data) throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(unread[..<end])
        unread = Data(unread[(end + 1)...])
        return line
      }
      let more = pipe.fileHandleForReading.availableData
      guard !more.isEmpty else { throw BenchmarkFailure("the Python process ended; its message is above") }
      unread += more
    }
  }
}
