// `wright train`: gradient descent on the models that are constructed elsewhere.
import ArgumentParser
import Tensors
import Training

/// The subcommand.
struct Train: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train",
    abstract: "Train a model by a configuration, and write it as a folder that other software loads.",
    discussion: """
      The configuration is YAML; --print-config shows it with every default, and what it shows gives the same run. The folder gets config.yaml, \
      metrics.jsonl, checkpoints, and at the end model and result.json. A run that was interrupted or killed goes on with --resume and ends in \
      the same weights, bit for bit. The article Training a model in the documentation lists every key.

      With seeds or replicas there are many runs. Each goes to its end on one thread, as many at a time as there are threads, and has a folder \
      replica-N, which is that of its lone run: the same configuration, the same weights, bit for bit. What fails or is killed is resumed by \
      itself; those that have ended are not trained again.

      EXAMPLE:
        wright train Configurations/addition.yaml -o addition
        wright train --resume addition
        wright train Configurations/addition.yaml -o faster --set optimizer.lr=0.003 --set seed=1
      """)

  @Argument(help: "A configuration in YAML, or - for standard input; not with --resume.", completion: .file())
  var config: String?

  @Option(name: [.short, .long], help: "The folder to write.", completion: .directory)
  var output: String?

  @Option(name: .long, help: "The folder of a run to go on with.", completion: .directory)
  var resume: String?

  @Option(
    name: .long, parsing: .singleValue,
    help: ArgumentHelp("Put a value in the place of the configuration's; may be repeated.", valueName: "key.path=value")
  )
  var set: [String] = []

  @Flag(name: .long, help: "Print the whole configuration, defaults included, and stop.")
  var printConfig = false

  @OptionGroup var report: ReportOptions

  func validate() throws {
    switch (config, resume) {
    case (nil, nil): throw ValidationError("Missing expected argument '<config>'.")
    case (.some, .some): throw ValidationError("--resume takes its configuration from the folder.")
    case (.some, nil) where output == nil && !printConfig:
      throw ValidationError("Missing expected argument '--output <output>'.")
    case (nil, .some) where output != nil: throw ValidationError("--resume writes into the folder that it names.")
    default: break
    }
  }

  func run() throws {
    let folder = RunFolder(resume ?? output ?? "")
    if resume != nil { try folder.checkForRun() }
    let file = try ConfigurationFile(path: config ?? folder.configuration, overrides: set)
    if resume != nil { try file.checkDataFiles(of: folder) }
    let session = try TrainingSession(file)
    let written = file.shared ?? session.configuration
    if printConfig { return try StandardOutput.print(written.written.yaml) }
    if resume == nil { try folder.create() }
    let lock = try folder.lock()
    defer { withExtendedLifetime(lock) {} }
    folder.removeUnfinished()
    if resume != nil && !set.isEmpty {
      try file.checkForResumption(of: ConfigurationFile(path: folder.configuration))
    }
    try Interruption.deferring {
      try folder.write(written)
      if session.replicas.isEmpty {
        let watch = TrainingWatch(session.configuration, unit: session.unit, report: report)
        let result = try session.run(
          in: folder, resumes: resume != nil && folder.hasCheckpoints, engine: TrainingEngine(session.configuration),
          watch: watch)
        try checkForInterruption(folder, steps: result.steps)
        try report.print(result) { result.text }
      } else {
        let results = try ReplicaRuns(sessions: session.replicas, folder: folder, report: report)
          .run(resumes: resume != nil)
        try checkForInterruption(folder, steps: results.replicas.reduce(0) { $0 + $1.steps })
        let text = try ReportOptions.json(results) + "\n"
        try AtomicFile.write(to: folder.result) { try $0.write(text) }
        try report.print(results) { results.text }
        if let fault = results.faults.first {
          let count = results.faults.count
          throw Failure(
            fault.status, "\(count) \(count == 1 ? "replica" : "replicas") failed; \(fault.folder): \(fault.reason)")
        }
      }
    }
  }

  /// After a signal says how to go on; the end of the deferral ends the program.
  private func checkForInterruption(_ folder: RunFolder, steps: Int) throws {
    if !Interruption.isRequested { return }
    StandardError.note(
      "interrupted after \(Quantity.exact(steps)) steps; wright train --resume \(folder.path) goes on from there")
    throw Interrupted()
  }
}
