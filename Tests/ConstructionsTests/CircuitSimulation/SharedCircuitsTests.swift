// Every shared circuit that is combinational constructs, and every token of its chain is the circuit's value; sequential ones are refused.
import Circuits
import Constructions
import Foundation
import Randomness
import Testing
import TestSupport
import Transformers

private let slow = ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1"

/// All circuit files, by their path in the folder of circuits.
private let files: [String] = {
  guard let folder = sharedData?.appending(path: "circuits") else { return [] }
  return ["aiger", "bench", "blif", "bristol"].flatMap { part -> [String] in
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.appending(path: part).path)) ?? []
    return names.sorted().map { "\(part)/\($0)" }
  }
}()

/// The files with memory, and what the refusal speaks of.
private let sequential = [
  "aiger/cnt1.aag": "latch", "aiger/toggle.aag": "latch", "aiger/toggle-re.aag": "latch", "bench/s27.bench": "DFF",
]

private func read(_ file: String) throws -> Circuit {
  try Circuit(contentsOf: try #require(sharedData).appending(path: "circuits/\(file)").path)
}

@Suite(.enabled(if: sharedData != nil)) struct SharedCircuitsTests {
  @Test func thereAreSharedCircuits() {
    #expect(files.count > 30)
    #expect(sequential.keys.allSatisfy(files.contains))
  }

  @Test(arguments: files.filter { sequential[$0] == nil })
  func everyTokenOfACombinationalCircuitsChainIsTheCircuitsValue(_ file: String) throws {
    let circuit = try read(file)
    var random = Philox(seed: 95).split(file)
    // By default the large ones are left to the slow tier; AES-128 and SHA-256 have tests of their own.
    guard slow || circuit.gateCount <= 3_000 else { return }
    for folds in slow ? [true, false] : [true] {
      var options = CircuitChain.Options()
      options.foldsInverters = folds
      let built = ConstructedChain(circuit, options: options)
      let inputs = built.assignments(atMost: slow ? 64 : 8, using: &random)
      #expect(try built.indexed(inputs) == inputs.map(built.expected))
      // Dense attention costs T times as much.
      if circuit.wireCount <= (slow ? 3_000 : 800), folds {
        let some = Array(inputs.prefix(slow ? 8 : 2))
        #expect(try built.dense(some) == some.map(built.expected))
      }
      if circuit.wireCount <= (slow ? 3_000 : 300) {
        let li = ConstructedChain(circuit, form: .li, options: options)
        let some = Array(inputs.prefix(2))
        #expect(try li.dense(some) == some.map(li.expected))
        #expect(try li.indexed(some) == some.map(li.expected))
      }
    }
  }

  @Test(arguments: sequential.sorted { $0.key < $1.key }.map { ($0.key, $0.value) })
  func aSequentialCircuitIsRefusedWithWhatItHas(_ file: String, _ word: String) throws {
    let error = try #require(throws: CircuitFileError.self) { try read(file) }
    #expect(error.description.lowercased().contains(word.lowercased()), "\(error)")
  }
}
