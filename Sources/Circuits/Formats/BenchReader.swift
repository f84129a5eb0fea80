// Reads the netlist format of the ISCAS-85 benchmarks (Brglez and Fujiwara, 1985), with ABC's additions.

/// Reads a combinational `.bench` file: `INPUT(a)`, `OUTPUT(z)`, `z = NAND(a, b, ...)`, in any order.
///
/// AND, NAND, OR, NOR, XOR and XNOR (also NXOR) of up to six operands are one gate; of more, a tree of such gates, the last one inverted where the
/// name says so;
/// NOT (also INV), BUFF and BUF take one operand. Of ABC's dialect: `z = LUT 0x8 (a, b)` with at most six operands, the first in the
/// lowest bit of a row; `z = vdd` and `z = gnd`; and `vdd`, `gnd` as operands that nothing drives. `DFF` is refused. Kinds of gates are
/// recognized in capitals and small letters; names are told apart by case.
struct BenchReader {
  private var scanner: ByteScanner
  private var log: FaultLog
  private var net: NamedNetlist

  init(_ log: FaultLog) {
    self.log = log
    scanner = ByteScanner(log.bytes)
    net = NamedNetlist(log.bytes)
  }

  mutating func read() throws(CircuitFileError) -> Circuit {
    var title: String?
    while !scanner.isAtEndOfFile {
      scanner.skipBlanks()
      if scanner.next == UInt8(ascii: "#") {
        if title == nil { title = comment() }
      } else if !scanner.isAtEndOfLine, !readLine() {
        net.hasLostDefinitions = true
      }
      scanner.skipLine()
    }
    if scanner.bytes.allSatisfy({ $0 <= 0x20 }) {
      log.report(at: scanner.offset, expected: "INPUT, OUTPUT or a gate", found: "the end of the file")
    }
    net.driveByConstant("vdd", true)
    net.driveByConstant("gnd", false)
    return try net.circuit(called: title ?? "", &log)
  }

  /// The text of the comment at the cursor, 256 bytes at most.
  private func comment() -> String {
    var start = scanner.offset + 1
    while start < scanner.bytes.count, ByteScanner.isBlank(scanner.bytes[start]) { start += 1 }
    var end = start
    while end < scanner.bytes.count, end - start < 256, scanner.bytes[end] >= 0x20 { end += 1 }
    return scanner.text(start..<end)
  }

  /// A name: bytes up to a blank or one of `( ) , = #`; `nil` where there is none.
  private mutating func name() -> Range<Int>? {
    scanner.skipBlanks()
    let start = scanner.offset
    while let byte = scanner.next, byte > 0x20 {
      switch byte {
      case UInt8(ascii: "("), UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "="), UInt8(ascii: "#"):
        return start == scanner.offset ? nil : start..<scanner.offset
      default: scanner.offset += 1
      }
    }
    return start == scanner.offset ? nil : start..<scanner.offset
  }

  /// Whether the mark stands at the cursor, which then goes past it; a fault otherwise.
  private mutating func expect(_ mark: Character) -> Bool {
    scanner.skipBlanks()
    if scanner.next == mark.asciiValue {
      scanner.offset += 1
      return true
    }
    log.report(at: scanner.offset, expected: "\"\(mark)\"")
    return false
  }

  private mutating func finishLine() {
    scanner.skipBlanks()
    if !scanner.isAtEndOfLine, scanner.next != UInt8(ascii: "#") {
      log.report(at: scanner.offset, expected: "the end of the line")
    }
  }

  /// Reads the line at the cursor; `false` where it was refused.
  private mutating func readLine() -> Bool {
    guard let first = name() else {
      log.report(at: scanner.offset, expected: "INPUT, OUTPUT or a name")
      return false
    }
    scanner.skipBlanks()
    if scanner.next == UInt8(ascii: "(") { return readDeclaration(first) }
    guard scanner.next == UInt8(ascii: "=") else {
      log.report(at: scanner.offset, expected: "\"=\" or \"(\"")
      return false
    }
    scanner.offset += 1
    return readGate(first)
  }

  private mutating func readDeclaration(_ kind: Range<Int>) -> Bool {
    scanner.offset += 1
    let isInput = scanner.matches(kind, "INPUT", ignoringCase: true)
    guard isInput || scanner.matches(kind, "OUTPUT", ignoringCase: true) else {
      log.report(at: kind.lowerBound, expected: "INPUT or OUTPUT", found: "\"\(scanner.excerpt(kind))\"")
      return false
    }
    guard let name = name() else {
      log.report(at: scanner.offset, expected: "a name")
      return false
    }
    if isInput { net.declareInput(name, &log) } else { net.declareOutput(name) }
    guard expect(")") else { return false }
    finishLine()
    return true
  }
}

// MARK: - Gates

extension BenchReader {
  private mutating func readGate(_ targetName: Range<Int>) -> Bool {
    guard let kind = name() else {
      log.report(at: scanner.offset, expected: "a kind of gate")
      return false
    }
    let target = net.signal(targetName)
    let canDrive = net.canDrive(target, targetName, &log)
    let offset = targetName.lowerBound
    let isTrue = scanner.matches(kind, "VDD", ignoringCase: true)
    if isTrue || scanner.matches(kind, "GND", ignoringCase: true) {
      if canDrive { net.drive(target, bits: isTrue ? 1 : 0, EmptyCollection(), at: offset) }
      finishLine()
      return true
    }
    let isTable = scanner.matches(kind, "LUT", ignoringCase: true)
    let number = isTable ? name() : nil
    guard let operands = operands() else { return false }
    guard canDrive else { return true }
    if isTable { return driveTable(target, number, operands, offset) }
    guard let (operation, complemented, isUnary) = operation(kind) else { return false }
    if isUnary, operands.count != 1 {
      log.report(at: kind.lowerBound, expected: "one operand of \(scanner.excerpt(kind))", found: "\(operands.count)")
      return false
    }
    let literals = operands.map { NamedNetlist.literal($0) }
    net.drive(target, operation, literals, complemented: complemented, at: offset)
    return true
  }

  /// The operands in parentheses, and the end of the line.
  private mutating func operands() -> [UInt32]? {
    guard expect("(") else { return nil }
    var operands: [UInt32] = []
    while true {
      guard let name = name() else {
        log.report(at: scanner.offset, expected: "an operand")
        return nil
      }
      operands.append(net.signal(name))
      scanner.skipBlanks()
      if scanner.next == UInt8(ascii: ",") {
        scanner.offset += 1
        continue
      }
      if scanner.next == UInt8(ascii: ")") { break }
      log.report(at: scanner.offset, expected: "\",\" or \")\"")
      return nil
    }
    scanner.offset += 1
    finishLine()
    return operands
  }

  private mutating func operation(
    _ kind: Range<Int>
  ) -> (operation: NamedNetlist.Operation, complemented: Bool, isUnary: Bool)? {
    func isKind(_ word: StaticString) -> Bool { scanner.matches(kind, word, ignoringCase: true) }
    if isKind("NAND") { return (.and, true, false) }
    if isKind("AND") { return (.and, false, false) }
    if isKind("NOR") { return (.or, true, false) }
    if isKind("OR") { return (.or, false, false) }
    if isKind("XOR") { return (.xor, false, false) }
    if isKind("XNOR") || isKind("NXOR") { return (.xor, true, false) }
    if isKind("NOT") || isKind("INV") { return (.and, true, true) }
    if isKind("BUFF") || isKind("BUF") { return (.and, false, true) }
    if isKind("DFF") {
      log.report(at: kind.lowerBound, expected: "a combinational circuit", found: "a sequential circuit: \"DFF\"")
    } else {
      log.report(
        at: kind.lowerBound, expected: "AND, NAND, OR, NOR, XOR, XNOR, NOT, BUFF, LUT, vdd or gnd",
        found: "\"\(scanner.excerpt(kind))\"")
    }
    return nil
  }

  /// `LUT 0x... (a, b, ...)`.
  private mutating func driveTable(_ target: UInt32, _ number: Range<Int>?, _ operands: [UInt32], _ offset: Int) -> Bool
  {
    guard operands.count <= TruthTable.wordInputCount else {
      log.report(at: offset, expected: "a LUT of at most 6 operands", found: "\(operands.count)")
      return false
    }
    guard let number, let bits = hexadecimal(number), bits & ~TruthTable.mask(operands.count) == 0 else {
      log.report(
        at: number?.lowerBound ?? offset, expected: "a table of \(1 << operands.count) bits such as 0x8",
        found: number.map { "\"\(scanner.excerpt($0))\"" } ?? "none")
      return false
    }
    net.drive(target, bits: bits, operands, at: offset)
    return true
  }

  private func hexadecimal(_ range: Range<Int>) -> UInt64? {
    guard range.count > 2, scanner.bytes[range.lowerBound] == 0x30, scanner.bytes[range.lowerBound + 1] | 0x20 == 0x78
    else { return nil }
    var value: UInt64 = 0
    for byte in scanner.bytes[range.dropFirst(2)] {
      guard value >> 60 == 0, let digit = Character(UnicodeScalar(byte)).hexDigitValue else { return nil }
      value = value << 4 | UInt64(digit)
    }
    return value
  }
}
