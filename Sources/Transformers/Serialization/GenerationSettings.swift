// generation_config.json: how a folder wants its model to be sampled.

/// How a text is generated from a model.
public struct GenerationSettings: Sendable, Equatable {
  /// The token that begins a text.
  public var beginToken: Int?
  /// The tokens that end a generation.
  public var endTokens: [Int]
  /// The token that fills the shorter rows of a batch.
  public var paddingToken: Int?
  /// The most tokens of a text, its beginning included.
  public var maximumLength: Int?
  /// The most tokens generated.
  public var maximumNewTokens: Int?
  /// Whether tokens are drawn at random; otherwise the best token is taken.
  public var samples: Bool
  /// What scores are divided by before they are drawn from.
  public var temperature: Double
  /// Further keys of a file that was read, which other software may heed and this one does not; they are not written again.
  public private(set) var unreadKeys: [String] = []

  /// Keys that are read, and keys that change nothing in what a greedy generation emits.
  private static let harmlessKeys: Set<String> = [
    "bos_token_id", "do_sample", "eos_token_id", "max_length", "max_new_tokens", "pad_token_id", "temperature",
    "_from_model_config", "top_k", "top_p", "transformers_version", "use_cache",
  ]

  /// Settings of greedy generation, unless stated otherwise.
  public init(
    beginToken: Int? = nil, endTokens: [Int] = [], paddingToken: Int? = nil, maximumLength: Int? = nil,
    maximumNewTokens: Int? = nil, samples: Bool = false, temperature: Double = 1
  ) {
    self.beginToken = beginToken
    self.endTokens = endTokens
    self.paddingToken = paddingToken
    self.maximumLength = maximumLength
    self.maximumNewTokens = maximumNewTokens
    self.samples = samples
    self.temperature = temperature
  }

  /// What a configuration says about generation.
  public init(_ configuration: ModelConfiguration) {
    self.init(
      beginToken: configuration.beginToken, endTokens: configuration.endTokens,
      maximumLength: configuration.maximumPositionCount)
  }

  /// The settings in the text of a generation_config.json; keys that are not listed above are left to other software.
  public init(parsing bytes: [UInt8], path: String = "generation_config.json") throws(FolderError) {
    var fields = try ConfigurationFields(parsing: bytes, path: path)
    let most = Int(Int32.max)
    beginToken = fields.tokens("bos_token_id").first
    endTokens = fields.tokens("eos_token_id")
    paddingToken = fields.tokens("pad_token_id").first
    maximumLength = fields["max_length"] == nil ? nil : fields.integer("max_length", in: 1...most)
    maximumNewTokens = fields["max_new_tokens"] == nil ? nil : fields.integer("max_new_tokens", in: 1...most)
    samples = fields.flag("do_sample", default: false)
    temperature = fields.number("temperature", from: 0, isStrict: false, default: 1)
    unreadKeys = fields.keys.filter { !GenerationSettings.harmlessKeys.contains($0) }
    try fields.check()
  }

  /// The text of generation_config.json.
  public func serialized() -> [UInt8] {
    precondition(temperature.isFinite, "a temperature is finite")
    var members: [JSONValue.Member] = []
    func add(_ key: String, _ value: JSONValue?) {
      if let value { members.append(JSONValue.Member(key: key, value: value)) }
    }
    add("bos_token_id", beginToken.map { .integer($0) })
    add("do_sample", .boolean(samples))
    add("eos_token_id", endTokens.isEmpty ? nil : .tokens(endTokens))
    add("max_length", maximumLength.map { .integer($0) })
    add("max_new_tokens", maximumNewTokens.map { .integer($0) })
    add("pad_token_id", paddingToken.map { .integer($0) })
    add("temperature", temperature == 1 ? nil : .number(temperature))
    return JSONValue.object(members).serialized()
  }
}

extension JSONValue {
  /// Tokens as configurations write them: `null`, one integer or a list.
  static func tokens(_ tokens: [Int]) -> JSONValue {
    switch tokens.count {
    case 0: .null
    case 1: .integer(tokens[0])
    default: .array(tokens.map { .integer($0) })
    }
  }
}
