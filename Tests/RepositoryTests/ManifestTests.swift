// Tests of the reader of Package.swift.
import Testing

@Suite struct ManifestTests {
  @Test func theFormsOfThisHouseAreRead() throws {
    let text = """
      // swift-tools-version: 6.2
      import PackageDescription
      let strict: [SwiftSetting] = [.enableUpcomingFeature("ExistentialAny")]
      let package = Package(
        name: "P",
        products: [.library(name: "P", targets: ["A"])],
        dependencies: [.package(url: "https://x.example/b", from: "1.0.0")],
        targets: [
          .target(name: "A", swiftSettings: strict),
          // .target(name: "Gone"),
          .executableTarget(
            name: "B",
            dependencies: ["A", .product(name: "X", package: "b", condition: .when(platforms: [.linux])), .target(name: "C")],
            exclude: ["x"], swiftSettings: strict + [.define("D")],),
          .testTarget(name: "ATests", dependencies: [.byName(name: "A")], path: "Tests/A/",
            linkerSettings: [.linkedLibrary("gmp")]),
        ],
        swiftLanguageModes: [.v6]
      )
      """
    #expect(
      try manifestTargets(text) == [
        ManifestTarget(name: "A", kind: .library, dependencies: [], path: "Sources/A"),
        ManifestTarget(
          name: "B", kind: .executable, dependencies: [.target("A"), .product("X"), .target("C")], path: "Sources/B"),
        ManifestTarget(name: "ATests", kind: .test, dependencies: [.target("A")], path: "Tests/A"),
      ])
  }

  @Test(arguments: [
    "let package = 1",
    "Package(name: \"P\")",
    "Package(targets: all)",
    "Package(targets: [.target(name: \"A\")] + more)",
    "Package(targets: [.target(name: name)])",
    "Package(targets: [.plugin(name: \"A\")])",
    "Package(targets: [.target(name: \"A\", dependencies: base + [\"B\"])])",
    "Package(targets: [.target(name: \"A\", dependencies: [b])])",
    "Package(targets: [.target(name: \"A\", dependencies: [.product(package: \"b\")])])",
    "Package(targets: [.target(name: \"A\", path: folder)])",
    "Package(targets: [.target(name: \"A\"",
    "Package(targets: [",
    "Package(targets: [.target(name:)])",
  ])
  func formsThatAreNotUnderstoodAreRefused(text: String) {
    #expect(throws: ManifestError.self) { try manifestTargets(text) }
  }

  @Test func thisPackagesManifestIsRead() throws {
    let targets = try manifestTargets(try #require(Checkout.current.text("Package.swift")))
    #expect(targets.contains { $0.name == "Circuits" && $0.kind == .library })
    #expect(targets.contains { $0.name == "RepositoryTests" && $0.dependencies == [.target("TestSupport")] })
    #expect(targets.contains { $0.name == "CommandLineTool" && $0.kind == .executable })
  }
}
