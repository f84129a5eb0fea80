// Tests of the list of files that the checks look at: an empty list would satisfy every one of them.
import Foundation
import Testing

@Suite struct CheckoutTests {
  @Test func thisCheckoutHoldsItsOwnFiles() {
    let paths = Checkout.current.paths
    #expect(paths.contains("Package.swift"))
    #expect(paths.contains("Tests/RepositoryTests/CheckoutTests.swift"))
    #expect(!paths.contains { $0.hasPrefix(".build/") || $0.hasPrefix(".git/") })
  }

  @Test func anExportWithoutGitHoldsEverythingButProducts() throws {
    let manager = FileManager.default
    let root = manager.temporaryDirectory.appending(path: "wright-export-\(UUID().uuidString)")
    defer { try? manager.removeItem(at: root) }
    for path in ["Sources/A/A.swift", ".build/x.swift", "Benchmarks/.build/y.swift", ".ci/run", "Package.resolved"] {
      let file = root.appending(path: path)
      try manager.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data("// A file.\n".utf8).write(to: file)
    }
    let export = Checkout(root: root)
    #expect(export.tracked == nil)
    #expect(export.paths == [".ci/run", "Sources/A/A.swift"])
    #expect(export.text(".ci/run") == "// A file.\n")
  }

  @Test func filesThatAreNotTextAreLeftOut() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: "wright-export-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: root) }
    try FileManager.default.createDirectory(at: root, withIntermediateDirectories: true)
    try Data([0x61, 0x00, 0x62]).write(to: root.appending(path: "zero"))
    try Data([0x61, 0xFF]).write(to: root.appending(path: "latin"))
    try Data("text".utf8).write(to: root.appending(path: "text"))
    let export = Checkout(root: root)
    #expect(export.paths == ["latin", "text", "zero"])
    #expect(export.files { _ in true }.map(\.path) == ["text"])
    #expect(export.text("missing") == nil)
  }

  @Test(arguments: [
    ("Sources/Circuits/Circuit.swift", true), ("Sources/CGMP/include/CGMP.h", true), ("Scripts/run-tests", true),
    ("Tests/Python/test_export.py", true), (".ci/run", true), ("README.md", false), ("Tests/README.md", false),
    ("Tests/RepositoryTests/allow-list", false), ("Notebooks/01.ipynb", false), ("Package.swift", false),
  ])
  func sourceCodeIsToldFromOtherFiles(path: String, isSource: Bool) {
    #expect(SourceFile.isSource(path) == isSource)
  }
}
