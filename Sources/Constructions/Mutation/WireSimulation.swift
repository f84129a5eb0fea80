// The values that the wires of a chain have under many assignments, bit-parallel, and tables of tokens compared with them.
public import Circuits
public import Verification

/// What a chain of thought should say under each of many assignments, from a simulation of the circuit.
///
/// Memory: a bit for each wire of the circuit and each assignment.
public struct WireSimulation: Sendable {
  /// How tokens and wires belong together.
  public let form: PromptForm
  /// The number of assignments.
  public var assignmentCount: Int { wires.count }
  /// The first assignment under which the outputs, read off right tokens, are not the circuit's, or `nil`.
  public let outputDifference: Int?

  /// The values of all wires of the circuit.
  private let wires: AssignmentBlock
  /// The circuit's wire whose value each chain wire carries.
  private let sources: [Int]

  /// The simulation of `circuit` under `assignments`.
  ///
  /// - Parameters:
  ///   - circuit: a circuit with the wires that `chain` speaks of: the one that it was made from, or one of other gates.
  ///   - chain: which wire of the circuit each chain wire carries, and where outputs are read.
  ///   - form: how tokens and chain wires belong together.
  ///   - assignments: values of the inputs.
  public init(_ circuit: Circuit, _ chain: CircuitChain, form: PromptForm, assignments: AssignmentBlock) {
    precondition(chain.wireCount == form.wireCount && chain.inputCount == form.inputCount, "a chain of the form")
    precondition(circuit.outputCount == chain.readOut.count, "the chain has the circuit's outputs")
    self.form = form
    sources = chain.sourceWires.map(\.index)
    let wires = Simulator(circuit, keepsAllWires: true).wireValues(of: assignments)
    self.wires = wires
    var first: Int?
    for (output, source) in zip(circuit.outputs, chain.readOut) {
      let values = wires.words(ofSignal: output.wire.index)
      let flip: UInt64 = output.isComplemented ? .max : 0
      for (i, word) in values.enumerated() {
        let read: UInt64
        switch source {
        case .constant(let value): read = value ? .max : 0
        case .wire(let w, let isComplemented):
          read = wires.words[chain.sourceWires[w].index * wires.wordsPerSignal + i] ^ (isComplemented ? .max : 0)
        }
        let difference = (word ^ flip ^ read) & WireSimulation.mask(word: i, of: wires.count)
        if difference == 0 { continue }
        first = min(first ?? .max, 64 * i + difference.trailingZeroBitCount)
        break
      }
    }
    outputDifference = first
  }

  /// All assignments of `inputCount` inputs where there are at most 2^20 and not more than `count`; otherwise `count` of them: all false, all true,
  /// one input other than all others, and random ones.
  public static func assignments(
    inputCount: Int, count: Int, using generator: inout some RandomNumberGenerator
  ) -> AssignmentBlock {
    precondition(count >= 1, "a simulation has at least one assignment")
    if inputCount <= AssignmentPlan.exhaustiveInputCount, 1 << inputCount <= count {
      return AssignmentBlock(numbers: 0..<1 << UInt64(inputCount), signalCount: inputCount)
    }
    var block = AssignmentBlock.random(count: count, signalCount: inputCount, using: &generator)
    for i in 0..<min(count, 2 * inputCount + 2) {
      for j in 0..<inputCount { block[i, j] = (i >= 2 && (i - 2) / 2 == j) != (i % 2 == 1) }
    }
    return block
  }

  /// The values of the inputs under an assignment.
  public func inputs(_ assignment: Int) -> [Bool] { (0..<form.inputCount).map { wires[assignment, $0] } }

  /// The values of all chain wires under an assignment.
  public func wireValues(_ assignment: Int) -> [Bool] { sources.map { wires[assignment, $0] } }

  /// The token that should follow a position under an assignment.
  public func expectedToken(after position: Int, _ assignment: Int) -> Int? {
    let wire = form.inputCount + position - form.firstAnsweringPosition
    guard wire < form.wireCount else { return form.endToken }
    return form.token(wire: wire, value: wires[assignment, sources[wire]])
  }

  /// The first assignment under which `answer` does not say the token that should follow its position, or `nil`.
  ///
  /// Complexity: 2^k operations on words of 64 assignments for a table of k wires.
  public func firstDifference(_ answer: DenseTabulation.Answer) -> Int? {
    let wire = form.inputCount + answer.position - form.firstAnsweringPosition
    let expected = wire < form.wireCount ? sources[wire] : nil
    // For each row the value that the token says, and whether it says neither value of the wire that should follow.
    var says: [UInt64] = []
    var errs: [UInt64] = []
    for token in answer.tokens {
      let isTrue = expected != nil && Int(token) == form.token(wire: wire, value: true)
      let isRight = isTrue || Int(token) == (expected == nil ? form.endToken : form.token(wire: wire, value: false))
      says.append(isTrue ? .max : 0)
      errs.append(isRight ? 0 : .max)
    }
    let operands = answer.wires.map { sources[Int($0)] }
    let canErr = errs.contains { $0 != 0 }
    let stride = wires.wordsPerSignal
    let pass = 64
    var value = [UInt64](repeating: 0, count: pass)
    var error = value
    var room = [UInt64](repeating: 0, count: pass << max(0, operands.count - 1))
    return wires.words.withUnsafeBufferPointer { words in
      for first in Swift.stride(from: 0, to: stride, by: pass) {
        let range = first..<min(first + pass, stride)
        WireSimulation.evaluate(says, operands, words, range, wordsPerWire: stride, room: &room, into: &value)
        if canErr {
          WireSimulation.evaluate(errs, operands, words, range, wordsPerWire: stride, room: &room, into: &error)
        }
        for i in range {
          let right = expected.map { words[$0 * stride + i] } ?? 0
          let difference =
            ((value[i - first] ^ right) | error[i - first]) & WireSimulation.mask(word: i, of: wires.count)
          if difference != 0 { return 64 * i + difference.trailingZeroBitCount }
        }
      }
      return nil
    }
  }

  /// The first assignment under which an open answer is not the token that should follow its position, or `nil`.
  ///
  /// Runs the position under every assignment, equal values of its wires once.
  public func firstDifference(
    _ answer: DenseTabulation.OpenAnswer
  ) throws(DenseTabulation.Obstacle) -> Int? {
    let wire = form.inputCount + answer.position - form.firstAnsweringPosition
    let expected = wire < form.wireCount ? sources[wire] : nil
    let operands = answer.wires.map { sources[Int($0)] }
    let wordsPerRow = (operands.count + 63) / 64
    var seen = Set<[UInt64]>()
    var rows: [UInt64] = []
    var pending: [Int] = []
    for block in 0..<wires.wordsPerSignal {
      for lane in 0..<min(64, wires.count - 64 * block) {
        // A row is new where its wires or the token that should follow differ from all rows before.
        var row = [UInt64](repeating: 0, count: wordsPerRow + 1)
        for (i, operand) in operands.enumerated() {
          row[i / 64] |= (wires.words[operand * wires.wordsPerSignal + block] >> UInt64(lane) & 1) << UInt64(i % 64)
        }
        if let expected { row[wordsPerRow] = wires.words[expected * wires.wordsPerSignal + block] >> UInt64(lane) & 1 }
        if seen.count < WireSimulation.maximumRowCount {
          guard seen.insert(row).inserted else { continue }
        } else if seen.contains(row) {
          continue
        }
        rows += row.dropLast()
        pending.append(64 * block + lane)
      }
      // Few at first, so that what is wrong everywhere is found at once.
      guard pending.count >= (block < 16 ? 16 : 1024) || block == wires.wordsPerSignal - 1 else { continue }
      let tokens = try answer.tokens(rows, count: pending.count)
      for (token, assignment) in zip(tokens, pending)
      where Int(token) != expectedToken(after: answer.position, assignment) { return assignment }
      rows.removeAll(keepingCapacity: true)
      pending.removeAll(keepingCapacity: true)
    }
    return nil
  }

  /// So many rows of an open answer are remembered, not to be run again.
  private static let maximumRowCount = 1 << 18

  /// The bits of word `i` that stand for assignments.
  private static func mask(word i: Int, of count: Int) -> UInt64 {
    count - 64 * i >= 64 ? .max : 1 << UInt64(count - 64 * i) - 1
  }

  /// A table of `rows`, each 0 or all ones, over `operands`, for the words `range` of each wire: halved operand by operand.
  private static func evaluate(
    _ rows: [UInt64], _ operands: [Int], _ words: UnsafeBufferPointer<UInt64>, _ range: Range<Int>, wordsPerWire: Int,
    room: inout [UInt64], into result: inout [UInt64]
  ) {
    let n = range.count
    guard let firstOperand = operands.first else {
      for i in 0..<n { result[i] = rows[0] }
      return
    }
    room.withUnsafeMutableBufferPointer { room in
      var half = rows.count / 2
      for r in 0..<half {
        let (low, high) = (rows[2 * r], rows[2 * r + 1])
        for i in 0..<n {
          let x = words[firstOperand * wordsPerWire + range.lowerBound + i]
          room[r * n + i] = (low & ~x) | (high & x)
        }
      }
      for operand in operands.dropFirst() {
        half /= 2
        for r in 0..<half {
          for i in 0..<n {
            let x = words[operand * wordsPerWire + range.lowerBound + i]
            room[r * n + i] = (room[2 * r * n + i] & ~x) | (room[(2 * r + 1) * n + i] & x)
          }
        }
      }
      for i in 0..<n { result[i] = room[i] }
    }
  }
}
