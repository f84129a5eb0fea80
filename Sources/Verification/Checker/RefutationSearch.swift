// Looking for an assignment under which the weights emit a token that the circuit does not have.
import ExactArithmetic
import Transformers

/// The search for a counterexample to a claim: corner assignments, then pseudorandom ones.
///
/// What it returns was seen: either the program that was derived from the weights says so, or a run of the decoder did.
public struct RefutationSearch: Sendable {
  /// How much is tried.
  public struct Effort: Sendable, Equatable {
    /// Assignments on which a derived program is compared with the circuit.
    public var simulatedAssignments = 1 << 16
    /// Multiplications of runs of the decoder.
    public var decoderOperations = 20_000_000_000
    /// Assignments on which the decoder is run, at most.
    public var decodedAssignments = 64

    /// 2^16 simulated assignments, 64 runs of the decoder within 2 * 10^10 multiplications.
    public init() {}
  }

  let checker: Checker
  let semantics: Semantics
  let circuit: CircuitStatement
  let effort: Effort
  /// For each chain wire, the wire of the circuit that it carries, 2c or 2c + 1 for its complement; -1 where none is known.
  private let carried: [Int32]

  init(
    _ checker: Checker, _ semantics: Semantics, circuit: CircuitStatement, witness: Witness, effort: Effort
  ) {
    self.checker = checker
    self.semantics = semantics
    self.circuit = circuit
    self.effort = effort
    var carried = [Int32](repeating: -1, count: checker.form.wireCount)
    // A witness that is no folding of the circuit says nothing of which token stands for which wire: what contradicts it refutes nothing.
    let isFolding = Witness.Folding.allCases.contains { Witness.folding(circuit, $0) == witness }
    for (c, source) in (isFolding ? witness.sources : []).enumerated().prefix(circuit.wireCount) where source >= 0 {
      let wire = Int(source >> 1)
      if wire < carried.count, carried[wire] < 0 { carried[wire] = Int32(2 * c) | source & 1 }
    }
    self.carried = carried
  }

  /// Whether circuit and prompts speak of the same inputs at all.
  private var isAboutSameInputs: Bool { circuit.inputCount == checker.form.inputCount }

  // MARK: By the derived program

  /// An assignment under which `program` differs from the circuit.
  func counterexample(to program: LookupProgram) -> Counterexample? {
    guard isAboutSameInputs else { return nil }
    let form = checker.form
    let perRound = max(1, 64 * program.tables.count >> max(0, 6 - program.headCount) + circuit.gateCount)
    let rounds = max(1, min(effort.simulatedAssignments / 64, 400_000_000 / perRound))
    var assignments = AssignmentWords(inputCount: circuit.inputCount)
    for _ in 0..<rounds {
      let inputs = assignments.next()
      let expected = circuit.wireWords(inputs)
      let found = program.wireWords(inputs)
      for w in form.inputCount..<form.wireCount where carried[w] >= 0 {
        let value = expected[Int(carried[w] >> 1)] ^ (carried[w] & 1 != 0 ? .max : 0)
        let difference = value ^ found[w]
        guard difference != 0 else { continue }
        // The first wire at which any of the 64 differs is the first of that one.
        let lane = difference.trailingZeroBitCount
        return Counterexample(
          inputs: inputs.map { $0 >> UInt64(lane) & 1 != 0 }, emittedIndex: w - form.inputCount,
          expected: form.token(wire: w, value: value >> UInt64(lane) & 1 != 0),
          found: form.token(wire: w, value: found[w] >> UInt64(lane) & 1 != 0))
      }
    }
    return nil
  }

  // MARK: By runs of the decoder

  /// An assignment under which a run of the decoder differs from the circuit.
  ///
  /// A run is a counterexample where it keeps the semantics: in float32, as `wright run` does it, where float32 keeps the axioms of the rounding
  /// model, and in finite precision in that precision. No run is in real numbers; there only a derived program refutes.
  func counterexampleByDecoding() -> Counterexample? {
    let (model, form) = (checker.model, checker.form)
    switch semantics {
    case .ideal, .softmax: return nil
    case .rounded(let rounding): guard rounding.holdsInFloat32 else { return nil }
    case .finitePrecision: break
    }
    guard isAboutSameInputs, (try? model.validate()) != nil,
      form.fault(
        vocabularySize: model.configuration.vocabularySize, positionCount: model.configuration.maximumPositionCount)
        == nil
    else { return nil }
    let positions = form.readPositionCount
    let perRun = max(
      1,
      positions
        * (positions * model.configuration.headSize * model.configuration.headCount / 2
          + model.configuration.vocabularySize * 32))
    let runs = min(effort.decodedAssignments, effort.decoderOperations / perRun)
    guard runs > 0 else { return nil }
    var assignments = AssignmentWords(inputCount: circuit.inputCount)
    let words = assignments.next()
    for lane in 0..<min(64, runs) {
      let inputs = words.map { $0 >> UInt64(lane) & 1 != 0 }
      let expected = expectedTokens(inputs)
      guard let found = difference(expected, emitted(inputs, count: expected.count)) else { continue }
      return Counterexample(
        inputs: inputs, emittedIndex: found.index, expected: expected[found.index] ?? 0, found: found.token)
    }
    return nil
  }

  /// The tokens that the circuit has; `nil` where the witness does not say.
  private func expectedTokens(_ inputs: [Bool]) -> [Int?] {
    let form = checker.form
    let values = circuit.wireValues(inputs)
    var tokens: [Int?] = (form.inputCount..<form.wireCount).map { w in
      carried[w] < 0 ? nil : form.token(wire: w, value: values[Int(carried[w] >> 1)] != (carried[w] & 1 != 0))
    }
    if let end = form.endToken { tokens.append(end) }
    return tokens
  }

  private func difference(_ expected: [Int?], _ found: [Int]) -> (index: Int, token: Int)? {
    for (i, token) in found.enumerated().prefix(expected.count) {
      if let wanted = expected[i], token != wanted { return (i, token) }
    }
    return nil
  }

  private func emitted(_ inputs: [Bool], count: Int) -> [Int] {
    if case .finitePrecision(let format) = semantics {
      var decoder = ReferenceDecoder(checker.model, in: FiniteArithmetic(format))
      return (try? decoder.generate(after: checker.form.prompt(inputs), count: count)) ?? []
    }
    guard let engine = try? Engine(checker.model) else { return [] }
    return engine.makeSession().generate(after: [checker.form.prompt(inputs)], maximumNewTokens: count, stopAt: [])[0]
  }
}

/// 64 assignments at a time, one bit each: first corners, then pseudorandom ones, always the same.
private struct AssignmentWords {
  let inputCount: Int
  private var round = 0
  private var state: UInt64 = 0x9E37_79B9_7F4A_7C15

  init(inputCount: Int) { self.inputCount = inputCount }

  mutating func next() -> [UInt64] {
    defer { round += 1 }
    if inputCount <= 6 {
      // All of them, over and over.
      return (0..<inputCount).map { i in
        [
          0xAAAA_AAAA_AAAA_AAAA, 0xCCCC_CCCC_CCCC_CCCC, 0xF0F0_F0F0_F0F0_F0F0, 0xFF00_FF00_FF00_FF00,
          0xFFFF_0000_FFFF_0000, 0xFFFF_FFFF_0000_0000,
        ][i]
      }
    }
    return (0..<inputCount).map { i in
      var word = random()
      guard round == 0 else { return word }
      // Lane 0 is all false, lane 1 all true, lanes 2 and 3 have one true, one false input.
      word &= ~0b1111
      return word | 0b0010 | (i == 0 ? 0b0100 : 0b1000)
    }
  }

  /// The next 64 bits of a xorshift generator: which assignments are tried decides nothing but what is found.
  private mutating func random() -> UInt64 {
    state ^= state << 13
    state ^= state >> 7
    state ^= state << 17
    return state &* 0x2545_F491_4F6C_DD1D
  }
}

extension CircuitStatement {
  /// The values of all wires under 64 assignments at once.
  fileprivate func wireWords(_ inputs: [UInt64]) -> [UInt64] {
    var values = inputs
    values.reserveCapacity(wireCount)
    for i in 0..<gateCount {
      values.append(TableWords.values(table(ofGate: i), operands(ofGate: i).map { values[Int($0)] }))
    }
    return values
  }
}

extension LookupProgram {
  /// The values of all wires under 64 assignments at once.
  fileprivate func wireWords(_ inputs: [UInt64]) -> [UInt64] {
    var values = inputs
    values.reserveCapacity(form.wireCount)
    for i in 0..<stepCount {
      values.append(TableWords.values(table(ofStep: i), operands(ofStep: i).map { $0 < 0 ? 0 : values[Int($0)] }))
    }
    return values
  }
}
