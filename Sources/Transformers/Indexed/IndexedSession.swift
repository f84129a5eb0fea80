// Greedy decoding by lookup: one table access a head instead of a softmax over all positions.

/// One chain of thought after another, by the tables of an `IndexedStructure`.
///
/// A session keeps the positions' values (one byte a key) and remembers the cases of the feedforward layer that it has evaluated. It is a
/// value: copy it to run on several cores.
public struct IndexedSession: Sendable {
  /// The tables.
  public let structure: IndexedStructure
  /// For each key-value head and key: 0 where no position has the key, 255 where several have, else 1 + the value's class.
  private var present: [[UInt8]]
  /// For each class and choice of values: 0 not evaluated yet, 255 undecided, else 1 + the place in the group.
  private var memory: [UInt8]
  private let choices: Int
  private let radix: Int

  /// Why a session stopped before it was asked to.
  public enum Stop: Sendable, Equatable {
    /// It emitted as many tokens as were asked for.
    case length
    /// It emitted an end token.
    case endToken
    /// The lookup has no sure answer at this position (counting from the first token of the prompt); dense attention has to go on.
    case undecided(position: Int)
  }

  /// A session that has seen nothing.
  public init(_ structure: IndexedStructure) {
    self.structure = structure
    present = structure.heads.keyCounts.map { [UInt8](repeating: 0, count: $0) }
    radix = structure.heads.values.map(\.count).max() ?? 1
    var choices = 1
    for _ in 0..<structure.headCount { choices *= max(radix, 1) }
    self.choices = choices
    memory = [UInt8](repeating: 0, count: structure.classCount * choices)
  }

  /// Appends to `tokens`, which begins as the prompt, until `maximumNewTokens` are emitted or an end token is.
  ///
  /// Tokens of the prompt are below the vocabulary's size. A token costs a few nanoseconds.
  public mutating func generate(
    after tokens: inout [Int32], maximumNewTokens: Int, endTokens: [Int] = []
  ) -> Stop {
    precondition(!tokens.isEmpty, "a prompt has at least one token")
    let structure = structure
    let (heads, groups) = (structure.heads, structure.resolver.groups)
    for g in present.indices { present[g].withUnsafeMutableBufferPointer { $0.update(repeating: 0) } }
    tokens.reserveCapacity(tokens.count + maximumNewTokens)
    let positionLimit =
      structure.space.hasLearnedPositions
      ? structure.space.count / structure.space.vocabularySize
      : structure.space.model.configuration.maximumPositionCount
    var position = 0
    let promptCount = tokens.count
    let total = promptCount + maximumNewTokens
    while position < total {
      guard position < positionLimit else { return .undecided(position: position) }
      let state = structure.space.state(token: Int(tokens[position]), position: position)
      for g in present.indices {
        let key = Int(heads.keys[g][state])
        present[g][key] = present[g][key] == 0 ? heads.valueClasses[g][state] + 1 : 255
      }
      position += 1
      if position < promptCount { continue }
      if tokens.count == total { return .length }
      let stateClass = structure.classes.classOfState[state]
      guard stateClass != StateClasses.noClass else { return .undecided(position: position - 1) }
      var choice = 0
      var isKnown = true
      for h in 0..<heads.wanted.count {
        let wanted = heads.wanted[h][state]
        guard wanted != CodeMatchHeads.noKey else {
          isKnown = false
          break
        }
        let found = present[heads.sources[h]][Int(wanted)]
        if found == 0 || found == 255 { isKnown = false }
        choice = choice * radix + Int(found &- 1)
      }
      guard isKnown else { return .undecided(position: position - 1) }
      let cell = Int(stateClass) * choices + choice
      if memory[cell] == 0 { memory[cell] = resolve(stateClass: Int(stateClass), choice: choice) }
      guard memory[cell] != 255 else { return .undecided(position: position - 1) }
      let token = groups.tokens[groups.starts[Int(groups.groupOfState[state])] + Int(memory[cell]) - 1]
      tokens.append(Int32(token))
      if endTokens.contains(Int(token)) { return .endToken }
    }
    return .length
  }

  private func resolve(stateClass: Int, choice: Int) -> UInt8 {
    var rest = choice
    var fetched = [Int](repeating: 0, count: structure.headCount)
    for h in fetched.indices.reversed() {
      fetched[h] = rest % radix
      rest /= radix
    }
    let representative = structure.classes.representatives[stateClass]
    guard let place = structure.resolver.place(of: representative, fetched: fetched), place < 254 else { return 255 }
    return UInt8(place + 1)
  }
}
