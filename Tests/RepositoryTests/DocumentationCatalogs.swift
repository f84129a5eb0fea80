// The check that every module of the library product has a catalog of documentation, which Scripts/build-docs builds.
import Testing

/// The modules of a manifest's library products that have no page `Sources/X/X.docc/X.md`.
func catalogFaults(manifest: String, paths: [String]) throws(ManifestError) -> [String] {
  let modules = try manifestLibraryModules(manifest)
  guard !modules.isEmpty else { throw ManifestError(description: "no library product in the manifest") }
  return modules.map { "Sources/\($0)/\($0).docc/\($0).md" }.filter { !paths.contains($0) }.map { "\($0) is missing" }
}

@Suite struct DocumentationCatalogsTests {
  static let manifest = """
    let package = Package(
      name: "P",
      products: [.library(name: "P", targets: ["A", "B"]), .executable(name: "p", targets: ["C"])],
      targets: [.target(name: "A"), .target(name: "B"), .executableTarget(name: "C")])
    """

  @Test func everyPublicModuleHasItsCatalog() throws {
    let manifest = try #require(Checkout.current.text("Package.swift"))
    #expect(try catalogFaults(manifest: manifest, paths: Checkout.current.paths) == [])
  }

  @Test func aProductWhoseModulesHaveCatalogsIsAccepted() throws {
    let paths = ["Sources/A/A.docc/A.md", "Sources/B/B.docc/B.md", "Sources/C/C.swift"]
    #expect(try catalogFaults(manifest: Self.manifest, paths: paths) == [])
  }

  @Test func aModuleWithoutACatalogIsRejected() throws {
    let paths = ["Sources/A/A.docc/A.md", "Sources/B/B.docc/Topic.md"]
    #expect(try catalogFaults(manifest: Self.manifest, paths: paths) == ["Sources/B/B.docc/B.md is missing"])
  }

  @Test(arguments: [
    "Package(products: [], targets: [])", "Package(targets: [])",
    "Package(products: [.library(name: \"P\", targets: all)])",
  ])
  func aManifestWithoutALiteralLibraryProductIsRejected(manifest: String) {
    #expect(throws: ManifestError.self) { try catalogFaults(manifest: manifest, paths: []) }
  }
}
