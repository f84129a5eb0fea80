// Training of one model: batches in, weights out, step by step.
public import Randomness
public import Tensors

/// Trains an objective on batches from a source.
///
/// ```swift
/// let trainer = Trainer(
///   objective, settings: TrainingSettings(schedule: LearningRateSchedule(peak: 1e-3)), source: batches,
///   parameters: firstWeights, products: ReferenceProducts())
/// try trainer.run(RunPlan(stepCount: 1000, folder: "run"))
/// ```
///
/// The weights after each step are a function of the objective, the settings, the first weights, the batches, the products and the
/// processor: neither the number of threads nor an interruption changes a bit.
public final class Trainer<Model: Objective, Source: BatchSource, Scalar: TensorScalar>
where Source.Batch == Model.Batch {
  /// What decides the course of training.
  public let settings: TrainingSettings
  /// Whatever else decides the result, in words that a checkpoint keeps and compares.
  public let configuration: String
  /// The weights, of the objective's layout.
  public let parameters: AlignedBuffer<Scalar>
  /// The optimizer and its moments.
  public let optimizer: Optimizer<Scalar>
  /// What is trained.
  public let objective: Model
  /// What computes the matrix products.
  public let products: any MatrixProducts
  /// The most threads that a step uses.
  public let threadCount: Int
  /// Where the run stands.
  @exclusivity(unchecked) public internal(set) var state = TrainingState()
  /// Where batches come from.
  public internal(set) var source: Source
  /// Computes losses and gradients; made when the first step needs it.
  package private(set) lazy var engine = GradientEngine<Model, Scalar>(
    objective, products: products, threadCount: threadCount)

  /// A trainer before its first step.
  ///
  /// - Parameters:
  ///   - parameters: The first weights; training changes them in place.
  ///   - random: Where the optimizer's noise comes from.
  ///   - configuration: Whatever else decides the result.
  ///   - objective: What is trained.
  ///   - settings: What decides the course of training.
  ///   - source: Where batches come from.
  ///   - products: What computes the matrix products.
  ///   - threadCount: The most threads that compute at once; the result does not depend on it.
  /// - Precondition: ``TrainingSettings/fault`` is `nil`.
  public init(
    _ objective: Model, settings: TrainingSettings, source: Source, parameters: AlignedBuffer<Scalar>,
    products: any MatrixProducts, threadCount: Int = 1, random: Philox = Philox(seed: 0), configuration: String = ""
  ) {
    if let fault = settings.fault { preconditionFailure(fault) }
    precondition(parameters.count == objective.layout.bufferCount, "weights have the objective's layout")
    self.settings = settings
    self.source = source
    self.parameters = parameters
    self.configuration = configuration
    self.objective = objective
    self.products = products
    self.threadCount = threadCount
    optimizer = Optimizer(settings.optimizer, layout: objective.layout, noise: random)
    state.batchPosition = source.position
  }

  /// Makes one step.
  ///
  /// - Returns: What it did, or `nil` where there are no more batches.
  /// - Throws: ``TrainingError`` and what the source throws; the weights are then as they were.
  public func step() throws -> StepReport? { try step(on: engine) }

  /// ``step()`` by an engine of the caller's, whose number of threads changes no bit.
  func step(on engine: GradientEngine<Model, Scalar>) throws -> StepReport? {
    let weight = try engine.gather(settings.batchesPerStep) { try source.next() }
    if engine.batchCount == 0 { return nil }
    let number = state.step + 1
    guard weight > 0 else { throw TrainingError.emptyStep(step: number) }

    let (loss, norm) = engine.differentiateBatches(parameters: parameters, normalization: 1 / weight)
    if !(loss.isFinite && norm.isFinite) {
      throw firstFault(in: engine.batches, normalization: 1 / weight, step: number, loss: loss, gradientNorm: norm)
    }
    if case .value(let bound) = settings.clipping {
      Scalar.clamp(engine.gradients.base, to: Scalar(bound), count: engine.gradients.count)
    }
    let rate = settings.schedule.rate(at: state.step)
    optimizer.update(
      parameters, by: engine.gradients, learningRate: rate, gradientScale: settings.clipping?.scale(forNorm: norm) ?? 1,
      threadCount: engine.threadCount)
    state.step = number
    state.batchPosition = source.position
    state.weight += weight
    return StepReport(step: number, loss: loss, learningRate: rate, gradientNorm: norm, weight: weight)
  }

  /// Computes a step once more on a tape that keeps everything, to say where a number was not finite first.
  private func firstFault(
    in batches: [Model.Batch], normalization: Double, step: Int, loss: Double, gradientNorm: Double
  ) -> TrainingError {
    let tape = Tape<Scalar>(products: products)
    tape.keepsBlocks = true
    let gradients = AlignedBuffer<Scalar>(count: parameters.count)
    func fault(_ quantity: TrainingError.Quantity, _ layer: String) -> TrainingError {
      .notFinite(step: step, quantity: quantity, layer: layer, loss: loss, gradientNorm: gradientNorm)
    }
    for batch in batches {
      for shard in 0..<objective.shardCount(of: batch) {
        gradients.fill(0)
        tape.begin(parameters: parameters, gradients: gradients)
        let loss = objective.loss(of: batch, shard: shard, normalization: normalization, on: tape)
        if let scope = tape.scopeOfFirstValueThatIsNotFinite() { return fault(.value, objective.name(ofScope: scope)) }
        tape.backward(from: loss)
        if let scope = tape.scopeOfFirstGradientThatIsNotFinite() {
          return fault(.gradient, objective.name(ofScope: scope))
        }
      }
    }
    return fault(loss.isFinite ? .gradient : .value, "the sum over the step's shards")
  }

  /// Refuses weights that are not finite, so that no checkpoint holds them.
  func checkParameters() throws(TrainingError) {
    guard let index = Scalar.firstNotFinite(parameters.base, count: parameters.count) else { return }
    let parameter = objective.layout.parameters.last { $0.offset <= index }
    throw .notFinite(
      step: state.step, quantity: .parameter, layer: parameter?.name ?? "the buffer of parameters", loss: .nan,
      gradientNorm: .nan)
  }
}
