// The numbers that training starts from.
public import Randomness
public import Tensors
import Transformers

/// How the parameters of a model are drawn; each from a stream of its own, named after it, so that no parameter's numbers depend on another's.
public enum Initialization: Sendable, Equatable {
  /// Matrices from the normal distribution with mean 0.
  ///
  /// With `scalesResidualProjections` the maps that add to the residual stream of a decoder with L layers are divided by sqrt(2 L), as in
  /// GPT-2 (Radford et al., *Language models are unsupervised multitask learners*, 2019).
  case normal(standardDeviation: Double = 0.02, scalesResidualProjections: Bool = true)
  /// Matrices and biases of n inputs uniform on [-1 / sqrt(n), 1 / sqrt(n)]: what PyTorch does with `Linear`.
  case uniformFanIn
  /// Matrices of n inputs normal with variance 2 / n, biases 0: He, Zhang, Ren and Sun, *Delving deep into rectifiers* (2015).
  case heNormal

  /// Fills a parameter.
  ///
  /// - Parameters:
  ///   - inputs: The number of inputs of the map that the parameter belongs to.
  ///   - residualScale: What a map that adds to a residual stream is multiplied by; 1 for other maps.
  /// - Exactness: Numbers are drawn in float64 and rounded to float32 in either type.
  func draw<Scalar: TensorScalar>(
    _ parameter: Parameter, inputs: Int, residualScale: Double = 1, random: Philox, into buffer: AlignedBuffer<Scalar>
  ) {
    var random = random.split(parameter.name)
    let bound = 1 / Double(inputs).squareRoot()
    for index in parameter.range {
      let number: Double =
        switch self {
        case .normal(let deviation, let scales):
          parameter.isVector ? 0 : random.normal() * deviation * (scales ? residualScale : 1)
        case .uniformFanIn: (2 * random.uniformDouble() - 1) * bound
        case .heNormal: parameter.isVector ? 0 : random.normal() * 2.0.squareRoot() * bound
        }
      buffer.base[index] = Scalar(Float(number))
    }
  }
}

extension DecoderObjective {
  /// Random parameters: gains are 1, biases of normalizations 0, and everything else is drawn by the scheme.
  ///
  /// The rows of embeddings count as maps of C inputs.
  public func initialParameters<Scalar: TensorScalar>(
    _ scheme: Initialization = .normal(), random: Philox, as type: Scalar.Type = Scalar.self
  ) -> AlignedBuffer<Scalar> {
    let buffer = AlignedBuffer<Scalar>(count: layout.bufferCount)
    let width = configuration.hiddenSize
    let residualScale = 1 / Double(2 * max(1, configuration.layerCount)).squareRoot()
    func draw(_ map: LinearParameters?, scale: Double = 1) {
      guard let map else { return }
      for parameter in [map.weight] + [map.bias].compactMap({ $0 }) {
        scheme.draw(
          parameter, inputs: map.weight.columns, residualScale: scale, random: random, into: buffer)
      }
    }
    func draw(_ matrix: Parameter?) {
      if let matrix { scheme.draw(matrix, inputs: width, random: random, into: buffer) }
    }
    func ones(_ normalization: NormalizationParameters?) {
      guard let gain = normalization?.gain else { return }
      for index in gain.range { buffer.base[index] = 1 }
    }
    draw(parameters.tokenEmbedding)
    draw(parameters.positionEmbedding)
    for group in parameters.groups {
      ones(group.attentionNormalization)
      for map in [group.query, group.key, group.value] { draw(map) }
      draw(group.output, scale: residualScale)
      ones(group.feedForwardNormalization)
      draw(group.gate)
      draw(group.up)
      draw(group.down, scale: residualScale)
    }
    ones(parameters.finalNormalization)
    if !configuration.tiesEmbeddings { draw(parameters.head) }
    for auxiliary in parameters.auxiliaryHeads {
      ones(auxiliary?.normalization)
      draw(auxiliary?.head)
    }
    return buffer
  }
}
