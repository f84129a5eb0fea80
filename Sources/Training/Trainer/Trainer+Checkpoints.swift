// What a trainer puts into checkpoints and takes out of them; one file holds a run or those of many replicas.
internal import Tensors

extension Trainer {
  /// What a checkpoint says about this run.
  var record: CheckpointHeader.Run {
    let names = ["parameters"] + settings.optimizer.momentNames
    return CheckpointHeader.Run(
      arrays: names.map { CheckpointHeader.Array(name: $0, count: parameters.count) }, settings: settings,
      configuration: configuration, state: state, updateCount: optimizer.updateCount, noise: optimizer.noise)
  }

  /// What changes from step to step besides the state.
  var arrays: [AlignedBuffer<Scalar>] { [parameters] + optimizer.moments }

  /// The head of a checkpoint of trainers of one layout.
  static func head(of trainers: [Trainer], step: Int) -> CheckpointHeader {
    CheckpointHeader(
      scalar: CheckpointHeader.name(of: Scalar.self),
      layout: trainers.first.map { CheckpointHeader.entries(of: $0.objective.layout) } ?? [], step: step,
      runs: trainers.map(\.record))
  }

  /// Writes a checkpoint of trainers into a folder.
  static func save(_ trainers: [Trainer], step: Int, to folder: CheckpointFolder) throws -> String {
    for trainer in trainers { try trainer.checkParameters() }
    return try folder.write(head(of: trainers, step: step), arrays: trainers.flatMap(\.arrays))
  }

  /// Takes up all trainers from the newest checkpoint of a folder that is whole; where that fails they are as they were, unless it is the disk that
  /// fails while what was whole is read again.
  static func restore(
    _ trainers: [Trainer], from folder: CheckpointFolder
  ) throws -> (path: String, step: Int, skipped: [CheckpointError]) {
    let (checkpoint, skipped) = try folder.openNewest(as: Scalar.self)
    let header = checkpoint.header
    try header.check(against: head(of: trainers, step: 0), path: checkpoint.path)
    let positions = trainers.map(\.source.position)
    do {
      for (trainer, run) in zip(trainers, header.runs) { try trainer.source.seek(to: run.state.batchPosition) }
    } catch {
      for (trainer, position) in zip(trainers, positions) { try? trainer.source.seek(to: position) }
      throw error
    }
    for (index, target) in trainers.flatMap(\.arrays).enumerated() { try checkpoint.read(array: index, into: target) }
    for (trainer, run) in zip(trainers, header.runs) {
      trainer.state = run.state
      trainer.optimizer.restore(updateCount: run.updateCount)
    }
    try folder.setAsideSteps(after: header.step)
    return (checkpoint.path, header.step, skipped)
  }

  /// Writes a checkpoint into a folder.
  @discardableResult
  public func save(to folder: CheckpointFolder) throws -> String {
    try Self.save([self], step: state.step, to: folder)
  }

  /// Writes weights and state to one file, durably.
  func save(toFile path: String, by write: @escaping FileWrite) throws {
    try checkParameters()
    try CheckpointFile.write(Self.head(of: [self], step: state.step), arrays: arrays, to: path, by: write)
  }

  /// Takes up a run from the newest checkpoint of a folder that is whole.
  ///
  /// - Returns: The file, and what is wrong with newer ones; those are renamed to end in `.damaged`, so that they crowd out no whole one.
  /// - Throws: ``CheckpointError``; the trainer is then as it was, unless it is the disk that fails in the middle of a file that was whole.
  @discardableResult
  public func restore(from folder: CheckpointFolder) throws -> (path: String, skipped: [CheckpointError]) {
    let (path, _, skipped) = try Self.restore([self], from: folder)
    return (path, skipped)
  }
}
