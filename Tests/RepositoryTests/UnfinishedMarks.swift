// The check that the product holds no promise in place of code.
import Testing

/// The places where a file says that something is yet to be done.
func unfinishedFaults(_ files: [SourceFile]) -> [String] {
  // Written in parts, so that this file can be searched as well.
  let mark = /\b(TO(?:DO)|FIX(?:ME)|X(?:XX))\b/.wordBoundaryKind(.simple)
  return files.flatMap { file in
    file.text.numberedLines.compactMap { line in
      line.text.contains(mark)
        ? "\(file.path):\(line.number): do it, or open an issue: \(line.text.trimmingPrefix(while: \.isWhitespace))"
        : nil
    }
  }
}

@Suite struct UnfinishedMarksTests {
  @Test func theSourcesPromiseNothing() {
    let files = Checkout.current.files { SourceFile.isSource($0) && $0.hasPrefix("Sources/") }
    #expect(!files.isEmpty)
    #expect(unfinishedFaults(files) == [])
  }

  @Test(arguments: ["let mastodon = 1", "// Everything to do is done.", "let XXXL = 1"])
  func finishedCodeIsAccepted(text: String) {
    #expect(unfinishedFaults([SourceFile(path: "Sources/A/A.swift", text: text)]).isEmpty)
  }

  @Test(arguments: ["// TO" + "DO: finish", "/* FIX" + "ME */", "let a = 1  // X" + "XX wrong", "// A.TO" + "DO.b"])
  func aPromiseIsRejected(text: String) {
    let faults = unfinishedFaults([SourceFile(path: "Sources/A/A.swift", text: "// A file.\n" + text)])
    #expect(faults.count == 1 && faults[0].hasPrefix("Sources/A/A.swift:2: "))
  }
}
