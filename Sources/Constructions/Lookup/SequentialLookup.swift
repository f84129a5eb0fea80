// A derived program on one input after another: what the indexed engine runs.
public import Verification

/// The chains of thought of a program that was derived from weights, one assignment at a time.
///
///     let proof = try Checker(model, form: manifest.promptForm).derive(.rounded(.float32))
///     let tokens = SequentialLookup(proof).tokens(for: inputs)
///
/// Emits what greedy decoding of the weights emits under the semantics of the derivation, the end token included; no weight is read. A step costs
/// one access for each operand and one to its truth table.
public struct SequentialLookup: Sendable {
  /// What was derived.
  public let program: LookupProgram
  /// For each step and head, one more than the wire that it looks up; place 0 holds false, and stands for leading tokens.
  private let places: [UInt32]
  private let leading: [Int32]
  /// Token `stride * w + v` says that wire w has value v.
  private let stride: Int32

  /// The program of `proof`.
  public init(_ proof: Proof) {
    program = proof.program
    places = program.operands.map { UInt32($0 + 1) }
    leading = program.form.leadingTokens.map { Int32($0) }
    switch program.form.tokens {
    case .wiresWithValues: stride = 2
    case .values: stride = 0
    }
  }

  /// The number of operands of a step.
  public var headCount: Int { program.headCount }

  /// Bytes of the program as it is run.
  public var byteCount: Int { 4 * places.count + 8 * program.tables.count }

  /// The tokens of one chain: the prompt, a token for each step, and the end token where there is one.
  public func tokens(for inputs: [Bool]) -> [Int32] {
    let form = program.form
    precondition(inputs.count == form.inputCount, "one value for each input")
    let count = leading.count + form.wireCount + (form.endToken == nil ? 0 : 1)
    return [Int32](unsafeUninitializedCapacity: count) { tokens, initialized in
      _ = tokens.update(fromContentsOf: leading)
      withUnsafeTemporaryAllocation(of: UInt8.self, capacity: form.wireCount + 1) { values in
        values[0] = 0
        for (w, value) in inputs.enumerated() { values[w + 1] = value ? 1 : 0 }
        evaluate(values)
        var base: Int32 = 0
        for w in 0..<form.wireCount {
          tokens[leading.count + w] = base + Int32(values[w + 1])
          base += stride
        }
      }
      if let end = form.endToken { tokens[count - 1] = Int32(end) }
      initialized = count
    }
  }

  /// Fills in the values of the steps' wires; `values[0]` is 0, and the inputs follow it.
  private func evaluate(_ values: UnsafeMutableBufferPointer<UInt8>) {
    guard let first = values.baseAddress else { return }
    places.withUnsafeBufferPointer { places in
      program.tables.withUnsafeBufferPointer { tables in
        let target = first + program.form.inputCount + 1
        // One loop a number of heads: the row is then made without a loop of its own.
        switch headCount {
        case 1: run(tables, target) { UInt64(first[Int(places[$0])]) }
        case 2: run(tables, target) { i in SequentialLookup.row(of: 2, places, i, first) }
        case 3: run(tables, target) { i in SequentialLookup.row(of: 3, places, i, first) }
        case 4: run(tables, target) { i in SequentialLookup.row(of: 4, places, i, first) }
        case let k where k <= 6: run(tables, target) { i in SequentialLookup.row(of: k, places, i, first) }
        case let k:
          let words = program.wordsPerTable
          for i in 0..<program.stepCount {
            let row = Int(SequentialLookup.row(of: k, places, i, first))
            target[i] = UInt8(truncatingIfNeeded: tables[i * words + row >> 6] >> UInt64(row & 63) & 1)
          }
        }
      }
    }
  }

  @inline(__always)
  private func run(
    _ tables: UnsafeBufferPointer<UInt64>, _ target: UnsafeMutablePointer<UInt8>, row: (Int) -> UInt64
  ) {
    for i in 0..<tables.count { target[i] = UInt8(truncatingIfNeeded: tables[i] &>> row(i) & 1) }
  }

  /// The row that the `k` operands of step `i` say.
  @inline(__always)
  private static func row(
    of k: Int, _ places: UnsafeBufferPointer<UInt32>, _ i: Int, _ values: UnsafeMutablePointer<UInt8>
  ) -> UInt64 {
    var row: UInt64 = 0
    for j in 0..<k { row |= UInt64(values[Int(places[k &* i &+ j])]) &<< UInt64(j) }
    return row
  }
}
