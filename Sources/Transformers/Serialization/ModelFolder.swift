// A model folder in the layout of Hugging Face: config.json, generation_config.json, tensors and tokenizer, read as one model.

/// A folder that holds a model, opened.
///
/// Opening reads the small files and checks them; the weights and the tokenizer are read when they are asked for.
///
/// ```swift
/// let folder = try ModelFolder("models/adder64")
/// let model = try folder.model()
/// let tokens = try folder.tokenizer()?.encode("<s> ...")
/// ```
public struct ModelFolder: Sendable {
  /// The folder's path.
  public let path: String
  /// What config.json says.
  public let configuration: ModelConfiguration
  /// The architecture that config.json names.
  public let format: FolderFormat
  /// What generation_config.json says, or where there is none, what config.json does.
  public let generation: GenerationSettings

  /// The scalar type in which config.json wants the weights to be loaded (`dtype`, formerly `torch_dtype`); `nil` where it names none of ours.
  public let declaredScalar: ScalarType?

  /// What config.json names as that type where it is none of ours, such as `int8`.
  package let unknownScalar: String?

  /// The largest config.json and the largest tokenizer.json that are read.
  static let configurationLimit = 16 << 20
  static let tokenizerLimit = 256 << 20

  /// Opens the folder at `path`.
  public init(_ path: String) throws(FolderError) {
    self.path = path
    let configurationPath = "\(path)/config.json"
    let bytes = try InputFile.contents(configurationPath, limit: ModelFolder.configurationLimit)
    configuration = try ModelConfiguration(parsing: bytes, path: configurationPath)
    format = FolderFormat(for: configuration)
    let fields = try ConfigurationFields(parsing: bytes, path: configurationPath)
    declaredScalar = ScalarType.allCases.first { scalar in
      (fields["dtype"] ?? fields["torch_dtype"]) == .string(scalar.configurationName)
    }
    if declaredScalar == nil, case .string(let name)? = fields["dtype"] ?? fields["torch_dtype"], name != "auto" {
      unknownScalar = name
    } else {
      unknownScalar = nil
    }
    let generationPath = "\(path)/generation_config.json"
    if fileExists(generationPath) {
      generation = try GenerationSettings(
        parsing: InputFile.contents(generationPath, limit: ModelFolder.configurationLimit), path: generationPath)
    } else {
      generation = GenerationSettings(configuration)
    }
  }

  /// The model.
  ///
  /// F32 weights bit for bit, F16 and BF16 exactly, F64 rounded to nearest.
  ///
  /// - Throws: `FolderError` with every tensor that is missing, unknown, or of another shape than config.json says.
  public func model() throws(FolderError) -> Model {
    let stored = try StoredTensors(folder: path)
    let weights =
      switch format {
      case .llama: try LlamaTensors.read(stored, configuration)
      case .gpt2: try GPT2Tensors.read(stored, configuration)
      case .unnormalized: try UnnormalizedTensors.read(stored, configuration)
      }
    return Model(configuration: configuration, weights: weights)
  }

  /// The names of the files that `model()` reads, in ascending order: config.json, and the tensor file, or the index with its shards.
  ///
  /// - Throws: `FolderError` where the index or the header of a tensor file cannot be read.
  public func modelFileNames() throws(FolderError) -> [String] {
    try StoredTensors(folder: path).fileNames.union(["config.json"]).sorted()
  }

  /// The tokenizer, or `nil` where the folder has no tokenizer.json.
  public func tokenizer() throws(FolderError) -> WordLevelTokenizer? {
    let (text, configuration) = ("\(path)/tokenizer.json", "\(path)/tokenizer_config.json")
    guard fileExists(text) else { return nil }
    let bytes = try InputFile.contents(text, limit: ModelFolder.tokenizerLimit)
    let settings =
      fileExists(configuration)
      ? try InputFile.contents(configuration, limit: ModelFolder.configurationLimit) : nil
    return try WordLevelTokenizer(
      parsing: bytes, configuration: settings, path: text, configurationPath: configuration)
  }

  /// The bytes of another file of the folder (`WriteOptions.extraFiles`), or `nil` where there is none of that name.
  public func file(_ name: String, limit: Int = 1 << 30) throws(FolderError) -> [UInt8]? {
    precondition(isPlainFileName(name), "a file's name without a folder")
    return fileExists("\(path)/\(name)") ? try InputFile.contents("\(path)/\(name)", limit: limit) : nil
  }

  /// The model in the folder at `path`.
  public static func read(_ path: String) throws(FolderError) -> Model { try ModelFolder(path).model() }
}
