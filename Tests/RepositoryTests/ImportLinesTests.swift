// Tests of the reader of import declarations.
import Testing

@Suite struct ImportLinesTests {
  @Test(arguments: [
    ("import Circuits", ["Circuits"]),
    ("public import Circuits", ["Circuits"]),
    ("  internal   import Circuits // for Circuit", ["Circuits"]),
    ("@testable import Circuits", ["Circuits"]),
    ("@_spi(Testing) @preconcurrency public import Circuits", ["Circuits"]),
    ("import struct Foundation.URL", ["Foundation"]),
    ("import func Glibc.exit", ["Glibc"]),
    ("import `Circuits`", ["Circuits"]),
    ("import A; import B", ["A", "B"]),
    ("#if canImport(Glibc)\nimport Glibc\n#endif", ["Glibc"]),
    ("// import Circuits", []),
    ("/* import Circuits */", []),
    ("let text = \"\"\"\n  import Circuits\n  \"\"\"", []),
    ("let important = 1", []),
    ("importCircuits()", []),
    ("import", []),
  ])
  func everyFormOfImportIsFound(text: String, modules: [String]) {
    #expect(importLines(text).map(\.module) == modules)
  }

  @Test func linesAreCountedFromOne() {
    #expect(
      importLines("// First.\n\nimport A\r\nimport B") == [.init(module: "A", line: 3), .init(module: "B", line: 4)])
  }
}
