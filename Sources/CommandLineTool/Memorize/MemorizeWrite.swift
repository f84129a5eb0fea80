// `wright memorize DATA`: from a table to a network that remembers it, with its costs, bounds and other forms.
import ArgumentParser
import Constructions
import ExactArithmetic
import Randomness
import Transformers
import Verification

#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// The part that writes.
struct MemorizeWrite: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "write",
    abstract: "Write down a network that memorizes every row.",
    discussion: """
      The folder holds network.txt, integers that any language reads back, and memorizer.json with the hypotheses that were checked, every count, and the \
      lower bounds that bear on the network. --mlp writes the network as a perceptron in float32 beside, where float32 has all its numbers; --llama installs \
      it as the feedforward layer of a LLaMA, which says the label of a point in one token. Exits with 1 where such a form has a label wrong.

      EXAMPLE:
        wright memorize table.csv --construction truth-table -o table --llama table-llama
      """)

  @Argument(help: "The points with their labels.", completion: .file(extensions: ["csv"]))
  var data: String

  @Option(name: .long, help: "The construction.")
  var construction: MemorizationConstruction

  @Option(name: [.short, .long], help: "The folder to write.", completion: .directory)
  var output: String

  @Option(name: .long, help: "A folder for the network as a perceptron in float32.", completion: .directory)
  var mlp: String?

  @Option(name: .long, help: "A folder for the network within a LLaMA.", completion: .directory)
  var llama: String?

  @Option(name: .long, help: "The seed of random directions; equal seeds give equal networks.")
  var seed: UInt64 = 1

  @Flag(name: .long, help: "Replace folders that are there already.")
  var force = false

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var memorizer: MemorizerManifest
    var predictionHolds: Bool
    var folder: String
    var mlp: PerceptronExport.Report?
    var llama: TransformerExport.Report?
    var seconds: Double
  }

  func validate() throws {
    let folders = [output, mlp, llama].compactMap { $0.map { URL(fileURLWithPath: $0).standardizedFileURL.path } }
    if Set(folders).count < folders.count {
      throw ValidationError("--output, --mlp and --llama are different folders.")
    }
  }

  func run() throws {
    for folder in [output, mlp, llama].compactMap({ $0 }) {
      try FolderOptions.checkPlace(folder, force: force)
      let parent = URL(fileURLWithPath: folder).deletingLastPathComponent().path
      if !isThere(parent) { throw Failure(.cannotCreate, "\(folder): there is no folder \(parent)") }
    }
    let data = try MemorizeInput.data(data)
    let clock = ContinuousClock.now
    var generator = Philox(seed: seed)
    let memorization: Memorization
    do {
      memorization = try construction.memorize(data, using: &generator)
    } catch {
      throw Failure(.refusedInput, "\(self.data): \(error.description)")
    }
    // Other forms are made before anything is written, so that a form that is impossible leaves nothing behind.
    let perceptron = try mlp.map { try PerceptronExport(memorization.network, data, place: "--mlp \($0)") }
    let transformer = try llama.map { try TransformerExport(memorization.network, data, place: "--llama \($0)") }
    let manifest = MemorizerManifest(memorization, of: data, seed: seed)
    try Interruption.deferring {
      try Failure.writingFolder {
        try MemorizerFolder.write(memorization.network, manifest, to: output, overwrites: force)
        if let mlp { try perceptron?.write(to: mlp, overwrites: force) }
        if let llama { try transformer?.write(to: llama, overwrites: force) }
      }
    }
    let differences = memorization.prediction.differences(from: manifest.size)
    let result = Report(
      memorizer: manifest, predictionHolds: differences.isEmpty, folder: output, mlp: perceptron?.report,
      llama: transformer?.report, seconds: (ContinuousClock.now - clock) / .seconds(1))
    try report.print(result) { text(result, differences) }
    let isRight =
      (result.mlp?.right ?? data.pointCount) == data.pointCount
      && (result.llama?.right ?? data.pointCount) == data.pointCount
    if !differences.isEmpty || !isRight { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  private func text(_ result: Report, _ differences: [String]) -> String {
    let manifest = result.memorizer
    let size = manifest.size
    var rows = [
      ("points", "\(Quantity.exact(manifest.pointCount)) of \(Quantity.exact(manifest.dimension)) coordinates"),
      ("separation", separationText(manifest.separation)),
    ]
    for check in manifest.hypotheses { rows.append((check.hypothesis.rawValue, check.finding)) }
    rows += [
      ("hidden layers, width", "\(Quantity.exact(size.hiddenLayerCount)), \(Quantity.exact(size.width))"),
      ("hidden units", Quantity.exact(size.hiddenUnitCount)),
      (
        "parameters",
        "\(Quantity.exact(size.dense)) in all, \(Quantity.exact(size.nonZero)) not zero, \(Quantity.exact(size.tied)) with shared rows once, "
          + "\(Quantity.exact(size.distinct)) different"
      ),
      ("bits", "\(Quantity.exact(size.maximumBits)) at most, \(Quantity.exact(size.bitSum)) in all"),
    ]
    if let weight = size.totalWeight { rows.append(("total weight", Quantity.text(weight))) }
    for bound in manifest.bounds.entries where bound.applies {
      let ratio = bound.ratio.map { ", \(Quantity.text($0)) times the bound" } ?? ""
      rows.append(("bound: \(bound.kind.rawValue)", "\(Quantity.text(bound.measured)) \(bound.unit)\(ratio)"))
    }
    if let mlp = result.mlp { rows.append(("as a perceptron", mlp.text)) }
    if let llama = result.llama { rows.append(("in a LLaMA", llama.text)) }
    let faults = differences.map { "the size formula is wrong: \($0)\n" }.joined()
    return table(rows) + faults + "\(output): written in \(Quantity.seconds(result.seconds))\n"
  }

  private func separationText(_ separation: Separation) -> String {
    let ratio = separation.ratio.map { "r/delta \(Quantity.text($0))" } ?? "a single point"
    return separation.isExact ? ratio : "\(ratio) or more, of the pairs that were compared"
  }
}
