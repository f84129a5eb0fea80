// The states in which each position can be, and what each has before attention: queries, keys, values, the residual stream.
import ExactArithmetic
import Transformers

/// What the positions of a prompt form have, for each value that the wire at the position may have.
///
/// A state is a position and the value of its wire; the position of a leading token has one state. State (p, v) has number 2 p + v.
struct FiniteStates: Sendable {
  let form: PromptForm
  /// The number of positions that are read.
  let count: Int
  /// The values of each coordinate of the queries of positions that answer, shape [H * D].
  private(set) var queryPalettes: [Palette]
  /// The values of each coordinate of the keys, shape [G * D].
  private(set) var keyPalettes: [Palette]
  /// The queries of each head.
  private(set) var queries: [StringTable]
  /// The keys of each key-value head.
  private(set) var keys: [StringTable]
  /// The values of each key-value head.
  private(set) var values: [StringTable]
  /// The numbers of the vectors in `values`, one palette for all coordinates.
  private(set) var valuePalette = Palette()

  /// Numbers of strings, [state, H] and [state, G]; queries only of positions that answer.
  private var queryIDs: [UInt32]
  private var keyIDs: [UInt32]
  private var valueIDs: [UInt32]
  /// For each state, the number of its residual stream among all, as far as the logits depend on it.
  private(set) var streamIDs: [UInt32]

  /// A query of a position that does not answer, with which the position does not attend to itself.
  struct Stray: Sendable {
    let position: Int
    let value: Int
    let head: Int
    let query: [FiniteNumber]
  }
  /// The queries whose softmax has to be shown to exist.
  private(set) var strays: [Stray] = []

  private let headCount: Int
  private let groupCount: Int
  private let headSize: Int

  init(_ layer: FiniteLayer, _ form: PromptForm, in arithmetic: inout TracedFormat) {
    let configuration = layer.configuration
    self.form = form
    count = form.readPositionCount
    (headCount, groupCount) = (configuration.headCount, configuration.keyValueHeadCount)
    headSize = configuration.headSize
    queryPalettes = Array(repeating: Palette(), count: headCount * headSize)
    keyPalettes = Array(repeating: Palette(), count: groupCount * headSize)
    queries = Array(repeating: StringTable(width: headSize), count: headCount)
    keys = Array(repeating: StringTable(width: headSize), count: groupCount)
    values = keys
    queryIDs = [UInt32](repeating: 0, count: 2 * count * headCount)
    keyIDs = [UInt32](repeating: 0, count: 2 * count * groupCount)
    valueIDs = keyIDs
    streamIDs = [UInt32](repeating: 0, count: 2 * count)

    let living = layer.livingColumns
    var streams = StringTable(width: living.count)
    var streamPalettes = Array(repeating: Palette(), count: living.count)
    var stream: [FiniteNumber] = []
    var (query, key, value): ([FiniteNumber], [FiniteNumber], [FiniteNumber]) = ([], [], [])
    var symbols: [UInt32] = []
    for position in 0..<count {
      for v in 0..<stateCount(position) {
        layer.embed(token(position, v), at: position, into: &stream, in: &arithmetic)
        layer.query.apply(stream, into: &query, in: &arithmetic)
        layer.key.apply(stream, into: &key, in: &arithmetic)
        layer.value.apply(stream, into: &value, in: &arithmetic)
        let state = 2 * position + v
        symbols.removeAll(keepingCapacity: true)
        for (i, column) in living.enumerated() { symbols.append(streamPalettes[i].symbol(of: stream[column])) }
        streamIDs[state] = UInt32(streams.intern(symbols))
        for g in 0..<groupCount {
          symbols.removeAll(keepingCapacity: true)
          for i in g * headSize..<(g + 1) * headSize { symbols.append(keyPalettes[i].symbol(of: key[i])) }
          keyIDs[state * groupCount + g] = UInt32(keys[g].intern(symbols))
          symbols.removeAll(keepingCapacity: true)
          for i in g * headSize..<(g + 1) * headSize { symbols.append(valuePalette.symbol(of: value[i])) }
          valueIDs[state * groupCount + g] = UInt32(values[g].intern(symbols))
        }
        for h in 0..<headCount {
          let part = h * headSize..<(h + 1) * headSize
          if position >= form.firstAnsweringPosition {
            symbols.removeAll(keepingCapacity: true)
            for i in part { symbols.append(queryPalettes[i].symbol(of: query[i])) }
            queryIDs[state * headCount + h] = UInt32(queries[h].intern(symbols))
          } else {
            let g = layer.group(ofHead: h)
            let own = layer.score(query[part], key[g * headSize..<(g + 1) * headSize], in: &arithmetic)
            if arithmetic.format.exponential(own).isZero {
              strays.append(Stray(position: position, value: v, head: h, query: Array(query[part])))
            }
          }
        }
      }
    }
  }

  /// The number of states of `position`: 1 for a leading token, otherwise 2.
  func stateCount(_ position: Int) -> Int { position < form.leadingTokens.count ? 1 : 2 }

  /// The token at `position` in state `v`.
  func token(_ position: Int, _ v: Int) -> Int {
    let wire = position - form.leadingTokens.count
    return wire < 0 ? form.leadingTokens[position] : form.token(wire: wire, value: v == 1)
  }

  /// The number of the query of head `h` in state `v` of `position`, which answers.
  func query(_ position: Int, _ v: Int, head h: Int) -> Int { Int(queryIDs[(2 * position + v) * headCount + h]) }

  /// The number of the key of group `g` in state `v` of `position`.
  func key(_ position: Int, _ v: Int, group g: Int) -> Int { Int(keyIDs[(2 * position + v) * groupCount + g]) }

  /// The number of the value vector of group `g` in state `v` of `position`.
  func value(_ position: Int, _ v: Int, group g: Int) -> Int { Int(valueIDs[(2 * position + v) * groupCount + g]) }

  /// The coordinates of query `id` of head `h`.
  func queryNumbers(_ id: Int, head h: Int) -> [FiniteNumber] {
    queries[h][id].enumerated().map { queryPalettes[h * headSize + $0].numbers[Int($1)] }
  }

  /// The coordinates of key `id` of group `g`.
  func keyNumbers(_ id: Int, group g: Int) -> [FiniteNumber] {
    keys[g][id].enumerated().map { keyPalettes[g * headSize + $0].numbers[Int($1)] }
  }

  /// The coordinates of value vector `id` of group `g`.
  func valueNumbers(_ id: Int, group g: Int) -> [FiniteNumber] {
    values[g][id].map { valuePalette.numbers[Int($0)] }
  }
}
