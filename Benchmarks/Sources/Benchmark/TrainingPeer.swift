// Training by PyTorch: the variants that are tried, the trial that finds the best, and the process that runs one.

/// A way to train with torch; what is `nil` is as `VARIANTS` in `Python/train.py` says.
struct TrainingVariant: Codable, Sendable, Equatable {
  var model: String?
  var attention: String?
  var optimizer: String?
  var precision: String?
  var compile: String?
  var wrapper: String?
  var unroll: Int?
  var processes: Int?
  var limit: Int?
  /// Of torch in all processes together; not a word of the variant but of the process.
  var threads: Int

  enum CodingKeys: String, CodingKey {
    case model, attention, optimizer, precision, compile, wrapper, unroll, processes, limit
  }

  init(
    model: String? = nil, attention: String? = nil, optimizer: String? = nil, precision: String? = nil,
    compile: String? = nil, wrapper: String? = nil, unroll: Int? = nil, processes: Int? = nil, limit: Int? = nil,
    threads: Int = 2
  ) {
    self.model = model
    self.attention = attention
    self.optimizer = optimizer
    self.precision = precision
    self.compile = compile
    self.wrapper = wrapper
    self.unroll = unroll
    self.processes = processes
    self.limit = limit
    self.threads = threads
  }

  init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func text(_ key: CodingKeys) throws -> String? { try values.decodeIfPresent(String.self, forKey: key) }
    func number(_ key: CodingKeys) throws -> Int? { try values.decodeIfPresent(Int.self, forKey: key) }
    self.init(
      model: try text(.model), attention: try text(.attention), optimizer: try text(.optimizer),
      precision: try text(.precision), compile: try text(.compile), wrapper: try text(.wrapper),
      unroll: try number(.unroll), processes: try number(.processes), limit: try number(.limit))
  }

  /// The words of a row.
  var description: String {
    var words = [model ?? "plain", "\(optimizer ?? "fused") AdamW", "\(threads) thread\(threads == 1 ? "" : "s")"]
    if let attention { words.append("\(attention) attention") }
    if let precision { words.append(precision == "autocast" ? "bfloat16 autocast" : "float32_matmul_precision medium") }
    if let compile { words.append("compiled \(compile)") }
    if let wrapper { words.append("\(wrapper) wrapper") }
    if let unroll { words.append("\(unroll) steps a graph") }
    if let processes { words.append("\(processes) processes") }
    return words.joined(separator: ", ")
  }
}

/// A process of `Python/train.py` with one variant of one shape.
struct TrainingPeer {
  struct Versions: Decodable {
    var python: String
    var torch: String
    var threads: Int
  }

  struct ProductRates: Decodable {
    var float32: Double
    var bfloat16: Double
  }

  let variant: TrainingVariant
  private let process: LineProcess

  init(_ variant: TrainingVariant, python: String) throws {
    self.variant = variant
    process = try LineProcess([python, "Benchmarks/Python/train.py", "\(variant.threads)"])
    _ = try process.next(Versions.self)
  }

  func build(_ shape: TrainingShape) throws -> TrainingModelFacts {
    let request = TrainingRequest(build: .init(shape: shape, variant: variant))
    return try process.ask(request, for: TrainingModelFacts.self)
  }

  /// Takes `count` steps.
  func steps(_ count: Int) throws -> TrainingSteps {
    try process.ask(TrainingRequest(steps: count), for: TrainingSteps.self)
  }

  /// Floating-point operations a second of square products.
  func productRates(size: Int) throws -> ProductRates {
    try process.ask(TrainingRequest(products: size), for: ProductRates.self)
  }
}
