// Reads AIGER 1.9, ASCII and binary (Biere, Heljanko, Wieringa: "AIGER 1.9 and beyond", 2011).

/// Reads a combinational AIGER file: each AND gate becomes one gate whose truth table contains the complements of its operands.
///
/// Of the 1.9 fields, bad states (B) and invariant constraints (C) are literals over the same gates and become further outputs after
/// the O outputs, named `bad<i>` and `constraint<i>` where the symbol table names none. Latches, justice properties (J)
/// and fairness constraints (F) speak of sequences of states and are refused.
struct AIGERReader {
  private var scanner: ByteScanner
  private var log: FaultLog
  /// Whether a line that defines a literal was refused, so that missing definitions are no faults of their own.
  private var hasLostDefinitions = false

  init(_ log: FaultLog) {
    self.log = log
    scanner = ByteScanner(log.bytes)
  }

  mutating func read() throws(CircuitFileError) -> Circuit {
    let header = try AIGERHeader(&scanner, &log)
    return log.error.format == .aigerBinary ? try readBinary(header) : try readASCII(header)
  }

  /// The bits of an AND of two literals over their variables, complements folded in.
  @inline(__always) static func andBits(_ a: Int, _ b: Int) -> UInt64 {
    (a & 1 == 0 ? 0b1010 : 0b0101) & (b & 1 == 0 ? 0b1100 : 0b0011)
  }

  /// Reports what stands before the end of a line that should be over, and goes to the next line.
  @inline(__always) private mutating func finishLine() {
    scanner.skipBlanks()
    if !scanner.isAtEndOfLine { log.report(at: scanner.offset, expected: "the end of the line") }
    scanner.skipLine()
  }

  /// The next literal of at most `2M + 1`; a fault and `nil` otherwise.
  @inline(__always) private mutating func literal(_ header: AIGERHeader, _ what: String) -> Int? {
    scanner.skipBlanks()
    let offset = scanner.offset
    let maximum = 2 * header.maximumVariable + 1
    if let literal = scanner.number(), literal <= maximum { return literal }
    log.report(at: offset, expected: "\(what) of at most \(maximum)")
    return nil
  }

  /// Whether the file goes on; a fault otherwise.
  private mutating func hasLine(_ missing: Int, _ what: String) throws(CircuitFileError) {
    guard scanner.isAtEndOfFile else { return }
    throw log.stop(at: scanner.offset, expected: "\(missing) more \(what)\(missing == 1 ? "" : "s")")
  }

  /// The literals of outputs, bad states and constraints, one a line, with their offsets.
  private mutating func readOuts(_ header: AIGERHeader) throws(CircuitFileError) -> [(literal: Int, offset: Int)] {
    var literals: [(Int, Int)] = []
    literals.reserveCapacity(header.readOutCount)
    for i in 0..<header.readOutCount {
      try hasLine(header.readOutCount - i, "output")
      scanner.skipBlanks()
      let offset = scanner.offset
      if let literal = literal(header, "a literal") {
        literals.append((literal, offset))
        finishLine()
      } else {
        scanner.skipLine()
      }
    }
    return literals
  }
}

// MARK: - Binary

extension AIGERReader {
  private mutating func readBinary(_ header: AIGERHeader) throws(CircuitFileError) -> Circuit {
    let outputs = try readOuts(header)
    log.binaryStart = scanner.offset
    var tables: [UInt64] = []
    var offsets: [UInt32] = [0]
    var operands: [UInt32] = []
    tables.reserveCapacity(header.andCount)
    offsets.reserveCapacity(header.andCount + 1)
    operands.reserveCapacity(2 * header.andCount)
    for gate in 0..<header.andCount {
      let left = 2 * (header.inputCount + gate + 1)
      let first = left - (try delta(1...left, "0 <", left, header.andCount - gate))
      let second = first - (try delta(0...first, "0 <=", first, header.andCount - gate))
      let bits: UInt64
      switch (first, second) {
      case (2..., 2...):
        operands.append(UInt32(truncatingIfNeeded: first >> 1 - 1))
        operands.append(UInt32(truncatingIfNeeded: second >> 1 - 1))
        bits = AIGERReader.andBits(first, second)
      case (2..., 1):
        operands.append(UInt32(truncatingIfNeeded: first >> 1 - 1))
        bits = first & 1 == 0 ? 0b10 : 0b01
      default:
        bits = first & second & 1 == 1 ? 1 : 0  // both operands constant, or one of them false
      }
      tables.append(bits)
      offsets.append(UInt32(truncatingIfNeeded: operands.count))
    }
    let symbols = AIGERSymbols(&scanner, header, &log)
    try log.check()

    var constants: [Wire?] = [nil, nil]
    let literals = outputs.map { output in
      if output.literal > 1 { return Literal(Wire(output.literal >> 1 - 1), complemented: output.literal & 1 == 1) }
      let wire = constants[output.literal] ?? Wire(header.inputCount + tables.count)
      if constants[output.literal] == nil {
        constants[output.literal] = wire
        tables.append(UInt64(output.literal))
        offsets.append(UInt32(truncatingIfNeeded: operands.count))
      }
      return Literal(wire)
    }
    return Circuit(
      inputCount: header.inputCount, tables: tables, offsets: offsets, operands: operands, outputs: literals,
      names: symbols.names(header))
  }

  /// The next delta, seven bits a byte, the low ones first; it lies in `range`.
  @inline(__always) private mutating func delta(
    _ range: ClosedRange<Int>, _ relation: StaticString, _ limit: Int, _ missing: Int
  ) throws(CircuitFileError) -> Int {
    let start = scanner.offset
    var value = 0
    var shift = 0
    while let byte = scanner.next {
      scanner.offset += 1
      value |= Int(byte & 0x7F) << shift
      if byte & 0x80 == 0 {
        if range.contains(value) { return value }
        throw log.stop(at: start, expected: "a delta d with \(relation) d <= \(limit)", found: "\(value)")
      }
      shift += 7
      if shift >= 35 { throw log.stop(at: start, expected: "a delta of at most 5 bytes", found: "a longer one") }
    }
    throw log.stop(
      at: scanner.offset, expected: "\(missing) more AND \(missing == 1 ? "gate" : "gates")",
      found: "the end of the file")
  }
}

// MARK: - ASCII

extension AIGERReader {
  private mutating func readASCII(_ header: AIGERHeader) throws(CircuitFileError) -> Circuit {
    var netlist = Netlist(signalCount: header.maximumVariable + 1)
    netlist.reserveCapacity(gates: header.andCount)
    for i in 0..<header.inputCount {
      try hasLine(header.inputCount - i, "input")
      guard let (variable, offset) = definedVariable(header, netlist, "an input literal") else { continue }
      netlist.makeInput(UInt32(variable), at: offset)
      finishLine()
    }
    let outputs = try readOuts(header)
    for i in 0..<header.andCount {
      try hasLine(header.andCount - i, "AND gate")
      guard let (variable, offset) = definedVariable(header, netlist, "the literal of an AND gate") else { continue }
      guard let a = literal(header, "an operand literal"), let b = literal(header, "an operand literal") else {
        hasLostDefinitions = true
        scanner.skipLine()
        continue
      }
      finishLine()
      drive(UInt32(variable), a, b, &netlist, offset)
    }
    let symbols = AIGERSymbols(&scanner, header, &log)
    if !hasLostDefinitions { reportUndefined(netlist, outputs) }
    try log.check()

    var ordered: OrderedNetlist
    switch netlist.order() {
    case .fileOrder: ordered = OrderedNetlist(netlist, order: nil)
    case .sorted(let order): ordered = OrderedNetlist(netlist, order: order)
    case .cyclic(let cycles, let count):
      Netlist.report(cycles, count: count, to: &log, of: netlist) { "\(2 * $0)" }
      throw log.error
    }
    var constants: [Wire?] = [nil, nil]
    let literals = outputs.map { output in
      if output.literal > 1 {
        return Literal(ordered.wire(of: UInt32(output.literal >> 1)), complemented: output.literal & 1 == 1)
      }
      let wire = constants[output.literal] ?? ordered.appendConstant(output.literal == 1)
      constants[output.literal] = wire
      return Literal(wire)
    }
    return ordered.circuit(outputs: literals, names: symbols.names(header))
  }

  /// The variable of a literal that an input or gate defines, and its offset; a fault and the next line otherwise.
  @inline(__always) private mutating func definedVariable(
    _ header: AIGERHeader, _ netlist: Netlist, _ what: String
  ) -> (variable: Int, offset: Int)? {
    scanner.skipBlanks()
    let offset = scanner.offset
    guard let literal = literal(header, what) else {
      hasLostDefinitions = true
      scanner.skipLine()
      return nil
    }
    if literal < 2 || literal & 1 == 1 || netlist.isDriven(UInt32(literal >> 1)) {
      hasLostDefinitions = true
      if literal & 1 == 1 {
        log.report(at: offset, expected: "an even literal", found: "\"\(literal)\"")
      } else if literal == 0 {
        log.report(at: offset, expected: what, found: "the constant \"0\"")
      } else {
        let earlier = log.reference(netlist.driverOffset(of: UInt32(literal >> 1)) ?? 0)
        log.report(
          at: offset, expected: "a literal that is not defined yet", found: "\"\(literal)\", defined at \(earlier)")
      }
      scanner.skipLine()
      return nil
    }
    return (literal >> 1, offset)
  }

  /// Adds the AND of `a` and `b`, constants folded.
  @inline(__always) private func drive(_ target: UInt32, _ a: Int, _ b: Int, _ netlist: inout Netlist, _ offset: Int) {
    if a > 1, b > 1 {
      let bits = AIGERReader.andBits(a, b)
      netlist.drive(target, bits: bits, UInt32(a >> 1), UInt32(b >> 1), at: offset)
    } else if a == 0 || b == 0 {
      netlist.drive(target, constant: false, at: offset)
    } else if a == 1, b == 1 {
      netlist.drive(target, constant: true, at: offset)
    } else {
      let literal = max(a, b)
      netlist.drive(target, bits: literal & 1 == 0 ? 0b10 : 0b01, UInt32(literal >> 1), at: offset)
    }
  }

  /// Reports operands and outputs that nothing defines, each variable once.
  private mutating func reportUndefined(_ netlist: Netlist, _ outputs: [(literal: Int, offset: Int)]) {
    var reported: Set<UInt32> = []
    for output in outputs where output.literal > 1 {
      let variable = UInt32(output.literal >> 1)
      if !netlist.isDriven(variable), reported.insert(variable).inserted {
        log.report(at: output.offset, expected: "a literal that an input or gate defines")
      }
    }
    for gate in 0..<netlist.gateCount {
      for i in netlist.operandRange(gate) {
        let variable = netlist.operands[i]
        guard !netlist.isDriven(variable), reported.insert(variable).inserted else { continue }
        // Find the word on the gate's line: the second or third.
        var line = ByteScanner(log.bytes, at: netlist.driverOffset(of: netlist.targets[gate]) ?? 0)
        _ = line.token()
        var word = line.token() ?? line.offset..<line.offset
        var first = ByteScanner(log.bytes, at: word.lowerBound)
        if first.number().map({ $0 >> 1 }) != Int(variable) { word = line.token() ?? word }
        log.report(at: word.lowerBound, expected: "a literal that an input or gate defines")
      }
    }
  }
}
