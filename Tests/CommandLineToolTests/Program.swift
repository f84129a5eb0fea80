// Runs the built program as a user does: arguments and standard input in, exit code and texts out.
import Foundation
import Testing

/// What a run left.
struct Outcome {
  var code: Int32
  /// Whether a signal ended the program; `code` is then the signal's number.
  var wasSignalled: Bool
  var output: String
  var error: String

  /// Standard output as a JSON object.
  func json() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any])
  }
}

/// The program under test, never built here.
enum Program {
  /// The program: `WRIGHT` where that is set, otherwise the product beside the test bundle.
  static let path: String = {
    if let path = ProcessInfo.processInfo.environment["WRIGHT"], !path.isEmpty { return path }
    var folder = URL(fileURLWithPath: CommandLine.arguments[0]).standardizedFileURL
    while folder.path != "/" {
      folder.deleteLastPathComponent()
      let candidate = folder.appending(path: "wright").path
      var isFolder: ObjCBool = false
      if FileManager.default.fileExists(atPath: candidate, isDirectory: &isFolder), !isFolder.boolValue {
        return candidate
      }
    }
    return "wright"
  }()

  /// A process that is ready to start; its texts go to files, so that no pipe can fill up.
  static func process(_ arguments: [String], in folder: Scratch) -> Process {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = folder.url
    process.standardInput = FileHandle.nullDevice
    return process
  }

  /// Runs the program in `folder`.
  static func run(_ arguments: [String], input: String? = nil, in folder: Scratch) throws -> Outcome {
    let process = process(arguments, in: folder)
    let texts = try Scratch()
    let names = ["in", "out", "err"].map { texts.url.appending(path: $0) }
    try Data((input ?? "").utf8).write(to: names[0])
    for name in names[1...] { try Data().write(to: name) }
    let handles = [
      try FileHandle(forReadingFrom: names[0]), try FileHandle(forWritingTo: names[1]),
      try FileHandle(forWritingTo: names[2]),
    ]
    process.standardInput = handles[0]
    process.standardOutput = handles[1]
    process.standardError = handles[2]
    try process.run()
    process.waitUntilExit()
    return Outcome(
      code: process.terminationStatus, wasSignalled: process.terminationReason == .uncaughtSignal,
      output: String(decoding: try Data(contentsOf: names[1]), as: UTF8.self),
      error: String(decoding: try Data(contentsOf: names[2]), as: UTF8.self))
  }
}

/// A folder that is removed with its last reference.
final class Scratch: Sendable {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  /// The path of a file in the folder.
  func path(_ name: String) -> String { url.appending(path: name).path }

  /// Writes a file into the folder.
  func write(_ name: String, _ text: String) throws { try Data(text.utf8).write(to: url.appending(path: name)) }

  /// The names in the folder, sorted.
  var names: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: url.path).sorted() }
  }
}

/// A full adder in ASCII AIGER: inputs a, b, carry; outputs sum, carry.
let fullAdder = """
  aag 10 3 0 2 7
  2
  4
  6
  18
  21
  8 2 4
  10 3 5
  12 9 11
  14 12 6
  16 13 7
  18 15 17
  20 9 15

  """
