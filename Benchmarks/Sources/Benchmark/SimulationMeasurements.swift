// Simulation of the circuit itself, and `wright check`, which compares the model with it.
import Circuits
import Foundation
import Randomness

extension Recorder {
  mutating func measureSimulation() throws {
    let group = "Simulating and checking SHA-256"
    var generator = Philox(seed: 3)
    let block = AssignmentBlock.random(
      count: isQuick ? 512 : 4096, signalCount: sha256.circuit.inputCount, using: &generator)
    let simulator = Simulator(sha256.circuit)
    let expected = sha256.circuit(block.assignment(511))
    let samples = try samples(repetitions(9)) {
      simulator.outputs(of: block)
    } check: {
      $0.assignment(511) == expected
    }
    let evaluations = Double(block.count * sha256.circuit.gateCount)
    add(
      Measurement(
        group, "Bit-parallel simulation, gate evaluations", .perSecond, samples.map { evaluations / $0 },
        note:
          "One thread, \(block.count) random assignments, 512 at a time; one of them is compared with gate-by-gate evaluation."
      ))

    struct Answer: Decodable {
      var equal: Bool
      var engine: String
      var assignments: Int
      var tokensPerSecond: Double
      var seconds: Double
    }
    let words = [
      "check", try folder(of: sha256), "--circuit", sha256.path, "--assignments", isQuick ? "16" : "512", "--json",
      "--quiet",
    ]
    let runs = try (0...repetitions(5)).map { _ in try launch(words) }.dropFirst()
    let answers = try runs.map { try JSONDecoder().decode(Answer.self, from: Data($0.output.utf8)) }
    guard answers.allSatisfy({ $0.equal && $0.engine == "indexed" }) else {
      throw BenchmarkFailure("wright check found a difference or did not use the lookup")
    }
    let note =
      "Every token of \(answers[0].assignments) chains compared with the simulation; reading and checking the folder not counted."
    add(Measurement(group, "`wright check`, tokens", .tokensPerSecond, answers.map(\.tokensPerSecond), note: note))
    add(
      Measurement(
        group, "`wright check`, assignments", .perSecond, answers.map { Double($0.assignments) / $0.seconds },
        note: note))
    add(Measurement(group, "`wright check`, the whole process", .seconds, runs.map(\.seconds)))
  }
}
