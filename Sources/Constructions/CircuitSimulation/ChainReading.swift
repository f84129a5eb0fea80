// What each step of a chain of thought fetches and computes, read off the named directions of the weights.
public import Circuits
import Tensors
public import Transformers
public import Verification

/// The gates of a constructed model, as its embedding states them.
///
///     let reading = try SimulationFolder("adder-llama").reading()
///     let (table, operands) = reading.gate(ofStep: 0)
public struct ChainReading: Sendable {
  /// The number of heads, K.
  public let fanIn: Int
  /// The number of steps.
  public let stepCount: Int
  /// The wire that each head looks for in each step, `K` a step; `nothing` where it looks for `<s>`.
  private let wanted: [UInt32]
  /// The truth tables of the steps over all K operands, one after the other, 64 rows a word.
  private let tables: [UInt64]

  /// The mark of a head that looks for no wire.
  private static let nothing = UInt32.max

  /// Reads the blocks `operand0`, `operand1`, ... and `table` of the rows that precede the steps.
  ///
  /// - Throws: `FolderError`, which names `manifestPath`, where the manifest's blocks are not those of a simulation of its size.
  public init(
    _ model: Model, _ manifest: SimulationManifest, manifestPath: String = SimulationManifest.fileName
  ) throws(FolderError) {
    var starts: [String: (column: Int, size: Int)] = [:]
    var column = 0
    for block in manifest.residualStream {
      starts[block.name] = (column, block.size)
      column += max(0, block.size)
    }
    func refuse(_ found: String) -> FolderError {
      FolderError.refusal(
        of: manifestPath, expected: "the residual stream's blocks for \(manifest.fanIn) operands", found: found)
    }
    guard column <= model.configuration.hiddenSize else {
      throw refuse("\(column) columns of \(model.configuration.hiddenSize)")
    }
    var codes: [(column: Int, size: Int)] = []
    for j in 0..<manifest.fanIn {
      guard let code = starts["operand\(j)"], code.size <= 31 else { throw refuse("no block operand\(j)") }
      codes.append(code)
    }
    guard let table = starts["table"], table.size == 1 << manifest.fanIn else { throw refuse("no block table") }
    let isPositional = manifest.form == .li
    guard let rows = isPositional ? model.weights.positionEmbedding : model.weights.tokenEmbedding else {
      throw refuse("no position embedding")
    }
    fanIn = manifest.fanIn
    stepCount = manifest.stepCount
    var wanted: [UInt32] = []
    var tables: [UInt64] = []
    wanted.reserveCapacity(stepCount * fanIn)
    let wordsPerTable = TruthTable.wordCount(fanIn)
    tables.reserveCapacity(stepCount * wordsPerTable)
    let width = model.configuration.hiddenSize
    rows.elements.withUnsafeBufferPointer { elements in
      for wire in manifest.inputCount..<manifest.wireCount {
        // The row of the token before: of `<s>` where there is no wire before.
        let row =
          isPositional
          ? wire + manifest.leadingTokenCount - 1 : wire > 0 ? 2 * (wire - 1) : 2 * manifest.wireCount
        for code in codes {
          var number: UInt32 = 0
          for b in 0..<code.size where elements[row * width + code.column + b] > 0 { number |= 1 << UInt32(b) }
          let leading = isPositional ? UInt32(manifest.leadingTokenCount) : 0
          let operand = number &- leading
          wanted.append(operand < UInt32(manifest.wireCount) ? operand : ChainReading.nothing)
        }
        let start = tables.count
        for _ in 0..<wordsPerTable { tables.append(0) }
        for r in 0..<table.size where elements[row * width + table.column + r] > 0 {
          tables[start + r >> 6] |= 1 << UInt64(r & 63)
        }
      }
    }
    self.wanted = wanted
    self.tables = tables
  }

  /// The words of the truth tables of the steps over all K operands.
  package var wholeTables: [[UInt64]] { (0..<stepCount).map { wholeTable(ofStep: $0).words } }

  /// The truth table of step `i` over all K operands.
  private func wholeTable(ofStep i: Int) -> TruthTable {
    let count = TruthTable.wordCount(fanIn)
    return TruthTable(words: tables[i * count..<(i + 1) * count], inputCount: fanIn)
  }

  /// The operands that matter to step `i`, and the truth table over them.
  public func gate(ofStep i: Int) -> (table: TruthTable, operands: [Int]) {
    var table = wholeTable(ofStep: i)
    var operands = wanted[i * fanIn..<(i + 1) * fanIn].map { Int($0) }
    var j = 0
    while j < table.inputCount {
      if table.depends(onInput: j) {
        j += 1
      } else {
        table = table.removingInput(j, fixedTo: false)
        operands.remove(at: j)
      }
    }
    return (table, operands)
  }

  /// The first step in which some head does not look up the wire that the embedding names, although the step's gate reads it.
  ///
  /// `program` is what was derived from all weights, those of the attention among them.
  public func stepThatFetchesOtherWires(_ program: LookupProgram) -> Int? {
    guard program.headCount == fanIn, program.stepCount == stepCount else { return 0 }
    return (0..<stepCount).first { step in
      let table = wholeTable(ofStep: step)
      return program.operands(ofStep: step).enumerated().contains { head, operand in
        table.depends(onInput: head) && (operand < 0 || UInt32(operand) != wanted[step * fanIn + head])
      }
    }
  }
}
