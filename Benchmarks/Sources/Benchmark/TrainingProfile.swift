// Where the time of our training steps goes, by kinds of work.

/// Shares of the time that two threads could have worked.
struct TrainingProfile: Codable {
  /// What a thread can be found at, in the order of the record.
  enum Work: String, Codable, CaseIterable {
    case products = "matrix products of linear maps"
    case attention = "attention, its products included"
    case pointwise = "normalization, rotation, activations"
    case loss = "loss and embedding"
    case update = "AdamW, the gradient's norm, sums of gradients"
    case copies = "clearing and copying memory"
    case recording = "the tape, threads, everything else"
  }

  /// In percent of `seconds` times threads.
  var shares: [String: Double]
  /// What is left of 100: a thread that waits for the other, or for the processor.
  var idle: Double
  var samples: Int

  init(_ samples: ProcessorSamples, threads: Int) {
    let total = samples.counts.values.reduce(0, +)
    let busy = samples.processorSeconds / (samples.seconds * Double(threads))
    var counts: [Work: Int] = [:]
    for (name, count) in samples.counts { counts[Self.work(of: name), default: 0] += count }
    shares = counts.reduce(into: [:]) { $0[$1.key.rawValue] = 100 * busy * Double($1.value) / Double(max(1, total)) }
    idle = max(0, 100 * (1 - busy))
    self.samples = total
  }

  private static func work(of function: String) -> Work {
    let parts: [(Work, [String])] = [
      (.attention, ["attention"]),
      (.products, ["tile_", "_multiply", "wright_product", "openblas", "onednn", "dnnl", "thread_workspace"]),
      (.loss, ["cross_entropy", "_loss", "gather_rows", "scatter_rows"]),
      (.pointwise, ["norm", "rotate", "swiglu", "silu", "gelu", "relu", "sigmoid", "tanh", "exponential"]),
      (.update, ["adam", "descend", "sum_of_squares", "f32_add", "f32_scale", "column_sums", "clamp"]),
      (.copies, ["memset", "memmove", "memcpy", "libc.so"]),
    ]
    // A Swift function may have any of those words in its name; what it does itself is to keep the books.
    if function.hasPrefix("$s") { return .recording }
    return parts.first { $0.1.contains { function.contains($0) } }?.0 ?? .recording
  }
}
