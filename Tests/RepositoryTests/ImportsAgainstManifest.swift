// The check that a target imports the modules that the manifest declares for it, all of them and no other.
//
// SwiftPM's own check of explicit imports misses a module that is reachable through another dependency.
import Testing

/// Modules of the toolchain, which need no declaration. XCTest is left out on purpose: `make test` runs Swift Testing only.
let toolchainModules: Set<String> = [
  "Swift", "Builtin", "Foundation", "FoundationEssentials", "Glibc", "Musl", "Darwin", "FoundationXML", "Dispatch",
  "Synchronization", "RegexBuilder",
]

/// The faults of one target: imports that it does not declare, and declared dependencies that no file of it imports.
///
/// - Parameters:
///   - target: the target as the manifest declares it.
///   - files: its source files. A target without Swift files (a C target) is judged for what it declares only.
func importFaults(of target: ManifestTarget, files: [SourceFile]) -> [String] {
  var allowed = toolchainModules.union(target.dependencies.map(\.module))
  // The compiler's differentiation is experimental: a reference for tests, nothing to build on.
  if target.path.hasPrefix("Tests/") { allowed.formUnion(["Testing", "_Differentiation"]) }
  var imported: Set<String> = []
  var faults: [String] = []
  for file in files where file.path.hasSuffix(".swift") {
    for line in importLines(file.text) {
      imported.insert(line.module)
      if !allowed.contains(line.module) {
        faults.append("\(file.path):\(line.line): \(target.name) imports \(line.module), which it does not declare")
      }
    }
  }
  for dependency in target.dependencies where !imported.contains(dependency.module) {
    faults.append("Package.swift: \(target.name) declares \(dependency.module), which it does not import")
  }
  return faults
}

@Suite struct ImportsAgainstManifestTests {
  static let target = ManifestTarget(
    name: "A", kind: .library, dependencies: [.target("B"), .product("C")], path: "Sources/A")

  @Test func everyTargetImportsWhatItDeclares() throws {
    let targets = try manifestTargets(try #require(Checkout.current.text("Package.swift")))
    for target in targets {
      let files = Checkout.current.files { $0.hasPrefix(target.path + "/") && $0.hasSuffix(".swift") }
      for fault in importFaults(of: target, files: files) { Issue.record("\(fault)") }
    }
  }

  @Test func aTargetThatImportsItsDependenciesIsAccepted() {
    let files = [
      SourceFile(path: "Sources/A/One.swift", text: "// One.\npublic import B\nimport Foundation\n"),
      SourceFile(path: "Sources/A/Two.swift", text: "// Two.\nimport struct C.D\n"),
    ]
    #expect(importFaults(of: Self.target, files: files).isEmpty)
  }

  @Test(arguments: [
    "import E", "public import E", "@testable import E", "import struct E.F", "import Testing", "import XCTest",
    "import _Differentiation",
  ])
  func anImportThatIsNotDeclaredIsRejected(line: String) {
    let file = SourceFile(path: "Sources/A/One.swift", text: "// One.\nimport B\nimport C\n\(line)\n")
    let faults = importFaults(of: Self.target, files: [file])
    #expect(faults.count == 1 && faults[0].hasPrefix("Sources/A/One.swift:4: A imports "))
  }

  @Test(arguments: ["", "// import C", "let c = \"import C\"", "#if canImport(C)\n#endif"])
  func aDependencyThatNobodyImportsIsRejected(line: String) {
    let file = SourceFile(path: "Sources/A/One.swift", text: "// One.\nimport B\n\(line)\n")
    #expect(importFaults(of: Self.target, files: [file]) == ["Package.swift: A declares C, which it does not import"])
  }

  @Test func testsMayImportTheTestingLibraryAndNothingElseOfTheToolchain() {
    let target = ManifestTarget(name: "ATests", kind: .test, dependencies: [], path: "Tests/ATests")
    let file = SourceFile(path: "Tests/ATests/A.swift", text: "import Testing\nimport XCTest\n")
    #expect(
      importFaults(of: target, files: [file]) == [
        "Tests/ATests/A.swift:2: ATests imports XCTest, which it does not declare"
      ])
  }
}
