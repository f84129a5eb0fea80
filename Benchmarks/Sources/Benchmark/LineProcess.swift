// A process that is asked and answers in JSON, one object a line each way; between requests it sleeps.
import Foundation

/// The other end of a conversation over standard input and output.
final class LineProcess {
  /// What the other side says instead of an answer.
  struct Refusal: Error, Decodable, CustomStringConvertible {
    var error: String
    var description: String { error }
  }

  private let name: String
  private let process = Process()
  private let requests = Pipe()
  private let answers = Pipe()
  private var unread = Data()

  /// Starts `words`, a program and its arguments, as the path says.
  init(_ words: [String]) throws {
    name = words.prefix(2).joined(separator: " ")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = words
    process.standardInput = requests
    process.standardOutput = answers
    try process.run()
  }

  deinit {
    try? requests.fileHandleForWriting.close()
    process.waitUntilExit()
  }

  /// Sends `request` and waits for its answer.
  func ask<Answer: Decodable>(_ request: some Encodable, for answer: Answer.Type) throws -> Answer {
    try requests.fileHandleForWriting.write(contentsOf: JSONEncoder().encode(request) + Data("\n".utf8))
    return try next(answer)
  }

  /// The next line, as an answer.
  ///
  /// - Throws: `Refusal` where the other side says what went wrong.
  func next<Answer: Decodable>(_ answer: Answer.Type) throws -> Answer {
    let line = try line()
    if let refusal = try? JSONDecoder().decode(Refusal.self, from: line) { throw refusal }
    return try JSONDecoder().decode(answer, from: line)
  }

  private func line() throws -> Data {
    while true {
      if let end = unread.firstIndex(of: UInt8(ascii: "\n")) {
        let line = Data(unread[..<end])
        unread = Data(unread[(end + 1)...])
        return line
      }
      let more = answers.fileHandleForReading.availableData
      guard !more.isEmpty else { throw BenchmarkFailure("\(name) ended; its message is above") }
      unread += more
    }
  }
}

/// The near end of such a conversation, in a process that `record` starts.
enum LineService {
  /// Answers each line of standard input by what `handle` makes of it, until there are no more.
  static func serve<Request: Decodable>(_ handle: (Request) throws -> any Encodable) throws {
    while let line = readLine() {
      let answer: Data
      do {
        answer = try JSONEncoder().encode(handle(JSONDecoder().decode(Request.self, from: Data(line.utf8))))
      } catch {
        answer = try JSONEncoder().encode(["error": "\(error)"])
      }
      try FileHandle.standardOutput.write(contentsOf: answer + Data("\n".utf8))
    }
  }
}
