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
  /// - Throws: ``CheckpointError`` where the file is not whole or holds another model.
  public init(path: String, layout: ParameterLayout) throws(CheckpointError) {
    let (header, arrays) = try CheckpointFile.read(path, as: Scalar.self)
    let entries = CheckpointHeader.entries(of: layout)
    for (expected, found) in zip(entries, header.layout) where expected != found {
      throw .different(path: path, what: "model", expected: "\(expected)", found: "\(found)")
    }
    guard entries.count == header.layout.count, let parameters = arrays.first, parameters.count == layout.bufferCount
    else {
      throw .different(
        path: path, what: "model", expected: "\(entries.count) parameters", found: "\(header.layout.count)")
    }
    self.parameters = parameters
    state = header.state
    settings = header.settings
    configuration = header.configuration
  }
}
