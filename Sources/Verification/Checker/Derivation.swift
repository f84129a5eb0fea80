// weights -> what they compute: the whole check of a decoder whose first layer attends, position by position. Start reading at `derive`.
//
// By induction over the emitted tokens: suppose that the tokens up to position p say some values of their wires, whatever these are. The
// position's state is then one of two (its own value), each head selects a position that does not depend on the values, the fetched
// numbers are one of two each, and for each case the layer's arithmetic shows which token wins, by a positive margin. So the next token says a
// function of the fetched bits: a row of its truth table.
import ExactArithmetic
import Tensors
import Transformers

/// The derivation of a lookup program from weights, in enclosures of type `E`.
struct Derivation<E: Enclosure> {
  let model: Model
  let form: PromptForm
  private let assumedPositionCount: Int?
  private var operations: Operations<E>

  init(_ checker: Checker, rounding: RoundingModel?, isHard: Bool) {
    model = checker.model
    form = checker.form
    assumedPositionCount = checker.assumedPositionCount
    operations = Operations(model: rounding, isHard: isHard)
  }

  /// What greedy decoding emits, with bounds.
  mutating func derive() throws(Doubt) -> (program: LookupProgram, bounds: Bounds) {
    let configuration = model.configuration
    guard let layer = model.weights.layers.first else { throw Doubt("the model has no layers") }
    // What later layers attend to depends on values; where their attention is nothing but zeros it adds 0 to every column.
    for (number, further) in model.weights.layers.enumerated().dropFirst() where !further.hasNoAttention {
      throw Doubt("layer \(number + 1) attends; this checker follows the attention of the first layer alone")
    }
    guard configuration.headCount <= CircuitStatement.maximumFanIn else {
      throw Doubt(
        "the model has \(configuration.headCount) heads; truth tables have at most \(CircuitStatement.maximumFanIn) operands"
      )
    }
    let states = try PositionStates(model, form)
    let attention = try Attention(
      model, layer, states, form, positionCount: assumedPositionCount ?? states.positionCount, &operations)
    let cases = try LocalCases<E>(model, layer, states, &operations)
    let result = try steps(states, attention, cases)
    if let rounding = operations.model, !(operations.peak < rounding.largest) {
      throw Doubt("a number may reach \(operations.peak), and the greatest there is is \(rounding.largest)")
    }
    return result
  }

  /// Runs every local case.
  private mutating func steps(
    _ states: PositionStates, _ attention: Attention<E>, _ cases: LocalCases<E>
  ) throws(Doubt) -> (program: LookupProgram, bounds: Bounds) {
    let (first, count) = (form.firstAnsweringPosition, form.readPositionCount)
    let heads = attention.selections
    let headCount = heads.count
    let leading = form.leadingTokens.count
    var numbering = Numbering(stateCount: states.stateCount)
    if states.sums.count > 1 { numbering.refine(by: states.normClass, count: states.sums.count) }
    for c in cases.columns { numbering.refine(by: states.columns[c].ids, count: states.columns[c].values.count) }
    if model.weights.layers.count > 1, operations.model != nil {
      var isKnown = [Bool](repeating: false, count: numbering.count)
      for s in 0..<2 * first where !isKnown[Int(numbering.ids[s])] {
        isKnown[Int(numbering.ids[s])] = true
        try cases.noteReach(state: s, fetched: attention.anything, &operations)
      }
    }
    var targets = TargetNumbers()
    var memory: [CaseKey: [Double]] = [:]
    var operands: [Int32] = []
    var endOperands: [Int32] = []
    var tables: [UInt64] = []
    var worst = Bounds.Worst(.infinity)
    operands.reserveCapacity(form.stepCount * headCount)
    let wordsPerTable = TableWords.count(operands: headCount)
    tables.reserveCapacity(form.stepCount * wordsPerTable)
    for p in first..<max(first, count) {
      let wire = p + 1 - leading
      let isEnd = wire == form.wireCount
      let step = wire - form.inputCount
      let tokens =
        isEnd ? [form.endToken ?? 0] : [form.token(wire: wire, value: false), form.token(wire: wire, value: true)]
      if let code = cases.next.code {
        for v in 0...1 where !code.points(2 * p + v, at: tokens) {
          throw Doubt(
            "after position \(p) the head does not point at \(isEnd ? "the end token" : "the tokens of wire \(wire)") alone",
            step: isEnd ? nil : step)
        }
      }
      let (target, kinds) = targets.number(tokens.map { Int(cases.next.kindOfRow[$0]) })
      // Rows of one kind cannot be told apart: a wrong token that stands first would win.
      if tokens.count == 2, kinds[0] == kinds[1] {
        throw Doubt("the tokens of wire \(wire) have equal rows in the head", step: step)
      }
      if cases.next.code == nil, let twin = cases.next.twin(of: tokens) {
        throw Doubt("token \(twin) has the same row in the head as a token of wire \(wire)", step: isEnd ? nil : step)
      }
      let selected = heads.map { Int($0.selected[p - first]) }
      /// The head that fetches the same wire first, or `nil` where a leading token is fetched.
      let sameAs = selected.map { a in a < leading ? nil : selected.firstIndex(of: a) }
      var rows = [Int8](repeating: -1, count: 1 << headCount)
      for row in 0..<(1 << headCount) {
        let isCanonical = (0..<headCount).allSatisfy { h in
          guard let same = sameAs[h] else { return row >> h & 1 == 0 }
          return row >> h & 1 == row >> same & 1
        }
        guard isCanonical else { continue }
        for v in 0...1 {
          if p < leading && v == 1 { continue }
          if selected.indices.contains(where: { selected[$0] == p && p >= leading && row >> $0 & 1 != v }) { continue }
          let fetchedStates = selected.indices.map { 2 * selected[$0] + (row >> $0 & 1) }
          let classes = selected.indices.map { attention.valueClass(head: $0, state: fetchedStates[$0]) }
          let key = CaseKey(pattern: numbering.ids[2 * p + v], target: target, classes: classes)
          var margins = memory[key]
          if margins == nil {
            let fetched = attention.fetched(classes, &operations)
            margins = try cases.margins(state: 2 * p + v, fetched: fetched, targets: kinds, &operations)
            memory[key] = margins
          }
          guard let margins, let winner = margins.firstIndex(where: { $0 > 0 }) else {
            throw Doubt(
              isEnd
                ? "the end token does not win for sure"
                : "no token of wire \(wire) wins for sure where its operands are \(rowText(row, headCount)): the leads are at least "
                  + "\((margins ?? []).map { "\($0)" }.joined(separator: " and "))",
              step: isEnd ? nil : step)
          }
          if margins[winner] < worst.value { worst = Bounds.Worst(margins[winner], step: isEnd ? nil : step) }
          if rows[row] >= 0, Int(rows[row]) != winner {
            throw Doubt(
              "the token of wire \(wire) depends on the value of the wire before, which no head looks up", step: step)
          }
          rows[row] = Int8(winner)
        }
      }
      if isEnd {
        endOperands = selected.map { $0 < leading ? -1 : Int32($0 - leading) }
        continue
      }
      var table = [UInt64](repeating: 0, count: wordsPerTable)
      for row in 0..<(1 << headCount) {
        var canonical = row
        for h in 0..<headCount {
          let bit = sameAs[h].map { row >> $0 & 1 } ?? 0
          canonical = canonical & ~(1 << h) | bit << h
        }
        if rows[canonical] == 1 { table[row >> 6] |= 1 << UInt64(row & 63) }
      }
      tables += table
      for a in selected { operands.append(a < leading ? -1 : Int32(a - leading)) }
    }
    let program = LookupProgram(
      form: form, headCount: headCount, operands: operands, tables: tables, endOperands: endOperands)
    let bounds = Bounds(
      layers: [attention.bounds], tokenMargin: worst, largestMagnitude: operations.peak, caseCount: memory.count)
    return (program, bounds)
  }

  private func rowText(_ row: Int, _ count: Int) -> String {
    (0..<count).map { row >> $0 & 1 != 0 ? "1" : "0" }.joined(separator: ", ")
  }
}

/// What tells local cases apart.
private struct CaseKey: Hashable {
  let pattern: UInt32
  let target: Int
  let classes: [Int]
}

/// Numbers for the kinds of rows that may win.
private struct TargetNumbers {
  private var index: [[Int]: Int] = [:]

  mutating func number(_ kinds: [Int]) -> (number: Int, kinds: [Int]) {
    if let known = index[kinds] { return (known, kinds) }
    index[kinds] = index.count
    return (index.count - 1, kinds)
  }
}

extension LayerWeights {
  /// Whether every number of the attention is 0, so that whatever enters it, 0 comes out.
  fileprivate var hasNoAttention: Bool {
    [query, key, value, output].allSatisfy { map in
      map.weight.elements.allSatisfy { $0 == 0 } && (map.bias ?? []).allSatisfy { $0 == 0 }
    }
  }
}
