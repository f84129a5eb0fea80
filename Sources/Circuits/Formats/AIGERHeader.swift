// The first line of an AIGER file, and the symbol table and comments that end one.

/// `aag M I L O A [B C J F]`, of a file without latches.
struct AIGERHeader {
  var maximumVariable = 0
  var inputCount = 0
  var outputCount = 0
  var andCount = 0
  var badCount = 0
  var constraintCount = 0

  /// The number of literals after the inputs that become outputs of the circuit.
  var readOutCount: Int { outputCount + badCount + constraintCount }

  /// Reads the header; the cursor is then on the next line.
  init(_ scanner: inout ByteScanner, _ log: inout FaultLog) throws(CircuitFileError) {
    let isBinary = log.error.format == .aigerBinary
    let magic = scanner.token()
    if magic.map({ scanner.matches($0, isBinary ? "aig" : "aag") }) != true {
      throw log.stop(at: magic?.lowerBound ?? scanner.offset, expected: isBinary ? "\"aig\"" : "\"aag\"")
    }
    let fields = [
      "the maximal variable M", "the number of inputs I", "the number of latches L", "the number of outputs O",
      "the number of AND gates A", "the number of bad states B", "the number of constraints C",
      "the number of justice properties J", "the number of fairness constraints F",
    ]
    var values: [Int] = []
    var places: [Int] = []
    for field in fields {
      scanner.skipBlanks()
      if values.count >= 5, scanner.isAtEndOfLine { break }
      places.append(scanner.offset)
      guard let value = scanner.number() else {
        throw log.stop(at: scanner.offset, expected: "\(field), a number below 2^31")
      }
      values.append(value)
    }
    scanner.skipBlanks()
    if !scanner.isAtEndOfLine { throw log.stop(at: scanner.offset, expected: "the end of the header") }
    scanner.skipLine()
    values += Array(repeating: 0, count: fields.count - values.count)

    if values[2] > 0 {
      log.report(
        at: places[2], expected: "a combinational circuit",
        found: "a sequential circuit: \(values[2]) \(values[2] == 1 ? "latch" : "latches")")
    }
    if values[7] > 0 || values[8] > 0 {
      log.report(
        at: places[values[7] > 0 ? 7 : 8], expected: "a combinational circuit",
        found: "liveness properties: J = \(values[7]), F = \(values[8])")
    }
    let needed = values[1] + values[2] + values[4]
    if isBinary ? values[0] != needed : values[0] < needed {
      log.report(
        at: places[0], expected: "M \(isBinary ? "=" : ">=") I + L + A = \(needed)", found: "M = \(values[0])")
    }
    try log.check()
    maximumVariable = values[0]
    inputCount = values[1]
    outputCount = values[3]
    andCount = values[4]
    badCount = values[5]
    constraintCount = values[6]
    try checkSize(bytesLeft: log.bytes.count - scanner.offset, isBinary, places, &log)
  }

  /// Refuses a header that promises more than the bytes after it can hold, before memory is set aside for it.
  private func checkSize(
    bytesLeft: Int, _ isBinary: Bool, _ places: [Int], _ log: inout FaultLog
  ) throws(CircuitFileError) {
    // A literal takes two bytes at least; an AND gate two in binary, six in ASCII. The last line feed may be missing.
    func check(_ count: Int, _ what: String, _ bytes: Int, _ place: Int) {
      if count > (bytesLeft + 1) / bytes {
        log.report(
          at: places[place],
          expected: "at most \((bytesLeft + 1) / bytes) \(what) in the \(bytesLeft) bytes that follow",
          found: "\(count)")
      }
    }
    check(outputCount, "outputs", 2, 3)
    check(andCount, "AND gates", isBinary ? 2 : 6, 4)
    if badCount > 0 { check(badCount, "bad states", 2, 5) }
    if constraintCount > 0 { check(constraintCount, "constraints", 2, 6) }
    if isBinary {
      if inputCount > CircuitFormat.maximumImplicitInputCount {
        log.report(
          at: places[1], expected: "at most \(CircuitFormat.maximumImplicitInputCount) inputs", found: "\(inputCount)")
      }
    } else {
      check(inputCount, "inputs", 2, 1)
      // Gaps between variables are legal; a table of them larger than the file is not worth its memory.
      let limit = max(1 << 20, log.bytes.count)
      if maximumVariable > limit {
        log.report(at: places[0], expected: "a maximal variable of at most \(limit)", found: "\(maximumVariable)")
      }
    }
    try log.check()
  }
}

/// The symbol table and the comments.
struct AIGERSymbols {
  private var inputs: [Int: String] = [:]
  private var outputs: [Int: String] = [:]
  private var comment = ""

  /// Reads to the end of the file.
  init(_ scanner: inout ByteScanner, _ header: AIGERHeader, _ log: inout FaultLog) {
    while !scanner.isAtEndOfFile {
      let start = scanner.offset
      guard let key = scanner.token() else {
        // A blank line is no symbol, but harmless at the very end.
        scanner.skipBlankLines()
        if !scanner.isAtEndOfFile { log.report(at: start, expected: "a symbol or \"c\"") }
        continue
      }
      if scanner.matches(key, "c") {
        scanner.skipLine()
        readComment(&scanner)
        return
      }
      readSymbol(key, &scanner, header, &log)
    }
  }

  private mutating func readSymbol(
    _ key: Range<Int>, _ scanner: inout ByteScanner, _ header: AIGERHeader, _ log: inout FaultLog
  ) {
    let counts = [
      0x69: header.inputCount, 0x6F: header.outputCount, 0x62: header.badCount, 0x63: header.constraintCount,
    ]
    let kind = scanner.bytes[key.lowerBound]
    var digits = ByteScanner(scanner.bytes, at: key.lowerBound + 1)
    defer { scanner.skipLine() }
    guard let count = counts[Int(kind)], ByteScanner.isDigit(digits.next ?? 0), let index = digits.number() else {
      return log.report(at: key.lowerBound, expected: "a symbol such as \"i0 name\" or \"c\"")
    }
    guard index < count else {
      let what = [0x69: "input", 0x6F: "output", 0x62: "bad state", 0x63: "constraint"][Int(kind)] ?? ""
      return log.report(at: key.lowerBound, expected: "the symbol of one of \(count) \(what)s")
    }
    if scanner.next == 0x20 { scanner.offset += 1 }
    let start = scanner.offset
    var end = start
    while end < scanner.bytes.count, scanner.bytes[end] != 0x0A { end += 1 }
    if end > start, scanner.bytes[end - 1] == 0x0D { end -= 1 }
    guard end > start else { return log.report(at: start, expected: "a name") }
    let name = scanner.text(start..<end)
    let old: String?
    switch kind {
    case 0x69: old = inputs.updateValue(name, forKey: index)
    case 0x6F: old = outputs.updateValue(name, forKey: index)
    case 0x62: old = outputs.updateValue(name, forKey: header.outputCount + index)
    default: old = outputs.updateValue(name, forKey: header.outputCount + header.badCount + index)
    }
    if old != nil { log.report(at: key.lowerBound, expected: "one symbol each") }
  }

  private mutating func readComment(_ scanner: inout ByteScanner) {
    let start = scanner.offset
    var end = start
    while end < scanner.bytes.count, end - start < 256, scanner.bytes[end] >= 0x20 { end += 1 }
    comment = scanner.text(start..<end)
  }

  /// The names of a circuit with this header.
  func names(_ header: AIGERHeader) -> Circuit.Names {
    var names = Circuit.Names()
    names.circuit = comment
    if !inputs.isEmpty { names.inputs = (0..<header.inputCount).map { inputs[$0] ?? "x\($0)" } }
    if !outputs.isEmpty || header.readOutCount > header.outputCount {
      names.outputs = (0..<header.readOutCount).map { i in
        let constraint = i - header.outputCount - header.badCount
        let bad = i - header.outputCount
        return outputs[i] ?? (constraint >= 0 ? "constraint\(constraint)" : bad >= 0 ? "bad\(bad)" : "y\(i)")
      }
    }
    return names
  }
}
