// What a run trains: an objective, its first weights, its batches, how it is evaluated and what it is written as.
import Randomness
import Tensors
import Training

/// A model with its data.
protocol TrainingSubject: Sendable {
  associatedtype Model: Objective

  var objective: Model { get }
  /// What is counted by the objective's weights: "tokens".
  var unit: String { get }
  /// What besides the configuration decides the result: the digests of files.
  var digests: [String] { get }
  /// Whether there are examples that training does not see.
  var hasValidation: Bool { get }

  /// The batches of a run.
  func batches(_ configuration: TrainingConfiguration, random: Philox) -> ExampleBatches<Model.Batch>

  /// The weights that a run begins with.
  func firstParameters<Scalar: TensorScalar>(
    _ configuration: TrainingConfiguration, random: Philox, as type: Scalar.Type
  ) throws -> AlignedBuffer<Scalar>

  /// What measures weights; `nil` where there is nothing to measure.
  func evaluator<Scalar: TensorScalar>(
    _ configuration: TrainingConfiguration, engine: TrainingEngine, as type: Scalar.Type
  ) -> ((AlignedBuffer<Scalar>) throws -> [String: Double])?

  /// Writes the weights as a model folder.
  func export<Scalar: TensorScalar>(
    _ parameters: AlignedBuffer<Scalar>, to path: String, options: ExportSection) throws
}

/// What computes.
struct TrainingEngine: Sendable {
  var products: any MatrixProducts
  var productsName: String
  var threadCount: Int

  /// The products that a configuration asks for, as far as this machine has them.
  init(_ configuration: TrainingConfiguration) throws {
    let precision: NativeProducts.Precision = configuration.precision == .bfloat16 ? .bfloat16 : .float32
    let choice: MatrixProductsChoice =
      switch configuration.products {
      case .automatic: .automatic(for: precision)
      case .native: .native
      case .openblas: .openblas
      case .onednn: .onednn
      }
    products = try choice.products(precision: precision)
    productsName = choice.rawValue
    threadCount = configuration.threads ?? processorCount()
  }
}

extension TrainingConfiguration {
  /// The source of everything random in a run, by its use.
  func random(_ use: String) -> Philox { Philox(seed: seed).split(use) }

  /// The source of the choice of examples that are evaluated; the same for all replicas of a split.
  func evaluationRandom(_ side: String) -> Philox {
    Philox(seed: data.splitSeed).split("evaluation").split(side)
  }

  /// How many examples are evaluated: of examples without end a number even where all are wanted.
  func evaluationCount<Example>(of examples: ExampleSet<Example>) -> Int? {
    evaluation.examples ?? (examples.count == nil ? 1000 : nil)
  }
}
