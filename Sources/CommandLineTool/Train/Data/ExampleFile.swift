// Files of examples: one JSON object a line.
import Crypto

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// A line with a text: words between white space.
struct TextLine: Decodable {
  var prompt: String
  var answer: String
}

/// A line with numbers.
struct VectorLine: Decodable {
  var input: [Float]
  var target: [Float]

  private enum CodingKeys: CodingKey {
    case input, target
  }

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    input = try container.decode([Float].self, forKey: .input)
    if let number = try? container.decode(Float.self, forKey: .target) {
      target = [number]
    } else {
      target = try container.decode([Float].self, forKey: .target)
    }
  }
}

/// A file whose lines are examples of one kind.
struct ExampleFile<Line: Decodable> {
  let path: String
  let lines: [Line]
  /// The numbers of the lines in the file, from 1; empty lines are left out.
  let numbers: [Int]
  /// The SHA-256 of the file.
  let digest: String

  /// Reads a file.
  ///
  /// - Throws: `Failure` with the line of the first that is not as `expected` says.
  init(_ path: String, expected: String) throws {
    let bytes = try InputFileContents.read(path, expecting: "a file of examples")
    self.path = path
    digest = digestText(of: bytes)
    let decoder = JSONDecoder()
    var (lines, numbers): ([Line], [Int]) = ([], [])
    for (index, line) in bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated() {
      if line.allSatisfy({ $0 == 0x20 || $0 == 0x09 || $0 == 0x0D }) { continue }
      do {
        lines.append(try decoder.decode(Line.self, from: Data(line)))
        numbers.append(index + 1)
      } catch {
        let found = String(decoding: line.prefix(60), as: UTF8.self)
        throw Failure.refused(
          "\(path):\(index + 1)", expected: expected, found: printable(found) + (line.count > 60 ? "..." : ""))
      }
    }
    guard !lines.isEmpty else { throw Failure.refused(path, expected: "at least one example", found: "none") }
    (self.lines, self.numbers) = (lines, numbers)
  }

  /// A fault of an example.
  func failure(_ index: Int, expected: String, found: String) -> Failure {
    Failure.refused("\(path):\(numbers[index])", expected: expected, found: printable(found))
  }
}

/// The SHA-256 of a file, as checkpoints keep it.
func digestText(of bytes: [UInt8]) -> String {
  SHA256.hash(data: bytes).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
}
