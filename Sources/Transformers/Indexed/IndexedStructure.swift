// The lookup tables of a model whose weights were checked to allow them; see IndexedSession for running them.

/// A one-layer decoder whose heads look keys up and whose head points at the next token by a code: found on the weights, not remembered from
/// whoever made them.
///
/// For weights that pass, greedy decoding by lookup emits the tokens that dense float32 softmax attention emits:
/// - every head's wanted key leads all others by more than 104, so that the softmax of dense attention is exactly one-hot;
/// - what follows attention is a function of the state's class and of the value classes fetched, evaluated with the layer's own arithmetic on a
///   member of the class;
/// - the winning token leads in every case used by more than float32 rounding may change, in whatever order it sums.
///
/// Where a wanted key is not there, or is there twice, a session says so and the caller goes on densely.
public struct IndexedStructure: Sendable {
  /// At most so many bytes of memory go into what a session remembers.
  static let maximumCaseCount = 1 << 26

  let space: StateSpace
  let heads: CodeMatchHeads
  let resolver: TokenResolver
  let classes: StateClasses

  /// The smallest lead of a wanted key's score over any other, of all heads, with everything that rounding and rotation may take subtracted.
  public var scoreLead: Double { heads.lead }

  /// The number of query heads that look keys up.
  public var headCount: Int { heads.wanted.count }

  /// The number of classes of states that behave alike.
  public var classCount: Int { classes.representatives.count }

  /// Bytes of the lookup tables.
  public var tableBytes: Int {
    let perState = 4 * heads.wanted.count + 5 * heads.keys.count + 8
    return space.count * perState + 4 * resolver.groups.tokens.count + 12 * resolver.groups.starts.count
  }

  /// Checks `model` and builds its tables. Linear in the size of the embedding and the head.
  ///
  /// - Throws: The first condition that does not hold.
  public init(checking model: Model) throws(StructureRefusal) {
    do {
      try model.validate()
    } catch {
      throw StructureRefusal(error.description)
    }
    guard model.configuration.layerCount == 1, let layer = model.weights.layers.first else {
      throw StructureRefusal("\(model.configuration.layerCount) layers; one is needed")
    }
    if case .rotary = model.configuration.positions {
    } else {
      guard model.weights.positionEmbedding != nil else { throw StructureRefusal("no position embedding") }
    }
    space = StateSpace(model)
    guard space.count < 1 << 31 else { throw StructureRefusal("\(space.count) states are too many") }
    heads = try CodeMatchHeads(space, layer: layer)
    resolver = try TokenResolver(space, layer: layer, heads: heads)
    classes = try StateClasses(space, resolver)
    let radix = heads.values.map(\.count).max() ?? 1
    var cases = classes.representatives.count
    for _ in heads.wanted where cases <= IndexedStructure.maximumCaseCount { cases *= radix }
    guard cases <= IndexedStructure.maximumCaseCount else {
      throw StructureRefusal(
        "\(cases) cases of what a token computes; at most \(IndexedStructure.maximumCaseCount) are tabulated")
    }
  }

  /// Whether query head `head` of `token` at `position` wants the key that `key` offers.
  public func isWanted(
    byHead head: Int, token: Int, position: Int, key: (token: Int, position: Int)
  ) -> Bool {
    let wanted = heads.wanted[head][space.state(token: token, position: position)]
    return wanted != CodeMatchHeads.noKey
      && wanted == heads.keys[heads.sources[head]][space.state(token: key.token, position: key.position)]
  }
}
