// The circuits that are measured: of the Bristol Fashion collection where they are there, otherwise generated.
import Circuits
import Constructions
import Foundation

/// One circuit with its file and, once it is constructed, its model folder.
struct BenchmarkCircuit {
  /// The short name, such as `sha256`.
  let name: String
  /// Where it comes from.
  let source: String
  let circuit: Circuit
  /// A Bristol Fashion file of it.
  let path: String
  /// Its simulation: what the chain of thought says, and how its tokens are read.
  let simulation: CircuitSimulation

  var manifest: SimulationManifest { simulation.manifest }

  /// The circuit `name` from `collection`, or `generated()` written to `folder`.
  init(_ name: String, collection: String?, folder: String, generated: () -> Circuit) throws {
    self.name = name
    let shared = collection.map { "\($0)/\(name).txt" } ?? ""
    if FileManager.default.fileExists(atPath: shared) {
      source = "Bristol Fashion collection"
      path = shared
      circuit = try Circuit(contentsOf: shared)
    } else {
      source = "generated"
      path = "\(folder)/\(name).txt"
      circuit = generated()
      try circuit.write(to: path, as: .bristolFashion)
    }
    simulation = CircuitSimulation(of: circuit)
  }

  var facts: RecordedRun.CircuitFacts {
    RecordedRun.CircuitFacts(
      name: name, source: source, inputs: circuit.inputCount, gates: circuit.gateCount, depth: circuit.depth,
      tokens: manifest.emittedTokenCount)
  }

  /// `count` reproducible random assignments of the inputs.
  func assignments(_ count: Int) -> [[Bool]] { randomAssignments(count, inputCount: circuit.inputCount) }

  /// All wires of the circuit under `assignments`, as the tokens of the whole chains, prompts included.
  func expectedTokens(for assignments: [[Bool]]) -> [[Int]] {
    let block = AssignmentBlock(assignments, signalCount: circuit.inputCount)
    let wires = Simulator(circuit, keepsAllWires: true).wireValues(of: block)
    return assignments.indices.map { a in
      let steps = (manifest.inputCount..<manifest.wireCount).map { w in
        manifest.token(wire: w, value: wires[a, simulation.chain.sourceWires[w].index])
      }
      return manifest.prompt(assignments[a]) + steps + [2 * manifest.wireCount + 1]
    }
  }
}
