// The check that nothing which a command makes anew is kept in git.
import Testing

/// The tracked paths that are products: of SwiftPM, of Python, of a notebook server.
func trackedProductFaults(_ tracked: [String]) -> [String] {
  let folders: Set<Substring> = [".build", ".swiftpm", "__pycache__", ".ipynb_checkpoints", ".venv"]
  return tracked.filter { path in
    let parts = path.split(separator: "/")
    return parts.last == "Package.resolved" || parts.contains { folders.contains($0) || $0.hasPrefix(".build-") }
  }.map { "\($0) is made anew by the commands that need it: take it out of git" }
}

@Suite struct TrackedProductsTests {
  @Test(.enabled(if: Checkout.current.tracked != nil, "a plain export has no list of tracked files"))
  func noProductIsTracked() throws {
    let tracked = try #require(Checkout.current.tracked)
    #expect(tracked.contains("Package.swift"))
    #expect(trackedProductFaults(tracked) == [])
  }

  @Test(arguments: ["Package.swift", "Sources/Circuits/build.swift", ".ci/run", "Benchmarks/results/a.json"])
  func aSourceIsAccepted(path: String) {
    #expect(trackedProductFaults([path]).isEmpty)
  }

  @Test(arguments: [
    "Package.resolved", "Benchmarks/Package.resolved", ".build/release/wright", "Benchmarks/.build/a", ".build-fuzz/a",
    "Tests/Python/__pycache__/a.pyc",
  ])
  func aProductIsRejected(path: String) {
    #expect(trackedProductFaults([path]).count == 1)
  }
}
