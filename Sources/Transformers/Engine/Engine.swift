// The fast float32 decoder: a model prepared once, then run by any number of sessions.
import Tensors

/// A model prepared for fast float32 decoding.
///
/// Preparation fuses matrices that read the same input, drops rows and columns that are all zero (exact for finite
/// inputs; see `PreparationReport`), and lays the rest out for vector instructions. What remains is dense softmax
/// attention over all cached positions and a full product with the head; nothing is remembered from whoever built the
/// weights.
///
///     let engine = try Engine(model)
///     let session = engine.makeSession()
///     let tokens = session.generate(after: [prompt], maximumNewTokens: 100)
///
/// Results agree with `ReferenceDecoder` up to float32 rounding. Products and sums round in a fixed order that depends
/// neither on the batch nor on how many positions are read at once; only without 512-bit vectors are prompts read
/// through OpenBLAS, which has an order of its own.
public struct Engine: Sendable {
  /// The shape of the model.
  public let configuration: ModelConfiguration
  /// What preparation kept.
  public let report: PreparationReport

  let tokenEmbedding: Tensor<Float>
  let positionEmbedding: Tensor<Float>?
  let layers: [PreparedLayer]
  let finalNormalization: PreparedNormalization
  let head: PreparedLinear
  /// Inverse frequencies of the rotary pairs that some layer keeps; empty where positions are learned.
  let inverseFrequencies: FloatBuffer
  let rotaryPairCount: Int

  /// Prepares `model`.
  ///
  /// - Parameters:
  ///   - model: the model.
  ///   - compacts: whether all-zero rows and columns are dropped; without it the results are the same, slower.
  /// - Throws: `ModelError` where the weights do not fit the configuration or are not finite.
  public init(_ model: Model, compacts: Bool = true) throws(ModelError) {
    try model.validate()
    configuration = model.configuration
    tokenEmbedding = model.weights.tokenEmbedding
    positionEmbedding = model.weights.positionEmbedding
    var report = PreparationReport()

    let plans = model.weights.layers.map { AttentionPlan($0, model.configuration, compacts: compacts) }
    var pairs: [Int]?
    if case .rotary(let rotary) = model.configuration.positions {
      let used = Set(plans.flatMap { $0.groups.flatMap(\.pairs) }).sorted()
      // Without layers no weights hold the head's width down, and a hostile one would ask for gigabytes of angles.
      let frequencies =
        used.isEmpty ? [] : rotary.inverseFrequencies(headSize: model.configuration.headSize)
      inverseFrequencies = FloatBuffer(padding: used.map { Float(frequencies[$0]) })
      rotaryPairCount = used.count
      pairs = used
    } else {
      inverseFrequencies = FloatBuffer(count: 0)
      rotaryPairCount = 0
    }

    var layers: [PreparedLayer] = []
    for (i, weights) in model.weights.layers.enumerated() {
      layers.append(
        PreparedLayer(
          weights, plans[i], model.configuration, rotaryPairs: pairs, compacts: compacts, name: "layers[\(i)]",
          report: &report))
    }
    self.layers = layers

    let head = Linear(weight: model.head)
    let inputs = indices(of: LinearSupport(head, compacts: compacts).columns)
    finalNormalization = PreparedNormalization(
      model.weights.finalNormalization, model.configuration, columns: inputs)
    self.head = PreparedLinear(
      (0..<model.configuration.vocabularySize).map { (head, $0) }, columns: inputs, name: "head",
      modelRowCount: model.configuration.vocabularySize, modelColumnCount: model.configuration.hiddenSize,
      report: &report)
    self.report = report
  }

  /// A session that has read nothing, for `batchSize` texts side by side.
  public func makeSession(batchSize: Int = 1) -> Session { Session(self, batchSize: batchSize) }
}
