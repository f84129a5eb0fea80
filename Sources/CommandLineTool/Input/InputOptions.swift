// `--input` and `--hex`: where assignments come from.
import ArgumentParser
import Circuits

/// The options.
struct InputOptions: ParsableArguments {
  @Option(
    name: [.short, .long],
    help: ArgumentHelp(
      "Bits, or a file with one assignment a line, or - for standard input.",
      discussion:
        "A text of digits 0 and 1 alone (with --hex: of hexadecimal digits and commas, where no such file exists) is an assignment."
    ),
    completion: .file())
  var input: String?

  @Flag(name: .long, help: "Bits are hexadecimal numbers, in and out.")
  var hex = false

  /// The assignments, at least one.
  func assignments(_ format: BitText) throws -> [[Bool]] {
    guard let input else { throw Failure(.usage, "--input is missing") }
    if isAssignment(input) { return [try format.bits(input, place: "--input")] }
    let (name, bytes) = try contents(input)
    var lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map { line in
      line.last == UInt8(ascii: "\r") ? line.dropLast() : line
    }
    // The end of the last line is no line of its own.
    if lines.count > 1, lines.last?.isEmpty == true { lines.removeLast() }
    return try lines.enumerated().map { number, line in
      try format.bits(String(decoding: line, as: UTF8.self), place: "\(name), line \(number + 1)")
    }
  }

  /// Whether the argument is an assignment and not a path. The empty text is the assignment of a circuit without inputs.
  private func isAssignment(_ text: String) -> Bool {
    if text == "-" { return false }
    func areBits(_ bytes: Substring.UTF8View) -> Bool {
      bytes.allSatisfy { $0 == UInt8(ascii: "0") || $0 == UInt8(ascii: "1") }
    }
    if areBits(text[...].utf8) { return true }
    if isThere(text) { return false }
    // What begins like bits and names no file is meant as bits, and refused with the character that is wrong.
    if !hex { return areBits(text.prefix(2).utf8) && !text.contains("/") && !text.contains(".") }
    return text.allSatisfy { $0.isHexDigit || $0 == "," || $0 == "x" || $0 == "X" }
  }

  private func contents(_ path: String) throws -> (name: String, bytes: [UInt8]) {
    path == "-" ? ("standard input", try readStandardInput()) : (path, try InputFileContents.read(path))
  }
}
