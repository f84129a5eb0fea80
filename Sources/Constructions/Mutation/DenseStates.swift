// Every state that a chain can be in, one for each position and value: residual stream, query, key and value of each.
import Tensors
import Transformers
import Verification

/// The states of a chain: state 2p + v stands for the token that says v at position p.
///
/// A leading token has two equal states, so that all positions are alike. Letters: P positions, C residual width, H query heads, G key-value
/// heads, D width of a head.
final class DenseStates {
  let configuration: ModelConfiguration
  let form: PromptForm
  let layer: DenseLayer
  /// P.
  let positionCount: Int
  /// The residual stream before attention, [2P, C].
  let streams: FloatBuffer
  /// Queries, rotated and scaled, [2P, H * D padded].
  let queries: FloatBuffer
  /// Values, [2P, G * D padded].
  let values: FloatBuffer
  /// Keys, rotated, as panels of positions: entry 2g + v holds those of key-value head g for the states of value v.
  let keyPanels: [FloatBuffer]
  /// Whether all of these are finite.
  let isFinite: Bool

  init(_ model: Model, _ layer: DenseLayer, _ form: PromptForm) {
    configuration = model.configuration
    self.form = form
    self.layer = layer
    positionCount = form.readPositionCount
    let (p, c, d) = (positionCount, configuration.hiddenSize, configuration.headSize)
    streams = FloatBuffer(count: 2 * p * c)
    DenseStates.embed(model, form, into: streams.base)

    let normalized = FloatBuffer(count: 2 * p * c)
    layer.attentionNormalization.apply(streams.base, count: 2 * p, into: normalized.base)
    func project(_ map: DenseMap) -> FloatBuffer {
      let result = FloatBuffer(count: 2 * p * map.stride)
      map.apply(normalized.base, xStride: c, count: 2 * p, into: result.base)
      return result
    }
    queries = project(layer.query)
    values = project(layer.value)
    let keys = project(layer.key)
    DenseStates.rotate(queries.base, stride: layer.query.stride, keys.base, stride: layer.key.stride, p, configuration)

    let blocks = (p + 15) / 16
    var panels: [FloatBuffer] = []
    for g in 0..<configuration.keyValueHeadCount {
      for v in 0..<2 {
        let panel = FloatBuffer(count: blocks * 16 * d)
        for position in 0..<p {
          VectorKernels.store(
            keys.base + (2 * position + v) * layer.key.stride + g * d, in: panel.base, slot: position, columns: d)
        }
        panels.append(panel)
      }
    }
    keyPanels = panels
    isFinite = [queries, keys, values].allSatisfy { areFinite($0.base, count: $0.count) }
  }

  /// The wire whose value the token at `position` says, or `nil` for a leading token.
  func wire(at position: Int) -> Int? {
    position < form.leadingTokens.count ? nil : position - form.leadingTokens.count
  }

  /// Token embeddings, and position embeddings where there are some.
  private static func embed(_ model: Model, _ form: PromptForm, into streams: UnsafeMutablePointer<Float>) {
    let c = model.configuration.hiddenSize
    model.weights.tokenEmbedding.elements.withUnsafeBufferPointer { tokens in
      for position in 0..<form.readPositionCount {
        for v in 0..<2 {
          let wire = position - form.leadingTokens.count
          let token = wire < 0 ? form.leadingTokens[position] : form.token(wire: wire, value: v == 1)
          for i in 0..<c { streams[(2 * position + v) * c + i] = tokens[token * c + i] }
        }
      }
    }
    model.weights.positionEmbedding?.elements.withUnsafeBufferPointer { positions in
      for state in 0..<2 * form.readPositionCount {
        for i in 0..<c { streams[state * c + i] += positions[state / 2 * c + i] }
      }
    }
  }

  /// Turns queries and keys by the angles of their positions, where positions are rotary, and scales the queries.
  private static func rotate(
    _ queries: UnsafeMutablePointer<Float>, stride queryStride: Int, _ keys: UnsafeMutablePointer<Float>,
    stride keyStride: Int, _ positionCount: Int, _ configuration: ModelConfiguration
  ) {
    let scale = Float(configuration.resolvedAttentionScale)
    let (d, heads, groups) = (configuration.headSize, configuration.headCount, configuration.keyValueHeadCount)
    guard case .rotary(let rotary) = configuration.positions else {
      for i in 0..<2 * positionCount * queryStride { queries[i] *= scale }
      return
    }
    let pairs = d / 2
    let frequencies = FloatBuffer(padding: rotary.inverseFrequencies(headSize: d).map { Float($0) })
    let (cosines, sines) = (FloatBuffer(count: pairs), FloatBuffer(count: pairs))
    for position in 0..<positionCount {
      VectorKernels.rotaryTable(
        inverseFrequencies: frequencies.base, pairs: pairs, position: position, cosines: cosines.base, sines: sines.base
      )
      for state in 2 * position..<2 * position + 2 {
        for h in 0..<heads {
          VectorKernels.rotate(
            queries + state * queryStride + h * d, cosines: cosines.base, sines: sines.base, pairs: pairs, scale: scale)
        }
        for g in 0..<groups {
          VectorKernels.rotate(
            keys + state * keyStride + g * d, cosines: cosines.base, sines: sines.base, pairs: pairs, scale: 1)
        }
      }
    }
  }
}
