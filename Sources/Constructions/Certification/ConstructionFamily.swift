// A construction for any number of wires, tried on a small circuit: what the checker would derive at a size that nobody builds.
import Circuits
import Transformers
package import Verification

/// The models that a construction makes of circuits of given gates, by the number of wires T and by the lead of scores.
///
/// What the checker derives from a constructed model under a rounding semantics depends on T through four numbers alone:
/// - the code length L, ceil(log2(T + 2)) in the LLaMA form and ceil(log2 positions) in the positional one;
/// - the widths that follow from L, and from them how many terms a sum has and what a normalization divides by;
/// - the greatest angle by which rotary positions turn a pair, its frequency times the number of positions;
/// - the number of positions that softmax may leave weight to.
/// For apart from its codes every position has one of few states, and a block of codes adds to a score the same two numbers
/// whatever wire it speaks of. The least lead is that of the pair of coordinates that turns fastest, which carries the codes' bit 0, in which
/// even a few wires differ; of the other coordinates only the magnitude counts. In finite precision L and the widths are everything: what
/// heads select is shown by the running sums that any two codes of length L can have.
///
/// So the bounds are those of a surrogate: a circuit of few wires that has every gate of the family, in a layout for codes of length L,
/// and a checker that assumes the positions of T wires (`Checker.assumedPositionCount`). A gate of the surrogate reads K different inputs,
/// so that all 2^K rows occur, each with both values of the wire before: no gate of a real circuit has other cases, some have fewer. Hence bounds of
/// a surrogate are those of the real model or worse; the tests compare them with real models.
///
/// Where T leaves no room for all gates at once, they are divided among several surrogates of T wires.
package struct ConstructionFamily: Sendable {
  /// What the weights of the positional form are for; `nil` for the LLaMA form.
  package let target: PositionalTarget?
  /// The number of operands, K.
  package let fanIn: Int
  /// Whether a prompt has inputs; without, the positional form has a leading token.
  package let hasInputs: Bool
  /// The truth tables of gates over K operands, each once, 64 rows a word.
  private let tables: [[UInt64]]
  /// Some of `tables` that have every local case of all, up to the order of operands and of units.
  private let representatives: [[UInt64]]

  /// The family of the gates of the given tables over `fanIn` <= 6 operands.
  package init(target: PositionalTarget?, fanIn: Int, tables: some Sequence<UInt64>, hasInputs: Bool) {
    self.init(target: target, fanIn: fanIn, tables: tables.map { [$0] }, hasInputs: hasInputs)
  }

  /// The family of the gates of the given tables, each in words of 64 rows, over `fanIn` operands.
  package init(target: PositionalTarget?, fanIn: Int, tables: [[UInt64]], hasInputs: Bool) {
    precondition((1...LlamaCircuitLayout.maximumFanIn).contains(fanIn), "a token fetches 1 to 12 operands")
    let words = TableWords.count(operands: fanIn)
    precondition(tables.allSatisfy { $0.count == words }, "a table has 2^K rows")
    self.target = target
    self.fanIn = fanIn
    self.hasInputs = hasInputs
    let distinct = Set(tables).sorted { $0.lexicographicallyPrecedes($1) }
    self.tables = distinct.isEmpty ? [[UInt64](repeating: 0, count: words)] : distinct
    var known: Set<[Int]> = []
    representatives = self.tables.filter { table in
      let before = known.count
      for row in 0..<(1 << fanIn) { known.insert(ConstructionFamily.profile(of: table, row: row, fanIn: fanIn)) }
      return known.count > before
    }
  }

  /// The score gap of the construction as it stands.
  package var scoreGap: Double {
    target.map { PositionalCircuitLayout.scoreGap(for: $0) } ?? LlamaCircuitSimulation.scoreGap
  }

  /// The least number of wires of a circuit with a gate of K operands.
  package var leastWireCount: Int { fanIn + 1 }

  /// What the sums of a feedforward layer are on a row, whatever the order of their terms. A fetched false is rounded otherwise than a
  /// fetched true; so: how many operands are true, and for each number of false ones and of true ones in which another row differs, in how many such
  /// rows the table is true.
  private static func profile(of table: [UInt64], row: Int, fanIn: Int) -> [Int] {
    var counts = [Int](repeating: 0, count: (fanIn + 1) * (fanIn + 1))
    for other in 0..<(1 << fanIn) where TableWords.value(table[...], row: UInt64(other)) {
      counts[(other & ~row).nonzeroBitCount * (fanIn + 1) + (row & ~other).nonzeroBitCount] += 1
    }
    return [row.nonzeroBitCount] + counts
  }

  /// The codes of a model of `wireCount` wires.
  package func code(wireCount: Int) -> WireCode {
    target == nil ? WireCode(count: wireCount + 2) : WireCode(count: wireCount + (hasInputs ? 0 : 1))
  }

  /// The greatest number of wires whose codes have the given length.
  package func greatestWireCount(codeLength: Int) -> Int {
    (1 << codeLength) - (target == nil ? 2 : hasInputs ? 0 : 1)
  }

  /// The positions that a run of `wireCount` wires reads: all but that of its last token.
  private func positionCount(wireCount: Int) -> Int {
    target == nil ? wireCount + 1 : wireCount - (hasInputs ? 1 : 0)
  }

  // MARK: Bounds

  /// What the checker derives for a model of `wireCount` wires whose scores lead by `scoreGap`, the worst over all gates of the family.
  ///
  /// - Throws: why nothing can be shown.
  package func bounds(
    _ semantics: Semantics, wireCount: Int, scoreGap: Double? = nil
  ) throws(Doubt) -> Bounds {
    var worst: Bounds?
    for (checker, tables) in checkers(semantics, wireCount: wireCount, scoreGap: scoreGap) {
      let proof = try checker.derive(semantics)
      guard proof.program.tables == Array(tables.joined()) else {
        throw Doubt("the weights compute other gates than they should")
      }
      worst = worst.map { $0.worse(proof.bounds) } ?? proof.bounds
    }
    guard let worst else { throw Doubt("no circuit of \(wireCount) wires has a gate of \(fanIn) operands") }
    return worst
  }

  /// Whether a model of `wireCount` wires is certified.
  package func isCertified(_ semantics: Semantics, wireCount: Int, scoreGap: Double? = nil) -> Bool {
    (try? bounds(semantics, wireCount: wireCount, scoreGap: scoreGap)) != nil
  }

  /// Checkers of surrogates for `wireCount` wires, each with the tables that its program has to have.
  package func checkers(
    _ semantics: Semantics, wireCount: Int, scoreGap: Double? = nil
  ) -> [(checker: Checker, tables: [[UInt64]])] {
    guard wireCount >= leastWireCount else { return [] }
    // With one wire more than the first gate reads, later gates never read the wire before.
    let inputs = wireCount > leastWireCount ? fanIn + 1 : fanIn
    let room = wireCount - inputs
    var rest = representatives
    if case .finitePrecision = semantics { rest = tables }
    var found: [(Checker, [[UInt64]])] = []
    while !rest.isEmpty {
      var gates = Array(rest.prefix(room))
      rest.removeFirst(gates.count)
      // As many wires as make the checker look for a code in the head, where the real model has them.
      for i in 0..<max(0, min(room, ConstructionFamily.codedWireCount - inputs) - gates.count) {
        gates.append(gates[i % gates.count])
      }
      found.append((surrogate(gates, inputs: inputs, wireCount: wireCount, scoreGap: scoreGap ?? self.scoreGap), gates))
    }
    return found
  }

  /// With so many wires a LLaMA has more tokens than the checker compares one by one.
  private static let codedWireCount = 32

  private func surrogate(_ gates: [[UInt64]], inputs: Int, wireCount: Int, scoreGap: Double) -> Checker {
    let offsets = (0...gates.count).map { UInt32($0 * fanIn) }
    let operands = gates.flatMap { _ in (0..<UInt32(fanIn)) }
    var tables: [UInt64] = []
    var wideTables: [UInt64] = []
    for gate in gates { tables.append(wideTables.place(TruthTable(words: gate, inputCount: fanIn))) }
    let chain = CircuitChain(
      inputCount: inputs, tables: tables, wideTables: wideTables, offsets: offsets, operands: operands, readOut: [],
      sourceWires: [])
    let code = code(wireCount: wireCount)
    let model: Model
    let form: PromptForm
    if let target {
      let layout = PositionalCircuitLayout(
        wireCount: chain.wireCount, inputCount: inputs, fanIn: fanIn, target: target, code: code, scoreGap: scoreGap)
      model = PositionalCircuitSimulation(chain, layout: layout).model()
      form = PromptForm(
        tokens: .values, inputCount: inputs, wireCount: chain.wireCount, leadingTokens: [], endToken: nil)
    } else {
      let layout = LlamaCircuitLayout(wireCount: chain.wireCount, fanIn: fanIn, code: code)
      model = LlamaCircuitSimulation(chain, layout: layout, scoreGap: scoreGap).model()
      form = PromptForm(
        tokens: .wiresWithValues, inputCount: inputs, wireCount: chain.wireCount, leadingTokens: [layout.beginToken],
        endToken: layout.endToken)
    }
    var checker = Checker(model, form: form)
    checker.assumedPositionCount = positionCount(wireCount: wireCount)
    return checker
  }
}

extension Bounds {
  /// The worse of both, number by number; both have one layer.
  fileprivate func worse(_ other: Bounds) -> Bounds {
    var result = self
    for (i, layer) in other.layers.enumerated() where i < layers.count {
      if layer.scoreGap.value < layers[i].scoreGap.value { result.layers[i].scoreGap = layer.scoreGap }
      if layer.leak.value > layers[i].leak.value { result.layers[i].leak = layer.leak }
      result.layers[i].fetchError = max(layers[i].fetchError, layer.fetchError)
    }
    if other.tokenMargin.value < tokenMargin.value { result.tokenMargin = other.tokenMargin }
    result.largestMagnitude = max(largestMagnitude, other.largestMagnitude)
    result.caseCount += other.caseCount
    return result
  }
}

// MARK: - Searches

extension ConstructionFamily {
  /// The greatest number of wires that is looked at: 2^62 - 2.
  package static let greatestWireCount = 1 << 62 - 2

  /// The least T for which a model of T wires is not certified; `nil` where all up to 2^62 - 2 are.
  ///
  /// Code lengths are tried one after the other, since head sizes, and with them scores and angles, change with them in both directions. Of one length
  /// the greatest T is the hardest, because only the number of positions grows: so that is tried first, and where it
  /// fails the least T that does is found by halving.
  package func leastFailingWireCount(_ semantics: Semantics) -> Int? {
    var first = leastWireCount
    while first <= ConstructionFamily.greatestWireCount {
      let length = code(wireCount: first).length
      let last = min(greatestWireCount(codeLength: length), ConstructionFamily.greatestWireCount)
      if isCertified(semantics, wireCount: last) {
        first = last + 1
        continue
      }
      var (low, high) = (first, last)
      while low < high {
        let middle = low + (high - low) / 2
        if isCertified(semantics, wireCount: middle) { low = middle + 1 } else { high = middle }
      }
      return low
    }
    return nil
  }

  /// The least power of two by which scores have to lead for a model of `wireCount` wires to be certified; `nil` where none up to 2^20 will do.
  package func leastScoreGap(_ semantics: Semantics, wireCount: Int) -> Double? {
    (-4...20).lazy.map { Double(sign: .plus, exponent: $0, significand: 1) }.first {
      isCertified(semantics, wireCount: wireCount, scoreGap: $0)
    }
  }
}
