// What dense float32 attention emits at each position of a chain, tabulated over the wires that it can depend on: the judge of mutants.
//
// Goals in order: to be plainly right, to share nothing with the checker that it judges, to be fast enough for 10^5 models.
//
// The token that greedy decoding emits after position p depends on the tokens before, which, as long as all of them are right, say the
// values of the wires. Every pair (position, value) is a state; its query, key and value are those of the model, computed as the engine
// computes them. A head at p compares its query with both states of every earlier position. Let m be the least that the greatest score
// can be, whatever the wires are. A position whose scores all lie more than 104 below m has a softmax weight of exactly 0 in float32, so
// that it adds nothing to the sum and nothing to the normalizer: it cannot change the token. All others are enumerated, every
// combination of their values, each through the whole rest of the layer and the whole vocabulary. Where they are too many for a table, the
// position stays open, and whoever wants to know the token asks for it, assignment by assignment.
//
// No structure of the weights is assumed, no codes, no named directions, no gap: only that exp(-104) is 0.
public import Transformers
public import Verification

/// For each position after which a token is emitted, the emitted token as a table over the values of wires.
///
/// Exactness: the tokens are those of the engine's float32 arithmetic but for the order in which a softmax over several positions is summed.
/// Complexity: O(P^2 H D) for the scores of P positions and O(2^k V C) for each position with k wires, V tokens.
public struct DenseTabulation {
  /// The token that is emitted after one position.
  public struct Answer: Sendable, Hashable {
    /// The position.
    public var position: Int
    /// The wires that the token can depend on, in ascending order: bit i of a row is the value of wire `wires[i]`.
    public var wires: [Int32]
    /// The token for each of the 2^k rows.
    public var tokens: [Int32]

    /// The given table.
    public init(position: Int, wires: [Int32], tokens: [Int32]) {
      precondition(tokens.count == 1 << wires.count, "a table has a token for each row")
      self.position = position
      self.wires = wires
      self.tokens = tokens
    }
  }

  /// Why a model has no such tables.
  public struct Obstacle: Error, Sendable, Hashable, CustomStringConvertible {
    /// A sentence.
    public let description: String

    init(_ description: String) { self.description = description }
  }

  /// How tokens and wires belong together.
  public let form: PromptForm
  /// The tables of the positions whose tokens depend on at most `maximumWireCount` wires, in order.
  public let answers: [Answer]
  /// The other positions after which a token is emitted, in order.
  public let openAnswers: [OpenAnswer]

  /// A position whose token depends on more wires than this is not tabulated.
  public static let maximumWireCount = 10

  /// The tables of `model`, whose chains have the given form.
  ///
  /// - Throws: `Obstacle` where the model does not fit the form or has other than one layer, and where a number is infinite or none.
  public init(_ model: Model, form: PromptForm) throws(Obstacle) {
    let configuration = model.configuration
    if let fault = form.fault(
      vocabularySize: configuration.vocabularySize, positionCount: configuration.maximumPositionCount)
    {
      throw Obstacle(fault)
    }
    do { try model.validate() } catch { throw Obstacle(error.description) }
    guard configuration.layerCount == 1, let layer = DenseLayer(model) else {
      throw Obstacle("\(configuration.layerCount) layers; chains of one layer are tabulated")
    }
    let states = DenseStates(model, layer, form)
    guard states.isFinite else { throw Obstacle("a query, key or value that is not finite") }
    var scores = StateScores(states)
    let evaluator = AnswerEvaluator(states)
    var answers: [Answer] = []
    var openAnswers: [OpenAnswer] = []
    answers.reserveCapacity(form.emittedTokenCount)
    if form.emittedTokenCount > 0 {
      for position in form.firstAnsweringPosition..<form.readPositionCount {
        let open = OpenPosition(position, try scores.sources(at: position), states)
        let k = open.wires.count
        if k <= DenseTabulation.maximumWireCount {
          let tokens = try evaluator.tokens(after: open, k == 0 ? [] : (0..<1 << k).map { UInt64($0) }, count: 1 << k)
          answers.append(Answer(position: position, wires: open.wires, tokens: tokens))
        } else {
          openAnswers.append(OpenAnswer(open, evaluator))
        }
      }
    }
    self.form = form
    self.answers = answers
    self.openAnswers = openAnswers
  }
}

extension DenseTabulation {
  /// The token after a position that can depend on many wires.
  public struct OpenAnswer {
    private let open: OpenPosition
    private let evaluator: AnswerEvaluator

    init(_ open: OpenPosition, _ evaluator: AnswerEvaluator) {
      self.open = open
      self.evaluator = evaluator
    }

    /// The position.
    public var position: Int { open.position }
    /// The wires that the token can depend on, in ascending order.
    public var wires: [Int32] { open.wires }

    /// The tokens for `count` rows of `(wires.count + 63) / 64` words each: bit i % 64 of word i / 64 is the value of `wires[i]`.
    ///
    /// - Throws: `Obstacle` where a number is infinite or none.
    public func tokens(_ rows: [UInt64], count: Int) throws(Obstacle) -> [Int32] {
      try evaluator.tokens(after: open, rows, count: count)
    }
  }
}

extension DenseTabulation.Answer {
  /// The token under the given values of all wires.
  public func token(_ values: [Bool]) -> Int {
    var row = 0
    for (i, wire) in wires.enumerated() where values[Int(wire)] { row |= 1 << i }
    return Int(tokens[row])
  }
}

extension DenseTabulation.OpenAnswer {
  /// The token under the given values of all wires.
  public func token(_ values: [Bool]) throws(DenseTabulation.Obstacle) -> Int {
    var row = [UInt64](repeating: 0, count: (wires.count + 63) / 64)
    for (i, wire) in wires.enumerated() where values[Int(wire)] { row[i / 64] |= 1 << UInt64(i % 64) }
    return Int(try tokens(row, count: 1)[0])
  }
}
