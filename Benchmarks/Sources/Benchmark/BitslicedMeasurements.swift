// The bitsliced path on SHA-256: the program derived from the weights, 512 inputs at once.
import Circuits
import Constructions
import Foundation
import Randomness
import Transformers
import Verification

extension Recorder {
  mutating func measureBitsliced() throws {
    let group = "Bitsliced, SHA-256, 512 inputs at once"
    let manifest = sha256.manifest
    let proof = try Checker(ModelFolder(folder(of: sha256)).model(), form: manifest.promptForm).derive(
      .rounded(.float32))
    let lookup = BitslicedLookup(proof)
    var generator = Philox(seed: 21)
    let block = AssignmentBlock.random(
      count: Simulator.lanesPerPass, signalCount: sha256.circuit.inputCount, using: &generator)
    let wires = Simulator(sha256.circuit, keepsAllWires: true).wireValues(of: block)
    let sources = sha256.simulation.chain.sourceWires
    let tokens = Double(block.count * manifest.emittedTokenCount)
    let values = try samples(repetitions(25)) {
      lookup.wireValues(of: block)
    } check: { values in
      sources.indices.allSatisfy { values.words(ofSignal: $0) == wires.words(ofSignal: sources[$0].index) }
    }
    add(
      Measurement(
        group, "Token evaluations", .tokensPerSecond, values.map { tokens / $0 }, target: .atLeast(2e9),
        note:
          "One thread, \(block.count) random inputs; the value that each token says, one bit a token, all in memory afterwards and each compared "
          + "with a simulation of the circuit. No attention is computed: the program was derived from the weights for all inputs."))
    let first = (0..<8).map { a in sources.map { wires[a, $0.index] } }
    let texts = try samples(repetitions(9)) {
      lookup.tokens(for: block)
    } check: { texts in
      try first.enumerated().allSatisfy { a, values in
        texts[a].count == manifest.leadingTokenCount + manifest.inputCount + manifest.emittedTokenCount
          && (try manifest.wireValues(ofTokens: texts[a].lazy.map { Int($0) })) == values
      }
    }
    add(
      Measurement(
        group, "Tokens written out", .tokensPerSecond, texts.map { tokens / $0 },
        note: "The same, and every token as a number of 32 bits, chain by chain, in memory that is taken anew each time."
      ))

    struct Answer: Decodable {
      var equal: Bool
      var engine: String
      var assignments: Int
      var tokensPerSecond: Double
    }
    let words = [
      "check", try folder(of: sha256), "--circuit", sha256.path, "--engine", "bitsliced", "--assignments",
      isQuick ? "1024" : "16384", "--json", "--quiet",
    ]
    let runs = try (0...repetitions(5)).map { _ in try launch(words) }.dropFirst()
    let answers = try runs.map { try JSONDecoder().decode(Answer.self, from: Data($0.output.utf8)) }
    guard answers.allSatisfy({ $0.equal && $0.engine == "bitsliced" }) else {
      throw BenchmarkFailure("wright check found a difference or did not run bit by bit")
    }
    add(
      Measurement(
        group, "`wright check --engine bitsliced`, tokens", .tokensPerSecond, answers.map(\.tokensPerSecond),
        note:
          "\(answers[0].assignments) inputs, made and simulated as well; reading the folder and deriving the program not counted."
      ))
  }
}
