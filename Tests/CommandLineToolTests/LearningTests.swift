// The configurations of `Configurations`, each trained to what its first line claims.
import Foundation
import TestSupport
import Testing

@Suite(.serialized)
struct LearningTests {
  let folder: Scratch

  init() throws { folder = try Scratch() }

  private static let configurations = repositoryRoot.appending(path: "Configurations")

  /// Trains by a configuration and returns its result and its metrics.
  private func train(_ name: String, _ overrides: [String] = []) throws -> (
    result: [String: Any], metrics: [String: Double], lines: [[String: Any]]
  ) {
    let path = Self.configurations.appending(path: name).path
    let outcome = try Program.run(
      ["train", path, "-o", "run", "--json"] + overrides.flatMap { ["--set", $0] }, in: folder)
    #expect(outcome.code == 0, "\(outcome.error)")
    let result = try outcome.json()
    let text = try String(contentsOfFile: folder.path("run/metrics.jsonl"), encoding: .utf8)
    let lines = try text.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
    return (result, try #require(result["metrics"] as? [String: Double]), lines)
  }

  @Test func everyConfigurationIsReadAndTestedHere() throws {
    let names = try FileManager.default.contentsOfDirectory(atPath: Self.configurations.path).sorted()
    #expect(names == ["addition.yaml", "overfit.yaml", "parity-mlp.yaml", "parity.yaml", "s5.yaml"])
    for name in names {
      let path = Self.configurations.appending(path: name).path
      #expect(try Program.run(["train", path, "--print-config"], in: folder).code == 0)
    }
  }

  @Test func aTinyLlamaOverfits64Sequences() throws {
    let (result, metrics, _) = try train("overfit.yaml")
    #expect(try #require(result["loss"] as? Double) < 0.05)
    #expect(metrics["trainingExactMatch"] == 1)
    #expect(
      try #require(metrics["validationExactMatch"]) < 0.2, "what is learned by heart says nothing about other texts")
  }

  @Test func additionIsGeneralizedLongAfterItIsLearnedByHeart() throws {
    let (result, metrics, lines) = try train("addition.yaml")
    #expect(result["ending"] as? String == "stoppedEarly")
    #expect(try #require(metrics["validationExactMatch"]) >= 0.99)
    func step(_ name: String, reaches value: Double) throws -> Int {
      try #require(lines.first { ($0[name] as? Double ?? 0) >= value }?["step"] as? Int)
    }
    let byHeart = try step("trainingExactMatch", reaches: 0.95)
    let generalized = try step("validationExactMatch", reaches: 0.99)
    #expect(generalized >= 2 * byHeart, "by heart at step \(byHeart), generalized at step \(generalized)")
    let then = try #require(lines.first { $0["step"] as? Int == byHeart }?["validationExactMatch"] as? Double)
    #expect(then < 0.6)
  }

  @Test func productsInS5AreLearnedWithAChainOfThought() throws {
    let (_, metrics, _) = try train("s5.yaml")
    #expect(try #require(metrics["validationExactMatch"]) >= 0.99)
  }

  @Test func parityOf8BitsIsLearnedWithAChainOfThought() throws {
    let (_, metrics, _) = try train("parity.yaml")
    #expect(try #require(metrics["validationExactMatch"]) >= 0.99)
  }

  @Test func parityOf8BitsIsLearnedByAPerceptron() throws {
    let (_, metrics, _) = try train("parity-mlp.yaml")
    #expect(metrics["trainingAccuracy"] == 1)
  }
}
