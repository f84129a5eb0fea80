// The weights in a checkpoint, for those who do not train on.
public import Tensors

/// The weights of a checkpoint, and where the run stood when it was written.
public struct SavedWeights<Scalar: TensorScalar> {
  /// The weights, of the layout they were asked for.
  public let parameters: AlignedBuffer<Scalar>
  /// Where the run stood.
  public let state: TrainingState
  /// What the run was set to do.
  public let settings: TrainingSettings
  /// Whatever else decided the result, in the words of whoever ran it.
  public let configuration: String

  /// Reads a checkpoint of a layout.
  ///
  /// - Parameter path: The file.
  /// - Parameter layout: The places of the parameters that the file should hold.
  /// - Parameter replica: Which run, where the file holds several.
  /// - Throws: ``CheckpointError`` where the file is not whole or holds another model.
  public init(path: String, layout: ParameterLayout, replica: Int = 0) throws(CheckpointError) {
    let file = try WholeCheckpoint<Scalar>(path)
    let header = file.header
    if let (expected, found) = CheckpointHeader.difference(CheckpointHeader.entries(of: layout), header.layout) {
      throw .different(path: path, what: "model", expected: expected, found: found)
    }
    guard header.runs.indices.contains(replica) else {
      throw .different(
        path: path, what: "number of replicas", expected: "more than \(replica)", found: "\(header.runs.count)")
    }
    let run = header.runs[replica]
    let first = header.runs[..<replica].reduce(0) { $0 + $1.arrays.count }
    guard let array = run.arrays.first, array.count == layout.bufferCount else {
      throw .different(
        path: path, what: "model", expected: "\(layout.bufferCount) numbers",
        found: "\(run.arrays.first?.count ?? 0)")
    }
    parameters = AlignedBuffer(count: layout.bufferCount)
    try file.read(array: first, into: parameters)
    state = run.state
    settings = run.settings
    configuration = run.configuration
  }
}
