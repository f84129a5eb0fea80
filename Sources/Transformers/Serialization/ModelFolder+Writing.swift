// Writing a model as a Hugging Face folder that `transformers` 4 and 5 load, whole or not at all.

extension ModelFolder {
  /// How a folder is written.
  public struct WriteOptions: Sendable {
    /// The type of the numbers in the files.
    public var scalar: ScalarType = .float32
    /// What to do with numbers that the type cannot hold.
    public var policy: ConversionPolicy = .nearest
    /// The most bytes of tensors in a file, unless one tensor alone is larger; beyond, there are several under an index.
    public var maximumShardBytes: Int = 5_000_000_000
    /// More files by name, such as a README.md.
    public var extraFiles: [String: [UInt8]] = [:]
    /// Whether a model folder that stands at the path is replaced.
    public var overwrites = false
    /// Asked between pieces of about a megabyte; `true` ends the writing with an error and leaves nothing.
    public var isCancelled: @Sendable () -> Bool = { false }

    /// The defaults that are shown at the properties.
    public init(scalar: ScalarType = .float32, policy: ConversionPolicy = .nearest, overwrites: Bool = false) {
      self.scalar = scalar
      self.policy = policy
      self.overwrites = overwrites
    }
  }

  /// Writes `model` as a folder at `path`: a LLaMA where positions are rotary, a GPT-2 where they are learned, and where there is no
  /// normalization an architecture that `transformers` does not have (`FolderFormat.unnormalized`).
  ///
  /// The folder is written beside its place under a temporary name and renamed when it is whole. GPT-2 has biases everywhere, so a
  /// model without them gets zeros and reads back as one with biases that are zero.
  ///
  /// - Returns: What rounding to `options.scalar` changed; nothing for `float32`.
  /// - Throws: `FolderError` with everything that the format cannot express, every shape that does not fit the
  ///   configuration, or the system's reason; the folder at `path` is then as it was.
  @discardableResult
  public static func write(
    _ model: Model, to path: String, options: WriteOptions = WriteOptions(), tokenizer: WordLevelTokenizer? = nil,
    generation: GenerationSettings? = nil
  ) throws(FolderError) -> ConversionReport {
    let format = FolderFormat(for: model.configuration)
    var faults = format.obstacles(model.configuration, path: path) + model.shapeFaults(path: path)
    if let tokenizer, tokenizer.words.count > model.configuration.vocabularySize {
      faults.append(
        FolderError.Fault(
          path: path, place: .key("tokenizer"), expected: "at most \(model.configuration.vocabularySize) words",
          found: "\(tokenizer.words.count)"))
    }
    for name in options.extraFiles.keys.sorted() where !isPlainFileName(name) || isReserved(name) {
      faults.append(
        FolderError.Fault(
          path: path, place: .key("extraFiles"), expected: "the name of another file", found: name.excerpt))
    }
    if !faults.isEmpty { throw FolderError(faults) }

    var texts = options.extraFiles
    texts["config.json"] = try model.configuration.serialized(as: format, scalar: options.scalar)
    texts["generation_config.json"] = (generation ?? GenerationSettings(model.configuration)).serialized()
    if let tokenizer {
      texts["tokenizer.json"] = tokenizer.serialized()
      texts["tokenizer_config.json"] = tokenizer.serializedConfiguration(
        maximumLength: model.configuration.maximumPositionCount)
      texts["special_tokens_map.json"] = tokenizer.serializedSpecialTokens()
    }
    let replacement = try FolderReplacement(of: path, overwrites: options.overwrites)
    do throws(FolderError) {
      for (name, text) in texts.sorted(by: { $0.key < $1.key }) {
        try OutputFile(creating: "\(replacement.temporary)/\(name)").write(text)
      }
      let tensors =
        switch format {
        case .llama: LlamaTensors.tensors(model)
        case .gpt2: GPT2Tensors.tensors(model)
        case .unnormalized: UnnormalizedTensors.tensors(model)
        }
      let report = try write(tensors, into: replacement.temporary, options)
      try replacement.commit()
      return report
    } catch {
      replacement.abandon()
      throw replacement.naming(error)
    }
  }

  /// Whether a folder's own files have this name.
  private static func isReserved(_ name: String) -> Bool {
    let own = [
      "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
    ]
    return own.contains(name) || name.hasSuffix(".safetensors") || name == StoredTensors.indexName
  }

  /// Writes the tensors as one file, or as shards with an index.
  private static func write(
    _ tensors: [NamedTensor], into folder: String, _ options: WriteOptions
  ) throws(FolderError) -> ConversionReport {
    precondition(options.maximumShardBytes > 0, "a shard has room for something")
    let writer = SafetensorsWriter(scalar: options.scalar, policy: options.policy, isCancelled: options.isCancelled)
    var shards: [[NamedTensor]] = [[]]
    var size = 0
    for tensor in tensors {
      let bytes = tensor.count * options.scalar.byteCount
      if size + bytes > options.maximumShardBytes, size > 0 {
        shards.append([])
        size = 0
      }
      shards[shards.count - 1].append(tensor)
      size += bytes
    }
    if shards.count == 1 {
      return try writer.write(tensors, to: "\(folder)/\(StoredTensors.singleName)")
    }
    var report = ConversionReport()
    var index: [JSONValue.Member] = []
    func fiveDigits(_ number: Int) -> String {
      String(repeating: "0", count: max(0, 5 - "\(number)".count)) + "\(number)"
    }
    for (number, shard) in shards.enumerated() {
      let name = "model-\(fiveDigits(number + 1))-of-\(fiveDigits(shards.count)).safetensors"
      report.inexactTensors += try writer.write(shard, to: "\(folder)/\(name)").inexactTensors
      index += shard.map { JSONValue.Member(key: $0.name, value: .string(name)) }
    }
    let total = tensors.reduce(0) { $0 + $1.count * options.scalar.byteCount }
    let text = JSONValue.object([
      "metadata": .object(["total_size": .integer(total)]), "weight_map": .object(index.sorted { $0.key < $1.key }),
    ])
    try OutputFile(creating: "\(folder)/\(StoredTensors.indexName)").write(text.serialized())
    return report
  }
}
