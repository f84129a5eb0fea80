// What is trained in a benchmark: a model's shape and the batch of a step.

/// A model and a batch, as `Python/train.py` and `benchmark trainer` read it.
struct TrainingShape: Codable, Sendable, Equatable {
  enum Kind: String, Codable, Sendable {
    /// RMSNorm, rotary positions, causal attention, SwiGLU; no biases; embedding and head untied.
    case llama
    /// One hidden layer with ReLU and biases; the mean square loss.
    case perceptron
  }

  var kind: Kind
  var hidden: Int
  /// Texts, or points, in a step.
  var batch: Int
  /// Independent models of this shape that train at once, each on `batch` texts of its own; `nil` for one.
  var replicas: Int?

  // Of a LLaMA.
  var layers: Int?
  var heads: Int?
  var feedForward: Int?
  var vocabulary: Int?
  var length: Int?

  // Of a perceptron.
  var inputs: Int?
  var outputs: Int?

  static func llama(
    hidden: Int, layers: Int, heads: Int, feedForward: Int, vocabulary: Int, batch: Int, length: Int,
    replicas: Int? = nil
  ) -> TrainingShape {
    TrainingShape(
      kind: .llama, hidden: hidden, batch: batch, replicas: replicas, layers: layers, heads: heads,
      feedForward: feedForward, vocabulary: vocabulary, length: length)
  }

  static func perceptron(inputs: Int, hidden: Int, outputs: Int, batch: Int) -> TrainingShape {
    TrainingShape(kind: .perceptron, hidden: hidden, batch: batch, inputs: inputs, outputs: outputs)
  }

  /// The numbers of a row's heading.
  var description: String {
    switch kind {
    case .llama:
      let sizes = [hidden, layers, heads, feedForward, vocabulary, batch, length].compactMap(\.self)
      let text = "LLaMA (\(sizes.map(String.init).joined(separator: ", ")))"
      return replicas.map { "\(text), \($0) replicas" } ?? text
    case .perceptron: return "MLP \(inputs ?? 0)-\(hidden)-\(outputs ?? 0), batch \(batch)"
    }
  }

  /// What a rate counts: the tokens of a step, of all replicas; of a perceptron, steps.
  var unitsPerStep: Int { kind == .llama ? batch * (length ?? 1) * (replicas ?? 1) : 1 }

  /// How many threads train: a perceptron's step is too short to be divided.
  var threadCount: Int { kind == .llama ? 2 : 1 }

  /// The parameters of all replicas.
  var parameterCount: Int { (productParameterCount + otherParameterCount) * (replicas ?? 1) }

  /// Parameters that multiply, of one replica.
  private var productParameterCount: Int {
    switch kind {
    case .llama:
      (layers ?? 0) * (4 * hidden * hidden + 3 * hidden * (feedForward ?? 0)) + hidden * (vocabulary ?? 0)
    case .perceptron: hidden * ((inputs ?? 0) + (outputs ?? 0))
    }
  }

  /// Embedding and gains, or biases, of one replica.
  private var otherParameterCount: Int {
    switch kind {
    case .llama: hidden * (vocabulary ?? 0) + hidden * (2 * (layers ?? 0) + 1)
    case .perceptron: hidden + (outputs ?? 0)
    }
  }

  /// Floating-point operations of a step's matrix products, forward and backward.
  ///
  /// A product of the forward pass has two of its size in the backward pass: 6 operations a parameter and row. Causal
  /// attention has T (T + 1) / 2 pairs a text and head, 4 operations a pair and coordinate forward. That a perceptron's
  /// inputs need no gradient saves it one product. Recomputation, where somebody chooses it, does not count as work.
  var productOperations: Double {
    let rows = Double(batch * (length ?? 1))
    var operations = 6 * rows * Double(productParameterCount)
    switch kind {
    case .llama:
      let pairs = Double(batch * (length ?? 0) * ((length ?? 0) + 1)) / 2
      operations += 12 * pairs * Double(hidden * (layers ?? 0))
    case .perceptron: operations -= 2 * rows * Double((inputs ?? 0) * hidden)
    }
    return operations * Double(replicas ?? 1)
  }
}

/// In which precision products are computed; parameters, sums and everything else stay float32.
enum TrainingPrecision: String, Codable, Sendable, CaseIterable {
  case float32
  /// Products of operands rounded to bfloat16.
  case mixed
}
