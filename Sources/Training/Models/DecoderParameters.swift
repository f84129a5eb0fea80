// Where the weights of a decoder stand in its buffer of parameters.
import Tensors
import Transformers

/// A matrix with the bias beside it, where there is one.
struct LinearParameters: Sendable {
  var weight: Parameter
  var bias: Parameter?
}

/// The gain of a normalization and its bias, where there is one.
struct NormalizationParameters: Sendable {
  var gain: Parameter
  var bias: Parameter?
}

/// The parameters of one layer.
struct LayerParameters: Sendable {
  var attentionNormalization: NormalizationParameters?
  var query: LinearParameters
  var key: LinearParameters
  var value: LinearParameters
  var output: LinearParameters
  var feedForwardNormalization: NormalizationParameters?
  var gate: LinearParameters?
  var up: LinearParameters
  var down: LinearParameters
  /// Query, key and value as one map, where they stand next to each other.
  var joinedAttention: LinearParameters?
  /// Gate and up as one map, where they stand next to each other.
  var joinedFeedForward: LinearParameters?
}

/// An auxiliary head's own parameters.
struct HeadParameters: Sendable {
  var normalization: NormalizationParameters?
  var head: Parameter
}

/// The parameters of a decoder, by their part in it.
struct DecoderParameters: Sendable {
  private(set) var layout = ParameterLayout()
  private(set) var tokenEmbedding: Parameter
  private(set) var positionEmbedding: Parameter?
  /// The different layers; layer i has those of group i mod count.
  private(set) var groups: [LayerParameters] = []
  private(set) var finalNormalization: NormalizationParameters?
  /// The head's matrix, the token embedding where it is tied.
  private(set) var head: Parameter
  /// What each auxiliary head has of its own.
  private(set) var auxiliaryHeads: [HeadParameters?] = []

  /// The parameters of a configuration that has been checked.
  init(_ c: ModelConfiguration, _ options: DecoderOptions) {
    let names = DecoderNames(c)
    var builder = LayoutBuilder(frozen: options.frozenParameters.map { NamePattern($0) }, configuration: c)
    tokenEmbedding = builder.matrix(names.tokenEmbedding, c.vocabularySize, c.hiddenSize)
    if c.positions == .learned {
      positionEmbedding = builder.matrix(names.positionEmbedding, c.maximumPositionCount, c.hiddenSize)
    }
    let (queries, keys) = (c.headCount * c.headSize, c.keyValueHeadCount * c.headSize)
    for index in 0..<options.sharing.groupCount(layerCount: c.layerCount) {
      func name(_ part: DecoderNames.Part) -> String { names.name(part, layer: index) }
      let attentionNormalization = builder.normalization(name(.attentionNormalization))
      let attention = builder.linears(
        [(name(.query), queries), (name(.key), keys), (name(.value), keys)], inputs: c.hiddenSize,
        hasBias: c.hasAttentionBiases)
      let output = builder.linears(
        [(name(.output), c.hiddenSize)], inputs: queries, hasBias: c.hasAttentionBiases)
      let feedForwardNormalization = builder.normalization(name(.feedForwardNormalization))
      let isGated = c.feedForward == .gatedSiLU
      let inner = builder.linears(
        (isGated ? [(name(.gate), c.intermediateSize)] : []) + [(name(.up), c.intermediateSize)], inputs: c.hiddenSize,
        hasBias: c.hasFeedForwardBiases)
      let down = builder.linears(
        [(name(.down), c.hiddenSize)], inputs: c.intermediateSize, hasBias: c.hasFeedForwardBiases)
      groups.append(
        LayerParameters(
          attentionNormalization: attentionNormalization, query: attention[0], key: attention[1], value: attention[2],
          output: output[0], feedForwardNormalization: feedForwardNormalization, gate: isGated ? inner[0] : nil,
          up: inner[inner.count - 1], down: down[0], joinedAttention: Self.joined(attention),
          joinedFeedForward: isGated ? Self.joined(inner) : nil))
    }
    finalNormalization = builder.normalization(names.finalNormalization)
    head = c.tiesEmbeddings ? tokenEmbedding : builder.matrix(names.head, c.vocabularySize, c.hiddenSize)
    for (index, auxiliary) in options.auxiliaryHeads.enumerated() {
      guard auxiliary.hasOwnWeights else {
        auxiliaryHeads.append(nil)
        continue
      }
      let normalization = builder.normalization("auxiliary.\(index).norm")
      let head = builder.matrix("auxiliary.\(index).head.weight", c.vocabularySize, c.hiddenSize)
      auxiliaryHeads.append(HeadParameters(normalization: normalization, head: head))
    }
    layout = builder.layout
  }

  /// The parameters of layer `index`.
  func layer(_ index: Int) -> LayerParameters { groups[index % groups.count] }

  private static func joined(_ parts: [LinearParameters]) -> LinearParameters? {
    guard let weight = ParameterLayout.joined(parts.map(\.weight)) else { return nil }
    let biases = parts.compactMap(\.bias)
    if biases.isEmpty { return LinearParameters(weight: weight) }
    return ParameterLayout.joined(biases).map { LinearParameters(weight: weight, bias: $0) }
  }
}

/// A layout that grows, with the patterns of what is frozen.
private struct LayoutBuilder {
  var layout = ParameterLayout()
  let frozen: [NamePattern]
  let configuration: ModelConfiguration

  init(frozen: [NamePattern], configuration: ModelConfiguration) {
    self.frozen = frozen
    self.configuration = configuration
  }

  private func trains(_ name: String) -> Bool { !frozen.contains { $0.matches(name) } }

  mutating func matrix(_ name: String, _ rows: Int, _ columns: Int) -> Parameter {
    layout.addMatrix(name, rows: rows, columns: columns, isTrainable: trains(name))
  }

  mutating func vector(_ name: String, _ count: Int) -> Parameter {
    layout.addVector(name, count: count, isTrainable: trains(name))
  }

  /// Maps of one input: first the matrices, next to each other, then the biases, so that one product can serve all.
  mutating func linears(_ maps: [(name: String, outputs: Int)], inputs: Int, hasBias: Bool) -> [LinearParameters] {
    var result: [LinearParameters] = []
    for map in maps {
      result.append(LinearParameters(weight: matrix(map.name + ".weight", map.outputs, inputs)))
    }
    if hasBias {
      for (index, map) in maps.enumerated() { result[index].bias = vector(map.name + ".bias", map.outputs) }
    }
    return result
  }

  mutating func normalization(_ name: String) -> NormalizationParameters? {
    switch configuration.normalization {
    case .none: return nil
    case .rootMeanSquare: return NormalizationParameters(gain: vector(name + ".weight", configuration.hiddenSize))
    case .layer:
      let gain = vector(name + ".weight", configuration.hiddenSize)
      return NormalizationParameters(gain: gain, bias: vector(name + ".bias", configuration.hiddenSize))
    }
  }
}
