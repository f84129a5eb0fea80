// What training adds to a decoder's shape: which layers share weights, which have heads of their own, what stays as it is.

/// Which layers have the same weights.
public enum LayerSharing: Sendable, Equatable {
  /// Each layer has its own.
  case none
  /// All layers have the same: a universal transformer.
  case all
  /// Layer i has those of layer i mod k.
  case cycle(Int)

  /// The number of different layers among `layerCount`.
  public func groupCount(layerCount: Int) -> Int {
    switch self {
    case .none: layerCount
    case .all: min(1, layerCount)
    case .cycle(let period): min(period, layerCount)
    }
  }
}

/// A prediction from the residual stream after an intermediate layer, whose loss is added to the model's.
///
/// Auxiliary heads help training and are no part of the model: a folder does not have them.
public struct AuxiliaryHead: Sendable, Equatable {
  /// The layer after which it stands, from 0.
  public var layer: Int
  /// What its loss is multiplied by.
  public var weight: Double
  /// Whether it has a normalization and a matrix of its own, and not those of the model's head.
  public var hasOwnWeights: Bool

  /// A head after a layer.
  public init(layer: Int, weight: Double, hasOwnWeights: Bool = false) {
    self.layer = layer
    self.weight = weight
    self.hasOwnWeights = hasOwnWeights
  }
}

/// How a decoder is trained, beside its configuration.
public struct DecoderOptions: Sendable, Equatable {
  /// Which layers have the same weights.
  public var sharing = LayerSharing.none
  /// The heads on intermediate layers.
  public var auxiliaryHeads: [AuxiliaryHead] = []
  /// What the loss of the model's own head is multiplied by.
  public var lossWeight = 1.0
  /// The names of parameters that training leaves alone; `*` stands for any characters, as in `model.layers.0.*`.
  public var frozenParameters: [String] = []
  /// About how many tokens a shard has; `nil` stands for what is fast for the model's width: 256 below 128 hidden units, 512 from there on. The
  /// activations of few tokens stay in a core's cache; of many, the weights are brought into it less often, and more memory is needed.
  public var tokensPerShard: Int?
  /// The greatest length of a sequence, for which rotary angles are computed beforehand; `nil` stands for the model's maximum.
  public var maximumLength: Int?

  /// The defaults that are shown at the properties.
  public init() {}
}
