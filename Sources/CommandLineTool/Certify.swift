// `wright certify`: shows what a folder's weights compute, for all inputs.
import ArgumentParser
import Circuits
import Constructions
import Verification

/// The subcommand.
struct Certify: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "certify", abstract: "Certify.")

  @Argument var folder: String
  @Option var unit: Double = 24
  @Option var bits: Int?
  @Option var semantics: String = "rounded"

  func run() throws {
    let clock = ContinuousClock.now
    let simulation = try SimulationFolder(folder)
    print("read", ContinuousClock.now - clock)
    let form = simulation.manifest.promptForm
    var u = 1.0
    for _ in 0..<Int(unit) { u /= 2 }
    let s: Semantics =
      semantics == "ideal"
      ? .ideal : semantics == "softmax" ? .softmax : .rounded(RoundingModel(unit: u, keptBits: bits))
    let start = ContinuousClock.now
    do {
      let proof = try Checker(simulation.model, form: form).derive(s)
      print(ContinuousClock.now - start, proof.bounds)
    } catch { print(ContinuousClock.now - start, error) }
  }
}
