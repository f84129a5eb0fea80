// What the figures were measured on, read from the system.
import Foundation
import Glibc

/// The machine of a run.
struct Machine: Codable, Sendable {
  var processor: String
  /// Processors that the system may use.
  var cores: Int
  var vectorExtensions: [String]
  var memoryBytes: Int
  var system: String
  var kernel: String
  /// The load average over one minute when the run began and when it ended: other work on the machine shows here.
  var loadAtStart: Double
  var loadAtEnd: Double

  /// This machine.
  static func current() -> Machine {
    let processor = fields(ofFile: "/proc/cpuinfo", separator: ":")
    let system = fields(ofFile: "/etc/os-release", separator: "=")
    let flags = Set((processor["flags"] ?? "").split(separator: " ").map(String.init))
    let name = processor["model name"] ?? "unknown"
    let family = ["cpu family", "model", "stepping"].compactMap { key in processor[key].map { "\(key) \($0)" } }
    var identity = utsname()
    uname(&identity)
    let kernel = withUnsafeBytes(of: &identity.release) { bytes in
      String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    return Machine(
      processor: family.isEmpty ? name : "\(name) (\(family.joined(separator: ", ")))",
      cores: Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))),
      vectorExtensions: ["sse4_2", "avx2", "avx512f", "asimd", "sve"].filter(flags.contains),
      memoryBytes: Int(sysconf(Int32(_SC_PHYS_PAGES))) * Int(sysconf(Int32(_SC_PAGESIZE))),
      system: system["PRETTY_NAME"] ?? "unknown", kernel: kernel, loadAtStart: load(), loadAtEnd: load())
  }

  /// The load average over one minute.
  static func load() -> Double {
    var averages = [0.0]
    return getloadavg(&averages, 1) == 1 ? averages[0] : 0
  }

  /// The largest resident size that this process has had.
  ///
  /// Not `ru_maxrss`, which a process inherits from whoever started it.
  static func peakResidentBytes() throws -> Int {
    let line = fields(ofFile: "/proc/self/status", separator: ":")["VmHWM"] ?? ""
    guard let kibibytes = line.split(separator: " ").first.flatMap({ Int($0) }) else {
      throw BenchmarkFailure("/proc/self/status has no VmHWM")
    }
    return kibibytes * 1024
  }

  /// The first value of each key in a file of `key separator value` lines.
  private static func fields(ofFile path: String, separator: Character) -> [String: String] {
    var fields: [String: String] = [:]
    let text = (try? String(contentsOfFile: path, encoding: .utf8)) ?? ""
    for line in text.split(whereSeparator: \.isNewline) {
      let parts = line.split(separator: separator, maxSplits: 1)
      guard parts.count == 2 else { continue }
      let trimmed = parts.map { $0.trimmingCharacters(in: CharacterSet(charactersIn: " \t\"")) }
      if fields[trimmed[0]] == nil { fields[trimmed[0]] = trimmed[1] }
    }
    return fields
  }
}
