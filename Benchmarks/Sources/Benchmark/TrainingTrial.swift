// The short trial before the training benchmarks: which variant of PyTorch is the fastest for a shape on this machine.

/// The variants that are tried for a shape.
extension TrainingVariant {
  static func candidates(for shape: TrainingShape, quick: Bool) -> [TrainingVariant] {
    let all = shape.kind == .perceptron ? ofPerceptrons : shape.replicas == nil ? ofOne : ofReplicas
    return quick ? all.filter { $0.compile == nil && $0.threads == all[0].threads } : all
  }

  /// One LLaMA.
  private static let ofOne: [TrainingVariant] =
    ["sdpa", "eager"].flatMap { attention in
      [
        TrainingVariant(attention: attention),
        TrainingVariant(model: "transformers", attention: attention),
        TrainingVariant(attention: attention, compile: "loss"),
        TrainingVariant(attention: attention, optimizer: "functional", compile: "step"),
        TrainingVariant(attention: attention, precision: "autocast"),
        TrainingVariant(attention: attention, precision: "autocast", compile: "loss"),
        TrainingVariant(attention: attention, precision: "products"),
        TrainingVariant(attention: attention, optimizer: "functional", precision: "products", compile: "step"),
      ]
    } + [
      TrainingVariant(attention: "sdpa", optimizer: "foreach"), TrainingVariant(attention: "sdpa", threads: 1),
    ]

  /// Replicas of a LLaMA.
  private static let ofReplicas: [TrainingVariant] = [
    TrainingVariant(model: "stacked"), TrainingVariant(model: "stacked", attention: "eager"),
    TrainingVariant(model: "loop"), TrainingVariant(model: "loop", processes: 2),
    TrainingVariant(model: "loop", attention: "eager", processes: 2),
    TrainingVariant(model: "stacked", processes: 2),
    TrainingVariant(model: "stacked", attention: "eager", processes: 2),
    TrainingVariant(model: "vmap", attention: "eager", optimizer: "functional"),
    TrainingVariant(model: "stacked", compile: "loss"),
    TrainingVariant(model: "stacked", attention: "eager", compile: "loss"),
    TrainingVariant(model: "loop", attention: "eager", precision: "products", processes: 2),
    TrainingVariant(model: "stacked", precision: "autocast"),
    TrainingVariant(model: "stacked", attention: "eager", precision: "products"),
  ]

  /// A perceptron: so small that threads only cost.
  private static let ofPerceptrons: [TrainingVariant] = [
    TrainingVariant(threads: 1), TrainingVariant(optimizer: "foreach", threads: 1),
    TrainingVariant(optimizer: "single", threads: 1), TrainingVariant(compile: "loss", threads: 1),
    TrainingVariant(compile: "step", threads: 1),
    TrainingVariant(optimizer: "functional", compile: "step", threads: 1),
    TrainingVariant(optimizer: "functional", compile: "step", wrapper: "cpp", threads: 1),
    TrainingVariant(optimizer: "functional", compile: "step", wrapper: "cpp", unroll: 8, threads: 1),
    TrainingVariant(threads: 2),
  ]
}

/// What a trial found.
struct TrainingTrial {
  /// The fastest whose products turned out to be in float32, of those that take one step when asked for one.
  var float32: TrainingVariant
  /// The fastest of those that have several steps in one graph, and so need as many batches beforehand and show nothing between them.
  var unrolled: TrainingVariant?
  /// The fastest in any precision.
  var any: TrainingVariant
  /// The steps of that time about a second.
  var stepsPerTurn: Int
}

extension Recorder {
  /// Runs each candidate in a process of its own for about a second, twice; the better counts.
  mutating func trial(of shape: TrainingShape) throws -> TrainingTrial {
    var rates: [(variant: TrainingVariant, isFloat32: Bool, stepsPerSecond: Double)] = []
    for variant in TrainingVariant.candidates(for: shape, quick: isQuick) {
      do {
        let peer = try TrainingPeer(variant, python: python)
        let facts = try peer.build(shape)
        guard facts.parameters == shape.parameterCount else {
          throw BenchmarkFailure("\(variant.description) has \(facts.parameters) parameters")
        }
        let unroll = variant.unroll ?? 1
        let first = try peer.steps(unroll)
        let count = max(1, Int(Double(unroll) / first.seconds / Double(unroll))) * unroll
        // What is far behind is not asked twice.
        let isBehind = 1 / first.seconds * Double(unroll) < 0.4 * (rates.map(\.stepsPerSecond).max() ?? 0)
        let samples = try (0..<(isBehind ? 1 : 2)).map { _ in Double(count) / (try peer.steps(count)).seconds }
        let unit: Unit = shape.kind == .llama ? .tokensPerSecond : .perSecond
        add(
          Measurement(
            "Training, \(shape.description): the trial of PyTorch", variant.description, unit,
            samples.map { $0 * Double(shape.unitsPerStep) }))
        rates.append((variant, facts.isFloat32, samples.reduce(0, max)))
      } catch let refusal as LineProcess.Refusal {
        note("  \(variant.description): \(refusal)")
      }
    }
    let single = rates.filter { $0.variant.unroll == nil }
    let best = single.max { $0.stepsPerSecond < $1.stepsPerSecond }
    let float32 = single.filter(\.isFloat32).max { $0.stepsPerSecond < $1.stepsPerSecond }
    let unrolled = rates.filter { $0.variant.unroll != nil }.max { $0.stepsPerSecond < $1.stepsPerSecond }
    guard let best, let float32 else { throw BenchmarkFailure("no variant of PyTorch trains \(shape.description)") }
    return TrainingTrial(
      float32: float32.variant, unrolled: unrolled?.variant, any: best.variant,
      stepsPerTurn: max(1, Int(float32.stepsPerSecond)))
  }
}
