// Every local case, scalar by scalar: what a position emits for each value of its own wire and of the wires that it fetches.
import ExactArithmetic
import Transformers

/// The tokens that positions emit, once it is known from where they fetch.
struct FiniteCases: Sendable {
  private let layer: FiniteLayer
  private let states: FiniteStates
  private let fetched: FiniteFetches
  /// For each group and value vector, what a head gets that gives it weight 1.
  private var vectors: [[[FiniteNumber]]] = []

  /// The greatest distance of a fetched value from what is held.
  private(set) var fetchError = 0.0
  /// The least lead of an emitted token's score over any other's.
  private(set) var margin: Bounds.Worst?
  /// The number of cases that were run.
  private(set) var caseCount = 0

  /// Positions in equal situations emit equal tokens.
  private var situations: StringTable
  /// For each situation, the emitted token of each assignment of its variables.
  private var emissions: [[Int]] = []

  init(
    _ layer: FiniteLayer, _ states: FiniteStates, _ fetched: FiniteFetches, in arithmetic: inout TracedFormat
  ) {
    self.layer = layer
    self.states = states
    self.fetched = fetched
    situations = StringTable(width: 2 + 3 * layer.configuration.headCount)
    for g in 0..<layer.configuration.keyValueHeadCount {
      var table: [[FiniteNumber]] = []
      for id in 0..<states.values[g].count {
        let held = states.valueNumbers(id, group: g)
        let found = held.map { arithmetic.multiply(arithmetic.format.one, $0) }
        for (a, b) in zip(held, found) { fetchError = max(fetchError, abs(Double(a) - Double(b))) }
        table.append(found)
      }
      vectors.append(table)
    }
  }

  /// What the step at `position` looks up and emits.
  struct Step {
    /// The wire of each head, -1 for a leading token.
    var operands: [Int32]
    /// The position of each variable: the position itself, then every other that some head fetches, in the order of the heads.
    var variables: [Int]
    /// The index in `variables` of what each head fetches.
    var sources: [Int]
    /// The token of each assignment; bit i of an assignment is the value of variable i.
    var tokens: [Int]
  }

  /// Runs the cases of `position`, or finds them among those that were run.
  mutating func step(at position: Int, in arithmetic: inout TracedFormat) -> Step {
    let heads = layer.configuration.headCount
    let answer = position - states.form.firstAnsweringPosition
    let targets = fetched.targets[answer * heads..<(answer + 1) * heads]
    var variables = [position]
    var sources: [Int] = []
    for target in targets {
      if let known = variables.firstIndex(of: target) {
        sources.append(known)
      } else {
        sources.append(variables.count)
        variables.append(target)
      }
    }
    // A leading token has one state, so its variable is never 1; the second state of a situation is then the first.
    var situation = [states.streamIDs[2 * position], states.streamIDs[2 * position + states.stateCount(position) - 1]]
    for (h, target) in targets.enumerated() {
      let g = layer.group(ofHead: h)
      situation.append(UInt32(states.value(target, 0, group: g)))
      situation.append(UInt32(states.value(target, states.stateCount(target) - 1, group: g)))
      situation.append(UInt32(sources[h]))
    }
    let id = situations.intern(situation)
    if id == emissions.count {
      emissions.append(run(variables, sources, answer, in: &arithmetic))
    }
    let leading = states.form.leadingTokens.count
    return Step(
      operands: targets.map { $0 < leading ? -1 : Int32($0 - leading) }, variables: variables, sources: sources,
      tokens: emissions[id])
  }

  private mutating func run(
    _ variables: [Int], _ sources: [Int], _ answer: Int, in arithmetic: inout TracedFormat
  ) -> [Int] {
    let position = variables[0]
    var stream: [FiniteNumber] = []
    var tokens: [Int] = []
    for assignment in 0..<(1 << variables.count) {
      // A leading token is the same in both values of its variable.
      let twin = variables.indices.filter { states.stateCount(variables[$0]) == 1 }.reduce(assignment) {
        $0 & ~(1 << $1)
      }
      if twin < assignment {
        tokens.append(tokens[twin])
        continue
      }
      /// The state of a variable's position.
      func state(_ variable: Int) -> Int { assignment >> variable & 1 }
      layer.embed(states.token(position, state(0)), at: position, into: &stream, in: &arithmetic)
      var heads: [FiniteNumber] = []
      for (h, source) in sources.enumerated() {
        let g = layer.group(ofHead: h)
        heads += vectors[g][states.value(variables[source], state(source), group: g)]
      }
      let logits = layer.logits(after: stream, fetching: heads, in: &arithmetic)
      // The decoder's rule: the first of equal logits.
      var best = 0
      for i in logits.indices where logits[best] < logits[i] { best = i }
      tokens.append(best)
      caseCount += 1
      let other = logits.indices.filter { $0 != best }.map { logits[$0] }.max()
      if let other {
        let lead = TracedFormat.lead(of: logits[best], over: other)
        if margin.map({ lead < $0.value }) ?? true { margin = Bounds.Worst(lead, step: answer) }
      }
    }
    return tokens
  }
}
