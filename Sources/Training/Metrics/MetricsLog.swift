// The metrics of a run as JSON lines, no step of which is there twice.
package import Foundation

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// A line of metrics.
public struct MetricsLine: Sendable, Equatable {
  /// The number of steps done; lines of a file have ascending steps.
  public var step: Int
  /// The other values, in the order of the line. What is not finite is written as null.
  public var values: [(name: String, value: Double)]

  /// A line.
  public init(step: Int, values: [(name: String, value: Double)]) {
    self.step = step
    self.values = values
  }

  /// Whether two lines have equal steps, names and values.
  public static func == (a: MetricsLine, b: MetricsLine) -> Bool {
    a.step == b.step && a.values.elementsEqual(b.values) { $0.name == $1.name && $0.value == $1.value }
  }

  /// The line as a JSON object; numbers have as many digits as tell them apart from others.
  public var json: String {
    var text = "{\"step\":\(step)"
    for (name, value) in values {
      text += ",\(MetricsLine.quoted(name)):\(value.isFinite ? "\(value)" : "null")"
    }
    return text + "}"
  }

  private static func quoted(_ name: String) -> String {
    var text = "\""
    for scalar in name.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case _ where scalar.value < 0x20:
        let digits = String(scalar.value, radix: 16)
        text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: text.unicodeScalars.append(scalar)
      }
    }
    return text + "\""
  }
}

/// A file of JSON lines that a run appends to.
package final class MetricsLog {
  package let path: String
  private let descriptor: Int32
  private let write: FileWrite

  /// Opens a file and removes what a run that was killed wrote after the step at which it is taken up, an unfinished line too.
  init(path: String, keepingStepsTo step: Int, write: @escaping FileWrite = systemWrite) throws(CheckpointError) {
    self.path = path
    self.write = write
    descriptor = open(path, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else { throw .unwritable(path: path, reason: FileFault.last.reason) }
    do {
      let kept = Self.lengthOfLines(in: try Self.mapped(descriptor), toStep: step)
      if ftruncate(descriptor, off_t(kept)) != 0 { throw FileFault.last }
    } catch {
      close(descriptor)
      throw .unwritable(path: path, reason: (error as? FileFault)?.reason ?? "\(error)")
    }
  }

  /// The bytes of a file, as far as they are looked at.
  private static func mapped(_ descriptor: Int32) throws -> Data {
    var status = stat()
    if fstat(descriptor, &status) != 0 { throw FileFault.last }
    if status.st_size == 0 { return Data() }
    let size = Int(status.st_size)
    guard let bytes = mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0), bytes != MAP_FAILED else {
      throw FileFault.last
    }
    return Data(bytesNoCopy: bytes, count: size, deallocator: .custom { munmap($0, $1) })
  }

  deinit { close(descriptor) }

  /// The length of the whole lines up to a step; walks back from the end, since all that goes stands there.
  package static func lengthOfLines(in bytes: Data, toStep step: Int) -> Int {
    let newline = UInt8(ascii: "\n")
    var end = bytes.lastIndex(of: newline).map { $0 + 1 } ?? 0
    while end > 0 {
      let start = bytes[..<(end - 1)].lastIndex(of: newline).map { $0 + 1 } ?? 0
      let digits = bytes[start..<end].dropFirst(8).prefix { (48...57).contains($0) }
      if bytes[start..<end].starts(with: Array("{\"step\":".utf8)),
        let found = Int(String(decoding: digits, as: UTF8.self)),
        found <= step
      {
        return end
      }
      end = start
    }
    return 0
  }

  /// Appends a line in one write.
  func append(_ line: MetricsLine) throws(CheckpointError) {
    let text = Array((line.json + "\n").utf8)
    do {
      try text.withUnsafeBytes { try writeAll($0, to: descriptor, by: write) }
    } catch {
      throw .unwritable(path: path, reason: (error as? FileFault)?.reason ?? "\(error)")
    }
  }

  /// Waits until the disk has all lines.
  func synchronize() throws(CheckpointError) {
    // A pipe or a device in the file's place has nothing to wait for.
    guard fsync(descriptor) == 0 || errno == EINVAL || errno == EROFS else {
      throw .unwritable(path: path, reason: FileFault.last.reason)
    }
  }
}
