// The check that a source file can be read in one sitting: none has more than 600 lines.
import Testing

/// The most lines that a source file may have.
let maximumLines = 600

/// The files that are longer than the maximum.
func fileLengthFaults(_ files: [SourceFile]) -> [String] {
  files.compactMap { file in
    // A final line break ends the last line; it does not begin another.
    let lines = file.text.numberedLines.count - (file.text.last?.isNewline == true ? 1 : 0)
    return lines > maximumLines ? "\(file.path) has \(lines) lines, more than \(maximumLines)" : nil
  }
}

@Suite struct FileLengthTests {
  @Test func noSourceFileIsTooLong() {
    let files = Checkout.current.files(where: SourceFile.isSource)
    #expect(!files.isEmpty)
    #expect(fileLengthFaults(files) == [])
  }

  @Test(arguments: ["", "a", String(repeating: "a\n", count: 600), String(repeating: "\n", count: 599) + "a"])
  func aFileOfAtMost600LinesIsAccepted(text: String) {
    #expect(fileLengthFaults([SourceFile(path: "Sources/A/A.swift", text: text)]).isEmpty)
  }

  @Test(arguments: [String(repeating: "a\n", count: 601), String(repeating: "a\r\n", count: 600) + "b"])
  func aFileOf601LinesIsRejected(text: String) {
    #expect(
      fileLengthFaults([SourceFile(path: "Sources/A/A.swift", text: text)])
        == ["Sources/A/A.swift has 601 lines, more than 600"])
  }
}
