// Folders of a config.json and float32 tensors for what is no decoder, written whole or not at all.

/// A folder with a config.json and a model.safetensors whose meaning the caller knows.
package enum TensorFolder {
  /// A tensor of such a folder.
  package struct NamedElements: Sendable {
    /// The name.
    package var name: String
    /// The extents.
    package var shape: [Int]
    /// The elements in row-major order.
    package var elements: [Float]

    /// The tensor of the given name, shape and elements.
    package init(name: String, shape: [Int], elements: [Float]) {
      precondition(shape.reduce(1, *) == elements.count, "a tensor has as many elements as its shape says")
      (self.name, self.shape, self.elements) = (name, shape, elements)
    }
  }

  /// Writes a folder; what stood at `path` is as it was where this throws.
  package static func write(
    _ tensors: [NamedElements], configuration: JSONValue, to path: String, overwrites: Bool
  ) throws(FolderError) {
    let replacement = try FolderReplacement(of: path, overwrites: overwrites)
    do throws(FolderError) {
      try OutputFile(creating: "\(replacement.temporary)/config.json").write(configuration.serialized())
      let stored = tensors.map { tensor in
        var named = NamedTensor(tensor.name, tensor.elements)
        named.shape = tensor.shape
        return named
      }
      _ = try SafetensorsWriter(scalar: .float32, policy: .exactOnly)
        .write(stored, to: "\(replacement.temporary)/\(StoredTensors.singleName)")
      try replacement.commit()
    } catch {
      replacement.abandon()
      throw replacement.naming(error)
    }
  }

  /// The members of a folder's config.json.
  package static func configuration(of path: String) throws(FolderError) -> ConfigurationFields {
    let file = "\(path)/config.json"
    return try ConfigurationFields(
      parsing: InputFile.contents(file, limit: ModelFolder.configurationLimit), path: file)
  }

  /// The elements of the tensors that are expected, in their order.
  ///
  /// - Throws: `FolderError` with every tensor that is missing, unknown or of another shape.
  package static func elements(
    of expected: [(name: String, shape: [Int])], in path: String
  ) throws(FolderError) -> [[Float]] {
    let stored = try StoredTensors(folder: path)
    try stored.check(expected.map { TensorShape($0.name, shape: $0.shape) }) { _ in false }
    var result: [[Float]] = []
    for tensor in expected { result.append(try stored.vector(tensor.name)) }
    return result
  }
}
