// Reads the Berkeley Logic Interchange Format (UC Berkeley, 1992): one combinational model.

/// Reads a BLIF file with one model of `.names` covers.
///
/// A cover of at most six inputs becomes one gate; a wider one a tree of such gates. Rows may list the on-set (`1`) or the
/// off-set (`0`), not both; `-` matches either value; a cover without rows is the constant 0. The don't-care network behind `.exdc` leaves the
/// circuit a freedom that it does not need and is skipped. Timing and annotation commands are skipped too. Latches, subcircuits, library gates and
/// further models are refused.
struct BLIFReader {
  private var scanner: ByteScanner
  private var log: FaultLog
  private var net: NamedNetlist
  private var modelName: String?

  /// The `.names` that the rows belong to.
  private struct Cover {
    var target: UInt32
    var inputs: [UInt32]
    var offset: Int
    /// The value of the rows' last column; `nil` before the first row.
    var value: Bool?
    /// The rows' union, for at most six inputs.
    var bits: UInt64 = 0
    /// Where each row stands, for more.
    var rows: [Int] = []
    /// Whether the cover can be used.
    var isSound = true
  }
  private var cover: Cover?

  init(_ log: FaultLog) {
    self.log = log
    scanner = ByteScanner(log.bytes)
    net = NamedNetlist(log.bytes)
  }

  mutating func read() throws(CircuitFileError) -> Circuit {
    var isEnded = false
    while nextLine() {
      guard let first = word() else { continue }
      if scanner.bytes[first.lowerBound] != UInt8(ascii: ".") {
        readRow(first)
        continue
      }
      finishCover()
      if scanner.matches(first, ".end") || scanner.matches(first, ".exdc") {
        let isEnd = scanner.matches(first, ".end")
        finishLine()
        if isEnd { refuseFurtherModels() } else { skipDontCares() }
        isEnded = true
        break
      }
      readCommand(first)
    }
    finishCover()
    // A file may do without .end, but then something else has to tell that it is whole.
    if !isEnded, net.outputs.isEmpty, log.isEmpty {
      log.report(at: scanner.offset, expected: ".outputs or .end")
    }
    return try net.circuit(called: modelName ?? "", &log)
  }
}

// MARK: - Lines

extension BLIFReader {
  /// Goes past the ends of lines and comments to the next word's line; `false` at the end of the file.
  private mutating func nextLine() -> Bool {
    while !scanner.isAtEndOfFile {
      skipSpace()
      if scanner.isAtEndOfFile { return false }
      if scanner.bytes[scanner.offset] != 0x0A { return true }
      scanner.offset += 1
    }
    return false
  }

  /// Skips blanks, continuations and comments, up to the end of the line.
  private mutating func skipSpace() {
    while let byte = scanner.next {
      if ByteScanner.isBlank(byte) {
        scanner.offset += 1
      } else if byte == UInt8(ascii: "#") {
        while !scanner.isAtEndOfLine { scanner.offset += 1 }
        return
      } else if byte == UInt8(ascii: "\\"), let end = continuation() {
        checkContinuation(end)
        scanner.offset = end
      } else {
        return
      }
    }
  }

  /// The start of the next line where the backslash at the cursor stands at the end of one.
  private func continuation() -> Int? {
    var end = scanner.offset + 1
    while end < scanner.bytes.count, ByteScanner.isBlank(scanner.bytes[end]) { end += 1 }
    if end == scanner.bytes.count { return end }
    return scanner.bytes[end] == 0x0A ? end + 1 : nil
  }

  /// Reports a backslash that ends the file, where a line should go on.
  private mutating func checkContinuation(_ end: Int) {
    if end == scanner.bytes.count {
      net.hasLostDefinitions = true
      log.report(at: end, expected: "the rest of the line")
    }
  }

  /// The next word of the line, `nil` at its end.
  private mutating func word() -> Range<Int>? {
    skipSpace()
    if scanner.isAtEndOfLine { return nil }
    let start = scanner.offset
    scanner.offset += 1
    while let byte = scanner.next, byte > 0x20, byte != UInt8(ascii: "#") {
      if byte == UInt8(ascii: "\\"), continuation() != nil { break }
      scanner.offset += 1
    }
    return start..<scanner.offset
  }

  private mutating func skipWords() { while word() != nil {} }

  private mutating func finishLine() {
    if let extra = word() {
      log.report(at: extra.lowerBound, expected: "the end of the line")
      skipWords()
    }
  }
}

// MARK: - Commands

extension BLIFReader {
  private static let skipped: [StaticString] = [
    ".area", ".delay", ".wire_load_slope", ".wire", ".input_arrival", ".default_input_arrival", ".output_required",
    ".default_output_required", ".input_drive", ".default_input_drive", ".max_input_load", ".default_max_input_load",
    ".output_load", ".default_output_load", ".attr", ".param", ".cname",
  ]

  private mutating func readCommand(_ command: Range<Int>) {
    if scanner.matches(command, ".names") {
      readNames(command)
    } else if scanner.matches(command, ".inputs") {
      while let name = word() { net.declareInput(name, &log) }
    } else if scanner.matches(command, ".outputs") {
      while let name = word() { net.declareOutput(name) }
    } else if scanner.matches(command, ".model") {
      if modelName != nil { log.report(at: command.lowerBound, expected: "one model") }
      if let name = word() {
        modelName = modelName ?? scanner.text(name)
        finishLine()
      } else {
        modelName = modelName ?? ""
      }
    } else if scanner.matches(command, ".latch") || scanner.matches(command, ".mlatch") {
      refuse(command, "a combinational circuit", "a sequential circuit: ")
    } else if scanner.matches(command, ".subckt") || scanner.matches(command, ".gate")
      || scanner.matches(command, ".search")
    {
      refuse(command, "a flat model of .names", "a hierarchical one: ")
    } else if BLIFReader.skipped.contains(where: { scanner.matches(command, $0) }) {
      skipWords()
    } else {
      refuse(command, ".model, .inputs, .outputs, .names, .exdc or .end", "")
    }
  }

  private mutating func refuse(_ command: Range<Int>, _ expected: String, _ kind: String) {
    net.hasLostDefinitions = true
    log.report(at: command.lowerBound, expected: expected, found: "\(kind)\"\(scanner.excerpt(command))\"")
    skipWords()
  }

  private mutating func refuseFurtherModels() {
    guard nextLine(), let first = word() else { return }
    log.report(at: first.lowerBound, expected: "one model and the end of the file")
  }

  private mutating func skipDontCares() {
    while nextLine() {
      guard let first = word() else { continue }
      let isEnd = scanner.matches(first, ".end")
      skipWords()
      if isEnd { return refuseFurtherModels() }
    }
  }
}

// MARK: - Covers

extension BLIFReader {
  private mutating func readNames(_ command: Range<Int>) {
    var signals: [UInt32] = []
    var last = command
    while let name = word() {
      signals.append(net.signal(name))
      last = name
    }
    guard let target = signals.popLast() else {
      net.hasLostDefinitions = true
      return log.report(at: scanner.offset, expected: "the names of a cover's inputs and output")
    }
    var cover = Cover(target: target, inputs: signals, offset: last.lowerBound)
    cover.isSound = net.canDrive(target, last, &log)
    self.cover = cover
  }

  /// Reads the row of a cover whose first word is `first`.
  private mutating func readRow(_ first: Range<Int>) {
    guard var cover else {
      log.report(at: first.lowerBound, expected: "a command such as .names")
      return skipWords()
    }
    self.cover = nil
    defer { self.cover = cover }
    let plane = cover.inputs.isEmpty ? first.lowerBound..<first.lowerBound : first
    guard plane.count == cover.inputs.count else {
      log.report(
        at: first.lowerBound,
        expected: "a row of \(cover.inputs.count) \(cover.inputs.count == 1 ? "column" : "columns") and an output")
      cover.isSound = false
      return skipWords()
    }
    if let wrong = plane.first(where: { ![0x30, 0x31, 0x2D].contains(scanner.bytes[$0]) }) {
      log.report(
        at: wrong, expected: "0, 1 or -", found: "\"\(scanner.excerpt(wrong..<wrong + 1))\"")
      cover.isSound = false
      return skipWords()
    }
    let output = cover.inputs.isEmpty ? first : word()
    guard let output, scanner.matches(output, "0") || scanner.matches(output, "1") else {
      log.report(at: output?.lowerBound ?? scanner.offset, expected: "the output 0 or 1")
      cover.isSound = false
      return skipWords()
    }
    let value = scanner.matches(output, "1")
    if let earlier = cover.value, earlier != value {
      log.report(
        at: output.lowerBound, expected: "the output of the rows above, \(earlier ? 1 : 0)", found: "\(value ? 1 : 0)")
      cover.isSound = false
    }
    cover.value = value
    if cover.inputs.count <= 6 {
      var cube = TruthTable.mask(cover.inputs.count)
      for (j, i) in plane.enumerated() where scanner.bytes[i] != 0x2D {
        let pattern = TruthTable.pattern(ofInput: j)
        cube &= scanner.bytes[i] == 0x31 ? pattern : ~pattern
      }
      cover.bits |= cube
    } else {
      cover.rows.append(plane.lowerBound)
    }
    finishLine()
  }

  /// Drives the target of the cover whose rows have all been read.
  private mutating func finishCover() {
    guard let cover else { return }
    self.cover = nil
    guard cover.isSound else {
      net.hasLostDefinitions = true
      return
    }
    guard let value = cover.value else {
      return net.drive(cover.target, bits: 0, EmptyCollection(), at: cover.offset)
    }
    if cover.inputs.count <= TruthTable.wordInputCount {
      let bits = value ? cover.bits : ~cover.bits & TruthTable.mask(cover.inputs.count)
      net.drive(cover.target, bits: bits, cover.inputs, at: cover.offset)
    } else if cover.inputs.count <= TruthTable.maximumInputCount {
      let table = table(cover)
      net.drive(cover.target, table: value ? table : table.complemented, cover.inputs, at: cover.offset)
    } else {
      driveWide(cover, value)
    }
  }

  /// The union of the rows of a cover of seven to twelve inputs.
  private func table(_ cover: Cover) -> TruthTable {
    var words = [UInt64](repeating: 0, count: TruthTable.wordCount(cover.inputs.count))
    for row in cover.rows {
      var low = UInt64.max
      var (positive, negative) = (0, 0)
      for j in cover.inputs.indices where scanner.bytes[row + j] != 0x2D {
        let isPositive = scanner.bytes[row + j] == 0x31
        if j < TruthTable.wordInputCount {
          low &= isPositive ? TruthTable.pattern(ofInput: j) : ~TruthTable.pattern(ofInput: j)
        } else if isPositive {
          positive |= 1 << (j - TruthTable.wordInputCount)
        } else {
          negative |= 1 << (j - TruthTable.wordInputCount)
        }
      }
      for w in words.indices where w & positive == positive && w & negative == 0 { words[w] |= low }
    }
    return TruthTable(words: words, inputCount: cover.inputs.count)
  }

  /// A cover of more than twelve inputs: a tree of ORs over trees of ANDs.
  private mutating func driveWide(_ cover: Cover, _ value: Bool) {
    var terms: [UInt32] = []
    for row in cover.rows {
      var literals: [UInt32] = []
      for (j, input) in cover.inputs.enumerated() where scanner.bytes[row + j] != 0x2D {
        literals.append(NamedNetlist.literal(input, complemented: scanner.bytes[row + j] == 0x30))
      }
      // A row of don't-cares matches everything.
      if literals.isEmpty { return net.drive(cover.target, bits: value ? 1 : 0, EmptyCollection(), at: cover.offset) }
      if cover.rows.count == 1 {
        return net.drive(cover.target, .and, literals, complemented: !value, at: cover.offset)
      }
      terms += net.reduce(.and, literals, to: 1, at: cover.offset)
    }
    net.drive(cover.target, .or, terms, complemented: !value, at: cover.offset)
  }
}
