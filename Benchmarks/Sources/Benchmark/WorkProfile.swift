// Where the time of our training and decoding goes, by kinds of work.

/// Shares of the time that two threads could have worked.
struct WorkProfile: Codable {
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
      (.attention, ["attention", "softmax_weights", "weighted_sum"]),
      (
        .products,
        ["tile_", "_multiply", "wright_product", "panels", "sgemm", "openblas", "onednn", "dnnl", "thread_workspace"]
      ),
      (.loss, ["cross_entropy", "_loss", "gather_rows", "scatter_rows", "argmax"]),
      (.pointwise, ["norm", "rotat", "swiglu", "silu", "gelu", "relu", "sigmoid", "tanh", "exponential"]),
      (.update, ["adam", "descend", "sum_of_squares", "f32_add", "f32_scale", "column_sums", "clamp"]),
      (.copies, ["memset", "memmove", "memcpy", "libc.so"]),
    ]
    // A Swift function may have any of those words in its name; what it does itself is to keep the books.
    if function.hasPrefix("$s") { return .recording }
    return parts.first { $0.1.contains { function.contains($0) } }?.0 ?? .recording
  }
}

extension Recorder {
  /// The rows of a profile.
  mutating func add(_ profile: WorkProfile, threads: Int, in group: String) {
    var rows = WorkProfile.Work.allCases.compactMap { work in
      profile.shares[work.rawValue].map { (work.rawValue, $0) }
    }
    rows.append(("nothing: a thread waits for the other, or for a processor", profile.idle))
    for (work, share) in rows where share >= 0.05 {
      add(
        Measurement(
          group, "Wright's time: \(work)", .percent, [share],
          note:
            "Of the time of \(threads == 1 ? "one thread" : "two threads"), by the function that runs at each tick of the system's profiling timer, in a run of its own after the turns."
        ))
    }
  }
}
