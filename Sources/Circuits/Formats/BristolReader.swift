// Reads Bristol Fashion (N. P. Smart et al.) and the older Bristol format.

/// Reads a Bristol circuit: inputs are the first wires, outputs the last. The gates XOR, AND, OR, INV (or NOT), EQ (a constant), EQW (a
/// copy) and MAND (several ANDs) are accepted in both dialects and in any order, one a line; each becomes one gate, a MAND of n
/// pairs n gates. `names.inputWidths` and `names.outputWidths` hold the widths of the values; in each value the wires
/// stand in the file's order, lowest bit first by convention.
struct BristolReader {
  private var scanner: ByteScanner
  private var log: FaultLog
  /// Whether a gate's line was refused, so that missing drivers are no faults of their own.
  private var hasLostGates = false

  private struct Header {
    var gateLines = 0
    var wireCount = 0
    var inputWidths: [Int] = []
    var outputWidths: [Int] = []
    var inputCount = 0
    var outputCount = 0
    var wireOffset = 0
    var gateOffset = 0
  }

  init(_ log: FaultLog) {
    self.log = log
    scanner = ByteScanner(log.bytes)
  }

  mutating func read() throws(CircuitFileError) -> Circuit {
    let header = try readHeader()
    var netlist = Netlist(implicitInputCount: header.inputCount, signalCount: header.wireCount)
    netlist.reserveCapacity(gates: min(header.gateLines, (scanner.bytes.count - scanner.offset) / 10 + 1))
    var lines = 0
    scanner.skipBlankLines()
    while !scanner.isAtEndOfFile {
      lines += 1
      if !readGate(header, &netlist) { hasLostGates = true }
      scanner.skipLine()
      scanner.skipBlankLines()
    }
    if lines != header.gateLines {
      log.report(
        at: header.gateOffset, expected: "the number of the gates that follow, \(lines)", found: "\(header.gateLines)")
    }
    if !hasLostGates {
      let driven = header.inputCount + netlist.gateCount
      if lines == header.gateLines, driven != header.wireCount {
        log.report(
          at: header.wireOffset,
          expected: "\(driven) wires (\(header.inputCount) inputs and \(netlist.gateCount) driven)",
          found: "\(header.wireCount)")
      }
      if lines == header.gateLines { reportUndriven(header, netlist) }
    }
    try log.check()

    let ordered: OrderedNetlist
    switch netlist.order() {
    case .fileOrder: ordered = OrderedNetlist(netlist, order: nil)
    case .sorted(let order): ordered = OrderedNetlist(netlist, order: order)
    case .cyclic(let cycles, let count):
      Netlist.report(cycles, count: count, to: &log, of: netlist) { "\($0)" }
      throw log.error
    }
    var names = Circuit.Names()
    names.inputWidths = header.inputWidths
    names.outputWidths = header.outputWidths
    let outputs = (header.wireCount - header.outputCount..<header.wireCount).map { wire in
      Literal(ordered.wire(of: UInt32(wire)))
    }
    return ordered.circuit(outputs: outputs, names: names)
  }
}

// MARK: - Header

extension BristolReader {
  private mutating func readHeader() throws(CircuitFileError) -> Header {
    var header = Header()
    scanner.skipBlankLines()
    header.gateOffset = scanner.offset
    header.gateLines = try number("the number of gates")
    scanner.skipBlanks()
    header.wireOffset = scanner.offset
    header.wireCount = try number("the number of wires")
    try finishHeaderLine()
    let inputOffset = scanner.offset
    var outputOffset = inputOffset
    if log.error.format == .bristolOld {
      let first = try number("the width of the first input")
      let second = try number("the width of the second input")
      header.inputWidths = second == 0 ? [first] : [first, second]
      scanner.skipBlanks()
      outputOffset = scanner.offset
      header.outputWidths = [try number("the width of the output")]
      try finishHeaderLine()
    } else {
      header.inputWidths = try widths("input")
      outputOffset = scanner.offset
      header.outputWidths = try widths("output")
    }
    header.inputCount = header.inputWidths.reduce(0, +)
    header.outputCount = header.outputWidths.reduce(0, +)

    if header.inputCount > CircuitFormat.maximumImplicitInputCount {
      throw log.stop(
        at: inputOffset, expected: "at most \(CircuitFormat.maximumImplicitInputCount) inputs",
        found: "\(header.inputCount)")
    }
    if header.inputCount > header.wireCount {
      throw log.stop(
        at: header.wireOffset, expected: "at least as many wires as inputs, \(header.inputCount)",
        found: "\(header.wireCount)")
    }
    if header.outputCount > header.wireCount {
      throw log.stop(
        at: outputOffset, expected: "at most as many outputs as wires, \(header.wireCount)",
        found: "\(header.outputCount)")
    }
    // A wire that a gate drives takes two bytes at least.
    let most = header.inputCount + (scanner.bytes.count - scanner.offset) / 2
    if header.wireCount > most {
      throw log.stop(
        at: header.wireOffset, expected: "at most \(most) wires in a file of \(scanner.bytes.count) bytes",
        found: "\(header.wireCount)")
    }
    return header
  }

  private mutating func number(_ what: String) throws(CircuitFileError) -> Int {
    guard let value = scanner.number() else {
      throw log.stop(at: scanner.offset, expected: "\(what), a number below 2^31")
    }
    return value
  }

  /// `n w1 ... wn`.
  private mutating func widths(_ what: String) throws(CircuitFileError) -> [Int] {
    scanner.skipBlanks()
    let start = scanner.offset
    let count = try number("the number of \(what) values")
    // A width takes two bytes, so a count past the file's end is refused when the line ends, with no memory set aside.
    var widths: [Int] = []
    var sum = 0
    while widths.count < count {
      scanner.skipBlanks()
      if scanner.isAtEndOfLine {
        throw log.stop(at: start, expected: "\(count) widths of \(what) values", found: "\(widths.count)")
      }
      let width = try number("the width of a value")
      sum += width
      if sum >= 1 << 31 { throw log.stop(at: start, expected: "fewer than 2^31 \(what) wires", found: "more") }
      widths.append(width)
    }
    try finishHeaderLine()
    return widths
  }

  private mutating func finishHeaderLine() throws(CircuitFileError) {
    scanner.skipBlanks()
    if !scanner.isAtEndOfLine { throw log.stop(at: scanner.offset, expected: "the end of the line") }
    scanner.skipBlankLines()
  }
}

// MARK: - Gates

extension BristolReader {
  private enum Operation { case xor, and, or, not, constant, copy, manyAnds }

  /// Reads the gate in the cursor's line, up to the end of the line at most; `false` after a fault.
  @inline(__always) private mutating func readGate(_ header: Header, _ netlist: inout Netlist) -> Bool {
    let start = scanner.offset
    guard let readCount = scanner.number(), let drivenCount = scanner.number() else {
      log.report(at: scanner.offset, expected: "a gate such as \"2 1 0 1 2 AND\"")
      return false
    }
    switch (readCount, drivenCount) {
    case (2, 1):
      guard let a = wire(header), let b = wire(header), let target = target(header, netlist) else { return false }
      switch operation() {
      case .xor: netlist.drive(target, bits: 0b0110, a, b, at: start)
      case .and, .manyAnds: netlist.drive(target, bits: 0b1000, a, b, at: start)
      case .or: netlist.drive(target, bits: 0b1110, a, b, at: start)
      case .not, .constant, .copy: return wrongCounts(start, "1 1", "2 1")
      case nil: return false
      }
    case (1, 1):
      scanner.skipBlanks()
      let operand = scanner.offset
      guard let a = anyNumber(), let target = target(header, netlist), let operation = operation() else { return false }
      if operation == .constant {
        guard a < 2 else {
          log.report(at: operand, expected: "the constant 0 or 1")
          return false
        }
        netlist.drive(target, constant: a == 1, at: start)
      } else if operation == .not || operation == .copy {
        guard a < header.wireCount else { return wrongWire(operand, header) }
        netlist.drive(target, bits: operation == .not ? 0b01 : 0b10, UInt32(a), at: start)
      } else {
        return wrongCounts(start, "2 1", "1 1")
      }
    default: return readManyAnds(readCount, drivenCount, start, header, &netlist)
    }
    return finishGate()
  }

  /// `2n n a1 ... an b1 ... bn c1 ... cn MAND`: each `ci` is `ai AND bi`.
  private mutating func readManyAnds(
    _ readCount: Int, _ drivenCount: Int, _ start: Int, _ header: Header, _ netlist: inout Netlist
  ) -> Bool {
    guard drivenCount > 0, readCount == 2 * drivenCount else {
      log.report(at: start, expected: "\"2 1\", \"1 1\" or \"2n n\"", found: "\"\(readCount) \(drivenCount)\"")
      return false
    }
    var read: [UInt32] = []
    while read.count < readCount {
      guard let wire = wire(header) else { return false }
      read.append(wire)
    }
    var targets: [UInt32] = []
    var seen: Set<UInt32> = []
    while targets.count < drivenCount {
      scanner.skipBlanks()
      let offset = scanner.offset
      guard let wire = target(header, netlist) else { return false }
      guard seen.insert(wire).inserted else {
        log.report(at: offset, expected: "a wire that nothing drives yet", found: "\"\(wire)\", driven in this line")
        return false
      }
      targets.append(wire)
    }
    guard let operation = operation() else { return false }
    guard operation == .manyAnds else {
      let isUnary = operation == .not || operation == .constant || operation == .copy
      return wrongCounts(start, isUnary ? "1 1" : "2 1", "\(readCount) \(drivenCount)")
    }
    for i in 0..<drivenCount {
      netlist.drive(targets[i], bits: 0b1000, read[i], read[drivenCount + i], at: start)
    }
    return finishGate()
  }

  @inline(__always) private mutating func finishGate() -> Bool {
    scanner.skipBlanks()
    if scanner.isAtEndOfLine { return true }
    log.report(at: scanner.offset, expected: "the end of the line")
    return true
  }

  private mutating func wrongCounts(_ start: Int, _ counts: String, _ found: String) -> Bool {
    log.report(at: start, expected: "\"\(counts)\" in front of this kind of gate", found: "\"\(found)\"")
    return false
  }

  private mutating func wrongWire(_ offset: Int, _ header: Header) -> Bool {
    log.report(at: offset, expected: "a wire below \(header.wireCount)")
    return false
  }

  private mutating func anyNumber() -> Int? {
    if let value = scanner.number() { return value }
    log.report(at: scanner.offset, expected: "a wire")
    return nil
  }

  @inline(__always) private mutating func wire(_ header: Header) -> UInt32? {
    if let value = scanner.number(below: header.wireCount) { return UInt32(truncatingIfNeeded: value) }
    _ = wrongWire(scanner.offset, header)
    return nil
  }

  @inline(__always) private mutating func target(_ header: Header, _ netlist: Netlist) -> UInt32? {
    guard let wire = wire(header) else { return nil }
    if !netlist.isDriven(wire) { return wire }
    let earlier = netlist.driverOffset(of: wire).map { "driven at \(log.reference($0))" } ?? "an input"
    var start = scanner.offset
    while start > 0, ByteScanner.isDigit(scanner.bytes[start - 1]) { start -= 1 }
    log.report(at: start, expected: "a wire that nothing drives yet", found: "\"\(wire)\", \(earlier)")
    return nil
  }

  @inline(__always) private mutating func operation() -> Operation? {
    guard let word = scanner.token() else {
      log.report(at: scanner.offset, expected: "the kind of the gate")
      return nil
    }
    if scanner.matches(word, "XOR") { return .xor }
    if scanner.matches(word, "AND") { return .and }
    if scanner.matches(word, "INV") || scanner.matches(word, "NOT") { return .not }
    if scanner.matches(word, "OR") { return .or }
    if scanner.matches(word, "EQW") { return .copy }
    if scanner.matches(word, "EQ") { return .constant }
    if scanner.matches(word, "MAND") { return .manyAnds }
    log.report(at: word.lowerBound, expected: "XOR, AND, INV, NOT, OR, EQ, EQW or MAND")
    return nil
  }

  /// Reports wires that are read, or are outputs, and have no driver; each once.
  private mutating func reportUndriven(_ header: Header, _ netlist: Netlist) {
    var reported: Set<UInt32> = []
    for gate in 0..<netlist.gateCount {
      for i in netlist.operandRange(gate) {
        let wire = netlist.operands[i]
        guard !netlist.isDriven(wire), reported.insert(wire).inserted else { continue }
        // Find the word in the gate's line, behind the two counts.
        var line = ByteScanner(log.bytes, at: netlist.driverOffset(of: netlist.targets[gate]) ?? 0)
        _ = line.number()
        _ = line.number()
        line.skipBlanks()
        var offset = line.offset
        while let value = line.number(), value != Int(wire) {
          line.skipBlanks()
          offset = line.offset
        }
        log.report(at: offset, expected: "a wire that something drives")
      }
    }
    for wire in header.wireCount - header.outputCount..<header.wireCount {
      guard !netlist.isDriven(UInt32(wire)), reported.insert(UInt32(wire)).inserted else { continue }
      log.report(
        at: log.bytes.count, expected: "a gate that drives the output wire \(wire)", found: "the end of the file")
    }
  }
}
