// `wright memorize check`: a network on every row of a table, in exact arithmetic.
import ArgumentParser
import Constructions
import Synchronization

/// The part that checks.
struct MemorizeCheck: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "check",
    abstract: "Run a memorizing network on every row, exactly.",
    discussion: """
      Outputs are computed with integers of any length and compared with the labels as fractions. Counts are made again from network.txt and compared \
      with memorizer.json. Exits with 0 where every output is its label and the network is the one that was written, and with 1 otherwise.

      EXAMPLE:
        wright memorize check points-zhang points.csv
      """)

  @Argument(help: "A folder that wright memorize wrote.", completion: .directory)
  var folder: String

  @Argument(help: "The points with their labels.", completion: .file(extensions: ["csv"]))
  var data: String

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var exact: Bool
    var asWritten: Bool
    var countsAgree: Bool
    var points: Int
    var wrong: Int
    var faults: [MemorizationCheck.Fault]
    var size: NetworkSize
    var seconds: Double
  }

  func run() throws {
    let folder = try MemorizeInput.folder(folder)
    let data = try MemorizeInput.data(data)
    guard folder.network.inputCount == data.dimension, folder.network.outputs.count == 1 else {
      throw Failure.refused(
        self.data, expected: "points of \(folder.network.inputCount) coordinates, for a network of one output",
        found: "\(data.dimension) coordinates, \(folder.network.outputs.count) outputs")
    }
    let clock = ContinuousClock.now
    let bar = Mutex(ProgressBar("checking", total: data.pointCount, unit: "points", isQuiet: report.quiet))
    let check = MemorizationCheck(folder.network, on: data) { done in
      bar.withLock { $0.update(done) }
      return true
    }
    bar.withLock { $0.finish() }
    let size = folder.network.size
    let result = Report(
      exact: check.isExact, asWritten: folder.isAsWritten, countsAgree: size == folder.manifest.size,
      points: check.pointCount, wrong: check.faultCount, faults: check.faults, size: size,
      seconds: (ContinuousClock.now - clock) / .seconds(1))
    try report.print(result) { text(result) }
    if !(result.exact && result.asWritten && result.countsAgree) { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  private func text(_ result: Report) -> String {
    var text =
      result.exact
      ? "exact: all \(Quantity.exact(result.points)) points\n"
      : "wrong: \(Quantity.exact(result.wrong)) of \(Quantity.exact(result.points)) points\n"
    for fault in result.faults { text += "row \(fault.row): expected \(fault.expected), found \(fault.found)\n" }
    if !result.asWritten { text += "\(folder)/network.txt is not the file that was written: its SHA-256 differs\n" }
    if !result.countsAgree { text += "\(folder)/memorizer.json states other counts than the network has\n" }
    return text + Quantity.seconds(result.seconds) + "\n"
  }
}
