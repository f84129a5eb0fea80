// The check of the architecture: which module may depend on which. The manifest may declare less, never more.
import Testing

/// For each target of Sources, the modules and products that it may depend on; nothing else may be declared.
///
/// A new module gets a row here and in CONTRIBUTING.md. `Verification` may not name `Constructions`: the
/// checker knows nothing of the builder.
let allowedDependencies: [String: Set<String>] = [
  "CGMP": [],
  "COpenBLAS": [],
  "COneDNN": [],
  "CKernels": [],
  "Randomness": [],
  "Circuits": [],
  "ExactArithmetic": ["CGMP"],
  "Tensors": ["COpenBLAS", "COneDNN", "CKernels"],
  "PropertyTesting": ["Randomness"],
  "Transformers": ["Tensors", "ExactArithmetic"],
  "Tasks": ["Randomness", "Circuits"],
  "Training": ["Transformers", "Tensors", "Randomness", "Crypto"],
  "Verification": ["Transformers", "Tensors", "ExactArithmetic", "Crypto"],
  "Constructions": ["Verification", "Transformers", "Tensors", "Circuits", "ExactArithmetic"],
  "CircuitProperties": ["PropertyTesting", "Constructions", "Verification", "Transformers", "Circuits", "Randomness"],
  "CommandLineTool": [
    "Randomness", "Circuits", "ExactArithmetic", "Tensors", "Transformers", "Verification", "Constructions",
    "Training", "Tasks", "ArgumentParser", "Crypto", "Yams",
  ],
  "TestSupport": [],
  "TrainingSupport": ["Training", "Tensors", "Randomness"],
  "TrainingChild": ["TrainingSupport", "Training", "Tensors", "Randomness"],
]

/// The dependencies of non-test targets that a table of allowed ones does not have, and targets without a row in it.
func arrowFaults(targets: [ManifestTarget], allowed: [String: Set<String>]) -> [String] {
  targets.filter { $0.kind != .test }.flatMap { target -> [String] in
    guard let row = allowed[target.name] else { return ["\(target.name) has no row in the table of the architecture"] }
    return target.dependencies.map(\.module).filter { !row.contains($0) }.map {
      "\(target.name) depends on \($0), against the architecture"
    }
  }
}

@Suite struct ArrowsTests {
  @Test func theManifestFollowsTheArchitecture() throws {
    let targets = try manifestTargets(try #require(Checkout.current.text("Package.swift")))
    #expect(arrowFaults(targets: targets, allowed: allowedDependencies) == [])
  }

  @Test func theArchitectureHasNoCycle() {
    var placed: Set<String> = []
    var waiting = allowedDependencies
    while let next = waiting.first(where: {
      $0.value.allSatisfy { placed.contains($0) || allowedDependencies[$0] == nil }
    }) {
      placed.insert(next.key)
      waiting[next.key] = nil
    }
    #expect(waiting.isEmpty, "a cycle among \(waiting.keys.sorted())")
  }

  @Test func aManifestWithFewerDependenciesIsAccepted() throws {
    let targets = try manifestTargets(
      "Package(targets: [.target(name: \"Transformers\", dependencies: [\"Tensors\"])])")
    #expect(arrowFaults(targets: targets, allowed: allowedDependencies).isEmpty)
  }

  @Test(arguments: [
    ("Circuits", "Randomness"), ("Verification", "Constructions"), ("Tensors", "Transformers"),
    ("Randomness", "Crypto"),
  ])
  func anArrowAgainstTheArchitectureIsRejected(from: String, to: String) throws {
    let targets = try manifestTargets("Package(targets: [.target(name: \"\(from)\", dependencies: [\"\(to)\"])])")
    #expect(
      arrowFaults(targets: targets, allowed: allowedDependencies)
        == ["\(from) depends on \(to), against the architecture"])
  }

  @Test func aModuleWithoutARowIsRejected() throws {
    let targets = try manifestTargets("Package(targets: [.target(name: \"Novelty\")])")
    #expect(
      arrowFaults(targets: targets, allowed: allowedDependencies)
        == ["Novelty has no row in the table of the architecture"])
  }
}
