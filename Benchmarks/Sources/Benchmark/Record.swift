// `benchmark record`: measures everything in one run and writes the JSON file and its page.
import ArgumentParser
import Circuits
import Foundation

/// What is recorded in a file of its own.
enum RecordPart: String, CaseIterable, ExpressibleByArgument {
  /// Circuits: reading, constructing, running and certifying.
  case general
  /// The training engine and greedy decoding.
  case training

  /// The groups of measurements, in the order in which they are made.
  var groups: [(name: String, measure: (inout Recorder) throws -> Void)] {
    switch self {
    case .general:
      [
        ("parse", { try $0.measureParsing() }), ("construct", { try $0.measureConstruction() }),
        ("simulate", { try $0.measureSimulation() }), ("indexed", { try $0.measureIndexed() }),
        ("bitsliced", { try $0.measureBitsliced() }), ("certify", { try $0.measureCertification() }),
        ("start", { try $0.measureStart() }), ("dense", { try $0.measureDense() }),
      ]
    case .training:
      TrainingCase.all.map { training in (training.name, { try $0.measureTraining(training) }) } + [
        ("decoding", { try $0.measureDecoding() }), ("products", { try $0.measureProducts() }),
      ]
    }
  }

  /// What the names of its files begin with.
  var prefix: String { self == .general ? "" : "\(rawValue)-" }

  var title: String { self == .general ? "Benchmarks" : "Benchmarks of training and decoding" }
}

/// The subcommand; run from the root of the checkout, by `Scripts/benchmark`.
struct Record: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Measure, and write Benchmarks/results/DATE-COMMIT.json and .md, and training-DATE-COMMIT.json and .md.")

  @Argument(help: "What to measure: general, training, or both where nothing is named.")
  var parts: [RecordPart] = RecordPart.allCases

  @Option(help: "The built program `wright`.", completion: .file())
  var program: String

  @Option(help: "A Python with torch and transformers.", completion: .file())
  var python: String

  @Option(help: "A folder of Bristol Fashion circuits; those that it lacks are generated.", completion: .directory)
  var circuits: String?

  @Option(
    help: """
      Measure these groups only: parse, construct, simulate, indexed, bitsliced, certify, start, dense, training-small, \
      training-replicas, training-middle, training-large, training-mlp, decoding, products. For development.
      """)
  var only: [String] = []

  @Flag(help: "Few repetitions and short chains, to see that everything works; nothing is recorded.")
  var quick = false

  func run() throws {
    let known = parts.flatMap(\.groups).map(\.name)
    if let unknown = only.first(where: { !known.contains($0) }) {
      throw ValidationError("--only knows no group \(unknown).")
    }
    for part in parts {
      let groups = part.groups.filter { only.isEmpty || only.contains($0.name) }
      if !groups.isEmpty { try record(part, groups) }
    }
  }

  private func record(
    _ part: RecordPart, _ groups: [(name: String, measure: (inout Recorder) throws -> Void)]
  ) throws {
    let start = ContinuousClock.now
    let work = "Benchmarks/.build/work"
    try? FileManager.default.removeItem(atPath: work)
    try FileManager.default.createDirectory(atPath: work, withIntermediateDirectories: true)
    let date = ISO8601DateFormatter().string(from: Date())
    var machine = Machine.current()
    if machine.loadAtStart > 0.3 * Double(machine.cores) {
      note("the load is \(Figure.plain(machine.loadAtStart)) already: other work will show in the figures")
    }
    var recorder = Recorder(
      program: program, python: python, work: work, isQuick: quick,
      transformers: try TransformersProcess(python: python, script: "Benchmarks/Python/generate.py", threads: 2),
      adder64: try BenchmarkCircuit("adder64", collection: circuits, folder: work) { .rippleCarryAdder(width: 64) },
      mult64: try BenchmarkCircuit("mult64", collection: circuits, folder: work) { .wallaceMultiplier(width: 64) },
      sha256: try BenchmarkCircuit("sha256", collection: circuits, folder: work) { .sha256Compression() })
    for group in groups {
      note(group.name)
      try group.measure(&recorder)
    }
    machine.loadAtEnd = Machine.load()
    let versions = recorder.transformers.versions
    let measured = [recorder.adder64, recorder.mult64, recorder.sha256].map(\.facts)
    let run = RecordedRun(
      title: part.title, date: date, commit: try text(of: ["git", "rev-parse", "HEAD"]),
      hasLocalChanges: try !text(of: ["git", "status", "--porcelain", "--untracked-files=no"]).isEmpty,
      isQuick: quick || !only.isEmpty, command: "Scripts/benchmark \(part)",
      seconds: (ContinuousClock.now - start) / .seconds(1), machine: machine,
      versions: .init(
        swift: try text(of: ["swift", "--version"]).split(separator: "\n").first.map(String.init) ?? "unknown",
        python: versions.python, torch: versions.torch, transformers: versions.transformers,
        torchThreads: versions.threads),
      circuits: part == .general ? measured : [], measurements: recorder.measurements)
    let name = "\(part.prefix)\(date.prefix(10))-\(run.commit.prefix(8))"
    try write(run, to: run.isQuick ? "\(work)/quick-\(part)" : "Benchmarks/results/\(name)")
  }

  private func write(_ run: RecordedRun, to path: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    let folder = URL(fileURLWithPath: path).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let data = try encoder.encode(run)
    try (data + Data("\n".utf8)).write(to: URL(fileURLWithPath: path + ".json"), options: .atomic)
    // The page is made from what the file says, not from what is in memory.
    let markdown = try JSONDecoder().decode(RecordedRun.self, from: data).markdown
    try Data(markdown.utf8).write(to: URL(fileURLWithPath: path + ".md"), options: .atomic)
    print(markdown)
    print("Written: \(path).json and \(path).md")
  }

  private func text(of words: [String]) throws -> String {
    String(decoding: try output(of: words), as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}

/// A line for whoever waits.
func note(_ text: String) { FileHandle.standardError.write(Data("benchmark: \(text)\n".utf8)) }
