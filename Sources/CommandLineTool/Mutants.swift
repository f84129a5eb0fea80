// `wright mutants`: what a certifier lets pass, by small changes to the weights and to the circuit.
import ArgumentParser
import Circuits
import Constructions
import Randomness
import Synchronization
import Transformers
import Verification

/// The subcommand.
struct Mutants: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "mutants",
    abstract: "Change weights and gates one at a time; each mutant is to be refused or right.",
    discussion: """
      Each weight is perturbed, sign-flipped and zeroed, each token's row of the embedding and of the head is swapped with others, and each gate of \
      the circuit is changed. A mutant is either refused by the checker, or certified, and then judged by another program: dense \
      float32 attention tabulated over the wires that it can see, compared with a simulation of the circuit under all assignments or \
      --assignments of them.

      There are at most --count mutants of weights, of rows and of gates; where there are more, they are chosen at random. Mutants that change nothing \
      are left out. Exits with 0 only when no certified mutant is wrong or beyond the judge, and the unchanged model is certified.

      EXAMPLE:
        wright mutants adder64-llama --circuit adder64.txt --count 1000
      """)

  @Argument(help: "A folder that wright construct wrote.", completion: .directory)
  var folder: String

  @OptionGroup var claimed: ClaimedCircuit

  @Option(name: .long, help: "How many mutants of weights, of rows and of gates there are at most.")
  var count = 100_000

  @Option(name: .long, help: "How many assignments certified mutants are compared under at most.")
  var assignments = 1_000_000

  @Option(
    name: .long,
    help:
      "Certify for every rounding with relative errors up to 2^-bits: 24 for float32, 11 for float16, 8 for bfloat16.")
  var bits = 24

  @Option(name: .long, help: "The seed of the random choices.")
  var seed: UInt64 = 1

  @Option(name: .long, help: "How many threads work; by default one for each processor.")
  var threads: Int?

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var sound: Bool
    /// Whether the model as it is was certified, and what the judge says of it.
    var originalIsCertified: Bool
    var original: String
    var rows: [MutationReport.Row]
    var mutants: Int
    var refused: Int
    var equal: Int
    var wrong: Int
    var notJudged: Int
    /// How many mutants there were to choose from, and how many of the chosen change nothing.
    var population: Int
    var unchanged: Int
    var assignments: Int
    /// The certified mutants that are wrong or could not be judged; at most a hundred.
    var survivors: [Survivor]
    var bits: Int
    var seed: UInt64
    var seconds: Double
  }

  /// A certified mutant that is wrong or could not be judged.
  struct Survivor: Encodable {
    var mutant: String
    var judgement: String
    /// The assignment under which the mutant is wrong.
    var inputs: String?
  }

  func validate() throws {
    if count < 1 { throw ValidationError("--count is at least 1.") }
    if assignments < 1 { throw ValidationError("--assignments is at least 1.") }
    // The judge rounds as float32 does, so that a claim about finer rounding says nothing of it.
    if !(1...24).contains(bits) { throw ValidationError("--bits is 1 to 24.") }
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1.") }
  }

  func run() throws {
    let simulation = try SimulationFolder(folder)
    let circuit = try claimed.read()
    var options = MutationStudy.Options()
    options.mutantLimit = count
    options.assignmentLimit = assignments
    options.threadCount = threads
    var generator = Philox(seed: seed)
    let clock = ContinuousClock.now
    let study: MutationStudy
    do {
      study = try MutationStudy(simulation.model, simulation.manifest, circuit, options: options, using: &generator)
    } catch {
      throw Failure(.refusedInput, "\(folder): not the model of \(claimed.circuit): \(error)")
    }
    let total = study.selection.mutants.count
    let bar = Mutex(ProgressBar("mutating", total: total, unit: "mutants", isQuiet: report.quiet))
    let manifest = simulation.manifest
    let semantics = Semantics.rounded(RoundingModel(unit: 1 / Double(1 << bits)))
    let outcome = study.run { model, circuit in
      manifest.isCertified(model, circuit, semantics)
    } progress: { done in
      bar.withLock { $0.update(done) }
      return true
    }
    bar.withLock { $0.finish() }
    let seconds = (ContinuousClock.now - clock) / .seconds(1)
    let result = Report(outcome, study, manifest, bits: bits, seed: seed, seconds: seconds)
    try report.print(result) { text(result) }
    if !result.sound { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }
}

extension Mutants {
  private func text(_ result: Report) -> String {
    var rows = [["mutants of", "mutants", "refused", "certified and equal", "wrong", "not judged"]]
    func cells(_ name: String, _ numbers: [Int]) -> [String] { [name] + numbers.map { Quantity.exact($0) } }
    for row in result.rows {
      rows.append(cells(row.kind.rawValue, [row.mutants, row.refused, row.equal, row.wrong, row.notJudged]))
    }
    rows.append(cells("all", [result.mutants, result.refused, result.equal, result.wrong, result.notJudged]))
    if result.notJudged == 0 { rows = rows.map { $0.dropLast() } }
    let original =
      result.originalIsCertified && result.original == "equal"
      ? "" : "the unchanged model: \(result.originalIsCertified ? "certified" : "refused"), \(result.original)\n"
    let survivors = result.survivors.map { survivor in
      "\(survivor.mutant): \(survivor.judgement)\n" + (survivor.inputs.map { "inputs \($0)\n" } ?? "")
    }
    let isAll = result.population - result.unchanged == result.mutants
    let choice = isAll ? "all mutants" : "chosen from \(Quantity.exact(result.population)) mutants, seed \(seed)"
    let unchanged =
      result.unchanged == 0 ? "" : "; \(Quantity.exact(result.unchanged)) that change nothing are left out"
    return Mutants.table(rows) + original + survivors.joined()
      + "\(choice)\(unchanged)\n"
      + "certified for rounding errors up to 2^-\(bits); judged in float32 under "
      + "\(Quantity.exact(result.assignments)) assignments\n"
  }

  /// A table whose first column stands to the left and whose others stand to the right.
  private static func table(_ rows: [[String]]) -> String {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + space : space + cell
      }.joined(separator: "  ") + "\n"
    }.joined()
  }
}

extension Mutants.Report {
  /// The report of `outcome`, which `study` found.
  fileprivate init(
    _ outcome: MutationReport, _ study: MutationStudy, _ manifest: SimulationManifest, bits: Int, seed: UInt64,
    seconds: Double
  ) {
    let total = outcome.total
    self.init(
      sound: outcome.isSound, originalIsCertified: outcome.originalIsCertified,
      original: Mutants.text(outcome.original, manifest), rows: outcome.rows, mutants: total.mutants,
      refused: total.refused, equal: total.equal, wrong: total.wrong, notJudged: total.notJudged,
      population: study.selection.populationCount, unchanged: study.selection.unchangedCount,
      assignments: study.assignments.count,
      survivors: outcome.survivors.map { survivor in
        Mutants.Survivor(
          mutant: survivor.mutant.description(study.selection.tensors),
          judgement: Mutants.text(survivor.judgement, manifest), inputs: survivor.judgement.inputs.map(Mutants.bits))
      }, bits: bits, seed: seed, seconds: seconds)
  }
}

extension Mutants {
  /// What the judge says, in words.
  fileprivate static func text(_ judgement: ChainJudge.Judgement, _ manifest: SimulationManifest) -> String {
    switch judgement {
    case .equal: "equal"
    case .different(let difference):
      "after position \(difference.position): expected \(manifest.word(ofToken: difference.expected)), "
        + "found \(manifest.word(ofToken: difference.found))"
    case .differentOutput: "an output is read at a wire that does not carry it"
    case .notJudged(let obstacle): "not judged: \(obstacle)"
    }
  }

  fileprivate static func bits(_ inputs: [Bool]) -> String {
    BitText(widths: [], count: inputs.count, isHexadecimal: false).text(inputs)
  }
}

extension ChainJudge.Judgement {
  /// The assignment under which something is wrong.
  fileprivate var inputs: [Bool]? {
    switch self {
    case .different(let difference): difference.inputs
    case .differentOutput(let inputs): inputs
    case .equal, .notJudged: nil
    }
  }
}
