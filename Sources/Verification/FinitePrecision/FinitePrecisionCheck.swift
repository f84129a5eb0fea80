// model, prompt form, format -> what greedy decoding computes in that format, for all inputs. Start reading at `derive`.
//
// The definition is the reference decoder in FiniteArithmetic: every operation rounds, sums run from left to right, softmax subtracts
// nothing. A position is in one of two states, by its token, so there are finitely many numbers to look at:
// 1. `FiniteStates`: queries, keys, values and residual stream of every state.
// 2. `FiniteFetches`: that each head gives weight exactly 1 to one position and exactly 0 to all others, whatever the tokens; by
//    `FiniteMatching` in O(T D), or by comparing all pairs.
// 3. `FiniteCases`: the token for every value of the own wire and of the fetched ones.
// By induction over the steps the chain of thought is then right for all inputs: the token of a step depends on the fetched wires alone.
package import ExactArithmetic
package import Transformers

/// The check under `Semantics.finitePrecision`: what weights compute in a format, derived from the weights alone.
package enum FinitePrecisionCheck {
  /// The program that greedy decoding of `model` from prompts of `form` follows in `format`, for every assignment of the inputs.
  ///
  /// - Returns: the wires that each step looks up with the table of its token; and in the numbers of the format, how far each score and each
  ///   token stays from another outcome. Where there is no other position or token, a lead is the format's greatest difference.
  /// - Throws: the first thing that could not be shown.
  /// - Complexity: O(T C^2) for T positions of width C, where scores tell positions apart by their coordinates; O(T^2 D) a head otherwise.
  package static func derive(
    _ model: Model, _ form: PromptForm, format: FloatFormat
  ) throws(Doubt) -> (program: LookupProgram, bounds: Bounds) {
    var arithmetic = TracedFormat(format)
    let layer = try FiniteLayer(model, in: &arithmetic)
    let configuration = model.configuration
    if let fault = form.fault(
      vocabularySize: configuration.vocabularySize, positionCount: configuration.maximumPositionCount)
    {
      throw Doubt("the prompt form does not fit the model: \(fault)")
    }
    let states = FiniteStates(layer, form, in: &arithmetic)
    let fetched = try FiniteFetches(layer, states, in: &arithmetic)
    var cases = FiniteCases(layer, states, fetched, in: &arithmetic)

    var operands: [Int32] = []
    var tables: [UInt64] = []
    for i in 0..<form.emittedTokenCount {
      let step = cases.step(at: form.firstAnsweringPosition + i, in: &arithmetic)
      if i == form.stepCount {
        if let wrong = step.tokens.first(where: { $0 != form.endToken }) {
          throw Doubt("token \(wrong) may stand where the chain ends", step: i)
        }
        break
      }
      operands += step.operands
      tables.append(try table(of: step, form, i))
    }
    let greatestLead = min(2 * Double(format.maximum), Double.greatestFiniteMagnitude)
    let bounds = Bounds(
      layers: [
        Bounds.Layer(
          scoreGap: fetched.gap ?? Bounds.Worst(greatestLead), leak: Bounds.Worst(0), fetchError: cases.fetchError,
          comparesAllPairs: fetched.comparesAllPairs)
      ],
      tokenMargin: cases.margin ?? Bounds.Worst(greatestLead),
      largestMagnitude: min(Double(arithmetic.largest), Double.greatestFiniteMagnitude), caseCount: cases.caseCount)
    let program = LookupProgram(
      form: form, headCount: configuration.headCount, operands: operands, tables: tables)
    return (program, bounds)
  }

  /// The truth table of step `i` over what its heads fetch.
  ///
  /// A row that gives one wire two values, or a leading token the value 1, cannot occur: it repeats the row in which the first head of
  /// the wire decides, and leading tokens are 0.
  private static func table(of step: FiniteCases.Step, _ form: PromptForm, _ i: Int) throws(Doubt) -> UInt64 {
    let wire = form.inputCount + i
    let values = [form.token(wire: wire, value: false), form.token(wire: wire, value: true)]
    for (assignment, token) in step.tokens.enumerated() {
      guard values.contains(token) else {
        throw Doubt("token \(token) may stand for wire \(wire), and is none of \(values[0]) and \(values[1])", step: i)
      }
      // Variable 0 is the own wire.
      guard step.sources.contains(0) || step.tokens[assignment ^ 1] == token else {
        throw Doubt("the token of wire \(wire) depends on the token before it, which no head looks up", step: i)
      }
    }
    var table: UInt64 = 0
    for row in 0..<(1 << step.sources.count) {
      var assignment = 0
      var decided: Set<Int> = []
      for (h, source) in step.sources.enumerated() where step.operands[h] >= 0 && decided.insert(source).inserted {
        assignment |= (row >> h & 1) << source
      }
      if step.tokens[assignment] == values[1] { table |= 1 << UInt64(row) }
    }
    return table
  }
}
