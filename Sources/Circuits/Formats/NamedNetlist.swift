// The netlist of a format whose signals have names (BLIF, bench): declarations, drivers, trees of gates, and the finish.

/// Signals by name, with what the file declares of them.
struct NamedNetlist {
  private(set) var netlist = Netlist()
  private(set) var names: NameTable
  /// By name: its signal; by signal: its name, or `-1` for a signal inside a tree of gates.
  private var signalOfName: [UInt32] = []
  private var nameOfSignal: [Int32] = []
  private var inputs: [UInt32] = []
  private(set) var outputs: [UInt32] = []
  /// Whether a definition was refused, so that missing drivers are no faults of their own.
  var hasLostDefinitions = false

  init(_ bytes: UnsafeRawBufferPointer) { names = NameTable(bytes) }

  /// The signal named by the bytes of `range`.
  mutating func signal(_ range: Range<Int>) -> UInt32 {
    let name = Int(names.number(range))
    if name == signalOfName.count {
      signalOfName.append(netlist.makeSignal())
      nameOfSignal.append(Int32(name))
    }
    return signalOfName[name]
  }

  /// The signal's name for a message.
  func quoted(_ signal: UInt32) -> String {
    let name = nameOfSignal[Int(signal)]
    return name < 0 ? "a gate" : names.quoted(UInt32(name))
  }

  mutating func declareInput(_ range: Range<Int>, _ log: inout FaultLog) {
    let signal = signal(range)
    guard canDrive(signal, range, &log) else { return }
    netlist.makeInput(signal, at: range.lowerBound)
    inputs.append(signal)
  }

  mutating func declareOutput(_ range: Range<Int>) { outputs.append(signal(range)) }

  /// Whether nothing drives `signal`, which the file drives at `range`; a fault otherwise.
  mutating func canDrive(_ signal: UInt32, _ range: Range<Int>, _ log: inout FaultLog) -> Bool {
    guard netlist.isDriven(signal) else { return true }
    let earlier = log.reference(netlist.driverOffset(of: signal) ?? 0)
    let name = quoted(signal)
    log.report(
      at: range.lowerBound, expected: "a signal that nothing drives yet", found: "\(name), driven at \(earlier)")
    return false
  }

  /// Drives `signal` by a gate that computes `table`.
  mutating func drive(_ signal: UInt32, table: TruthTable, _ operands: some Collection<UInt32>, at offset: Int) {
    netlist.drive(signal, table: table, operands, at: offset)
  }

  /// Drives `signal` by a gate of at most six operands.
  mutating func drive(_ signal: UInt32, bits: UInt64, _ operands: some Collection<UInt32>, at offset: Int) {
    netlist.drive(signal, bits: bits, operands, at: offset)
  }
}

// MARK: - Trees

extension NamedNetlist {
  enum Operation {
    case and, or, xor

    /// The truth table on one to six literals, complements folded in.
    func bits(_ literals: ArraySlice<UInt32>) -> UInt64 {
      var result: UInt64 = self == .and ? .max : 0
      for (j, literal) in literals.enumerated() {
        let pattern = TruthTable.pattern(ofInput: j)
        let operand = literal & 1 == 0 ? pattern : ~pattern
        switch self {
        case .and: result &= operand
        case .or: result |= operand
        case .xor: result ^= operand
        }
      }
      return result & TruthTable.mask(literals.count)
    }
  }

  /// A literal of a signal: twice its number, and one more for the complement.
  static func literal(_ signal: UInt32, complemented: Bool = false) -> UInt32 { signal << 1 | (complemented ? 1 : 0) }

  /// Drives `target` by one gate over at least one literal, or by a tree of gates where there are more than six; `complemented` inverts the
  /// last.
  mutating func drive(
    _ target: UInt32, _ operation: Operation, _ literals: [UInt32], complemented: Bool, at offset: Int
  ) {
    let last = reduce(operation, literals, to: TruthTable.wordInputCount, at: offset)
    let bits = operation.bits(last[...])
    netlist.drive(
      target, bits: complemented ? ~bits & TruthTable.mask(last.count) : bits, last.map { $0 >> 1 }, at: offset)
  }

  /// Combines literals, six by six and in turn, until `count` at most are left: as few gates as there can be, in a tree of least depth.
  /// Those that stand for several come first, so that the order of the file is kept where only the first ones are combined.
  mutating func reduce(_ operation: Operation, _ literals: [UInt32], to count: Int, at offset: Int) -> [UInt32] {
    var queue = literals
    var first = 0
    while queue.count - first > count {
      let group = queue[first..<first + min(TruthTable.wordInputCount, queue.count - first - count + 1)]
      first += group.count
      queue.append(netlist.gate(bits: operation.bits(group), group.map { $0 >> 1 }, at: offset) << 1)
      nameOfSignal.append(-1)
    }
    let given = min(first, literals.count)..<literals.count
    return Array(queue[max(first, literals.count)...]) + queue[given]
  }
}

// MARK: - Finish

extension NamedNetlist {
  /// Drives the signals called `word`, where there is one without a driver, by a constant.
  mutating func driveByConstant(_ word: StaticString, _ value: Bool) {
    for name in 0..<names.count where names.matches(UInt32(name), word) && !netlist.isDriven(signalOfName[name]) {
      netlist.drive(signalOfName[name], constant: value, at: names.offset(UInt32(name)))
    }
  }

  /// The circuit, once all lines are read; reports signals without a driver, and cycles.
  func circuit(called name: String, _ log: inout FaultLog) throws(CircuitFileError) -> Circuit {
    if !hasLostDefinitions {
      for name in 0..<names.count where !netlist.isDriven(signalOfName[name]) {
        log.report(
          at: names.offset(UInt32(name)), expected: "a signal that something drives",
          found: names.quoted(UInt32(name)))
      }
    }
    try log.check()
    let ordered: OrderedNetlist
    switch netlist.order() {
    case .fileOrder: ordered = OrderedNetlist(netlist, order: nil)
    case .sorted(let order): ordered = OrderedNetlist(netlist, order: order)
    case .cyclic(let cycles, let count):
      Netlist.report(cycles.map(withoutInnerSignals), count: count, to: &log, of: netlist, name: quoted)
      throw log.error
    }
    var result = Circuit.Names()
    result.circuit = name
    result.inputs = inputs.map(name(of:))
    result.outputs = outputs.map(name(of:))
    for gate in 0..<netlist.gateCount {
      let signal = netlist.targets[gate]
      if nameOfSignal[Int(signal)] >= 0 { result.wires[ordered.wire(of: signal).rawValue] = self.name(of: signal) }
    }
    return ordered.circuit(outputs: outputs.map { Literal(ordered.wire(of: $0)) }, names: result)
  }

  private func name(of signal: UInt32) -> String { names[UInt32(nameOfSignal[Int(signal)])] }

  /// A cycle without the signals inside trees; every cycle has a named signal, the root of a tree at least.
  private func withoutInnerSignals(_ cycle: [UInt32]) -> [UInt32] {
    cycle.filter { nameOfSignal[Int($0)] >= 0 }
  }
}
