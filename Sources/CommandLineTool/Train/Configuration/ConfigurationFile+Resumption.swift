// What may change when a run is resumed: how far it goes and what it writes, and nothing that decides its weights.
import Training

extension ConfigurationFile {
  /// Refuses data files that have changed since the run in a folder began, before anything is read from them or written.
  ///
  /// Checkpoints are compared with what they are read for, digests included; this says what is to be done, and comes before a changed file could be
  /// refused for something else, such as words that the run's vocabulary does not have.
  func checkDataFiles(of folder: RunFolder) throws {
    var known: [String: String] = [:]
    for (index, configuration) in (replicas.isEmpty ? [self.configuration] : replicas).enumerated() {
      let run = replicas.isEmpty ? folder : folder.replica(index)
      guard let identity = CheckpointFolder(run.checkpoints).newestConfigurations().first else { continue }
      let paths = [configuration.data.path, configuration.data.validationPath].compactMap(\.self)
      let before = TrainingConfiguration.digests(inIdentity: identity)
      guard paths.count == before.count else { continue }
      for (path, before) in zip(paths, before) {
        let now = try known[path] ?? digestText(of: InputFileContents.read(path, expecting: "a file of examples"))
        known[path] = now
        if now == before { continue }
        throw Failure.refused(
          path, expected: "the file with which the run in \(run.path) began (SHA-256 \(before.prefix(16))...)",
          found: "another (\(now.prefix(16))...); wright train with another -o begins a run with it")
      }
    }
  }

  /// Keys that decide no weight, and those that make replicas, which are compared one by one.
  private static let free: Set<String> = ["threads", "checkpoints", "metrics", "export", "seeds", "replicas"]

  /// Refuses changes that would make another run out of the one that began with `first`.
  ///
  /// Checkpoints are compared as well, since data files change too. This comes before anything is written, so that the folder of a refused run
  /// is as it was, and it names the keys.
  func checkForResumption(of first: ConfigurationFile) throws {
    try Self.check(configuration, against: first.configuration, faults)
    if replicas.isEmpty != first.replicas.isEmpty {
      var faults = faults
      let (before, now) = first.replicas.isEmpty ? ("no replicas", "some") : ("replicas", "none")
      faults.add("seeds", expected: "\(before), with which the run began", found: now)
      try faults.check()
    }
    for (index, (mine, theirs)) in zip(replicas, first.replicas).enumerated() {
      try Self.check(mine, against: theirs, ConfigurationFaults(source: "\(faults.source): replica \(index)"))
    }
  }

  private static func check(
    _ mine: TrainingConfiguration, against theirs: TrainingConfiguration, _ known: ConfigurationFaults
  ) throws {
    var faults = known
    let mayGoOn = mine.schedule.type == .constant
    let before = Dictionary(uniqueKeysWithValues: theirs.written.leaves)
    let now = Dictionary(uniqueKeysWithValues: mine.written.leaves)
    for key in Set(before.keys).union(now.keys).sorted() where before[key] != now[key] {
      // The weights of the best evaluation are kept by a run that began with them in mind.
      let needsBest = key == "export.weights" && now[key] == ExportSection.Weights.best.rawValue
      if free.contains(String(key.prefix { $0 != "." })) && !needsBest || key == "steps" && mayGoOn { continue }
      let reason =
        key == "steps"
        ? "at which the schedule of this run ends"
        : needsBest ? "with which the run began, and which keeps no others" : "with which the run began"
      faults.add(key, expected: before[key].map { "\($0), \(reason)" } ?? "no such key", found: now[key] ?? "none")
    }
    try faults.check()
  }
}
