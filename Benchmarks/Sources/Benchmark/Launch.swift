// Starts a program from a small process and times it: the time to its first line, the whole time, and its peak memory.
import ArgumentParser
import Foundation
import Glibc

/// What one run of a program took.
struct LaunchedRun: Codable {
  /// From just before the process was made until the first whole line of its output was read.
  var firstLineSeconds: Double
  /// Until the process was gone.
  var seconds: Double
  var processorSeconds: Double
  var peakResidentBytes: Int
  var output: String
}

/// `benchmark launch -- PROGRAM ARGUMENTS`: runs a program and prints a `LaunchedRun`.
///
/// A process of its own, because the peak memory that the system reports of a child is never less than what its parent
/// had when it made the child: `record` itself holds large models.
struct Launch: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Run a program and print what it took, as JSON.", shouldDisplay: false)

  @Argument(parsing: .postTerminator)
  var words: [String]

  func run() throws {
    let result = try Launch.measure(words)
    FileHandle.standardOutput.write(try JSONEncoder().encode(result))
  }

  /// Runs `words` as a child of this process.
  private static func measure(_ words: [String]) throws -> LaunchedRun {
    var ends: [Int32] = [0, 0]
    guard pipe(&ends) == 0 else { throw BenchmarkFailure("no pipe: \(String(cString: strerror(errno)))") }
    for end in ends { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
    var arguments: [UnsafeMutablePointer<CChar>?] = words.map { strdup($0) } + [nil]
    defer {
      posix_spawn_file_actions_destroy(&actions)
      for argument in arguments { free(argument) }
    }
    let start = ContinuousClock.now
    var process: pid_t = 0
    let status = posix_spawnp(&process, words[0], &actions, nil, &arguments, environ)
    guard status == 0 else { throw BenchmarkFailure("\(words[0]): \(String(cString: strerror(status)))") }
    close(ends[1])
    var output: [UInt8] = []
    var firstLine: Duration?
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = read(ends[0], &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      if count <= 0 { break }
      output += buffer[..<count]
      if firstLine == nil, buffer[..<count].contains(UInt8(ascii: "\n")) { firstLine = ContinuousClock.now - start }
    }
    var exit: Int32 = 0
    var usage = rusage()
    while wait4(process, &exit, 0, &usage) < 0, errno == EINTR {}
    let whole = ContinuousClock.now - start
    close(ends[0])
    guard exit == 0 else {
      throw BenchmarkFailure("\(words.prefix(2).joined(separator: " ")) … ended with wait status \(exit)")
    }
    let processor = [usage.ru_utime, usage.ru_stime].reduce(0.0) { $0 + Double($1.tv_sec) + Double($1.tv_usec) * 1e-6 }
    return LaunchedRun(
      firstLineSeconds: (firstLine ?? whole) / .seconds(1), seconds: whole / .seconds(1), processorSeconds: processor,
      peakResidentBytes: usage.ru_maxrss * 1024, output: String(decoding: output, as: UTF8.self))
  }
}

/// Runs a program to its end and returns what it printed; its errors go where this process's go.
func output(of words: [String]) throws -> Data {
  let process = Process()
  process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
  process.arguments = words
  let pipe = Pipe()
  process.standardOutput = pipe
  try process.run()
  let data = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  guard process.terminationStatus == 0 else {
    throw BenchmarkFailure("\(words.prefix(3).joined(separator: " ")) … ended with \(process.terminationStatus)")
  }
  return data
}
