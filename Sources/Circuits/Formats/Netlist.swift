// What a file defines before it stands in topological order: signals, their drivers, and gates in file order.

/// Gates over numbered signals in any order, with one driver a signal; `order()` sorts them without recursion.
struct Netlist {
  /// Signals below this are inputs without storage (Bristol's first wires).
  let implicitInputCount: Int
  private(set) var inputCount: Int
  /// By signal, less `implicitInputCount`: the gate that drives it, or `-1`: nothing, or `-2 - i`: input `i`.
  private var driver: [Int32]
  /// By signal, less `implicitInputCount`: where in the file it gets its driver.
  private var driverOffset: [UInt32]

  /// By gate: truth table, operand range and operand signals, as in `Circuit`.
  private(set) var tables: [UInt64] = []
  private(set) var wideTables: [UInt64] = []
  private(set) var offsets: [UInt32] = [0]
  private(set) var operands: [UInt32] = []
  /// By gate: the signal that it drives.
  private(set) var targets: [UInt32] = []

  init(implicitInputCount: Int = 0, signalCount: Int = 0) {
    self.implicitInputCount = implicitInputCount
    inputCount = implicitInputCount
    let stored = max(0, signalCount - implicitInputCount)
    driver = Array(repeating: -1, count: stored)
    driverOffset = Array(repeating: 0, count: stored)
  }

  var gateCount: Int { tables.count }
  var signalCount: Int { implicitInputCount + driver.count }

  mutating func reserveCapacity(gates: Int) {
    tables.reserveCapacity(gates)
    offsets.reserveCapacity(gates + 1)
    operands.reserveCapacity(2 * gates)
    targets.reserveCapacity(gates)
  }

  /// A new signal without a driver.
  mutating func makeSignal() -> UInt32 {
    driver.append(-1)
    driverOffset.append(0)
    return UInt32(truncatingIfNeeded: signalCount - 1)
  }

  @inline(__always) func isDriven(_ signal: UInt32) -> Bool {
    Int(signal) < implicitInputCount || driver[Int(signal) - implicitInputCount] != -1
  }

  /// Where in the file `signal` got its driver, or `nil` for an input without a place.
  func driverOffset(of signal: UInt32) -> Int? {
    Int(signal) < implicitInputCount ? nil : Int(driverOffset[Int(signal) - implicitInputCount])
  }

  /// Makes `signal`, which has no driver, the next input.
  mutating func makeInput(_ signal: UInt32, at offset: Int) {
    driver[Int(signal) - implicitInputCount] = -2 - Int32(inputCount)
    driverOffset[Int(signal) - implicitInputCount] = UInt32(truncatingIfNeeded: offset)
    inputCount += 1
  }

  /// Adds a gate without operands.
  @inline(__always) mutating func drive(_ signal: UInt32, constant: Bool, at offset: Int) {
    finishGate(signal, constant ? 1 : 0, offset)
  }

  /// Adds a gate with one operand.
  @inline(__always) mutating func drive(_ signal: UInt32, bits: UInt64, _ a: UInt32, at offset: Int) {
    operands.append(a)
    finishGate(signal, bits, offset)
  }

  /// Adds a gate with two operands.
  @inline(__always) mutating func drive(_ signal: UInt32, bits: UInt64, _ a: UInt32, _ b: UInt32, at offset: Int) {
    operands.append(a)
    operands.append(b)
    finishGate(signal, bits, offset)
  }

  /// Adds a gate with up to six operands.
  mutating func drive(_ signal: UInt32, bits: UInt64, _ list: some Collection<UInt32>, at offset: Int) {
    operands.append(contentsOf: list)
    finishGate(signal, bits, offset)
  }

  /// Adds a gate that computes `table`.
  mutating func drive(_ signal: UInt32, table: TruthTable, _ list: some Collection<UInt32>, at offset: Int) {
    operands.append(contentsOf: list)
    finishGate(signal, wideTables.place(table), offset)
  }

  /// A new signal driven by a gate with up to six operands.
  mutating func gate(bits: UInt64, _ list: some Collection<UInt32>, at offset: Int) -> UInt32 {
    let signal = makeSignal()
    drive(signal, bits: bits, list, at: offset)
    return signal
  }

  @inline(__always) private mutating func finishGate(_ signal: UInt32, _ bits: UInt64, _ offset: Int) {
    driver[Int(signal) - implicitInputCount] = Int32(truncatingIfNeeded: tables.count)
    driverOffset[Int(signal) - implicitInputCount] = UInt32(truncatingIfNeeded: offset)
    tables.append(bits)
    offsets.append(UInt32(truncatingIfNeeded: operands.count))
    targets.append(signal)
  }

  /// Where the operands of gate `g` stand in `operands`.
  func operandRange(_ g: Int) -> Range<Int> { Int(offsets[g])..<Int(offsets[g + 1]) }

  /// The gate that drives `signal`, or a negative number for inputs and signals without a driver.
  @inline(__always) private func gateDriving(_ signal: UInt32) -> Int {
    Int(signal) < implicitInputCount ? -2 : Int(driver[Int(signal) - implicitInputCount])
  }
}

extension Netlist {
  /// The gates in topological order, in file order as far as possible, or cycles: the signals along the first of them, every one
  /// reading the next and the last the first, and how many there are.
  enum Order {
    case fileOrder
    case sorted([UInt32])
    case cyclic([[UInt32]], count: Int)
  }

  /// Sorts the gates by depth-first search with its own stack, in linear time.
  func order() -> Order {
    if isInOrder { return .fileOrder }
    var order: [UInt32] = []
    order.reserveCapacity(gateCount)
    var cycles: [[UInt32]] = []
    var cycleCount = 0
    var state = [UInt8](repeating: 0, count: gateCount)  // 0 not seen, 1 on the stack, 2 done
    var stack: [(gate: UInt32, next: UInt32)] = []
    for root in 0..<gateCount where state[root] == 0 {
      stack.append((UInt32(root), offsets[root]))
      state[root] = 1
      while let top = stack.last {
        let gate = Int(top.gate)
        if top.next == offsets[gate + 1] {
          state[gate] = 2
          order.append(top.gate)
          stack.removeLast()
          continue
        }
        stack[stack.count - 1].next += 1
        let driver = gateDriving(operands[Int(top.next)])
        guard driver >= 0 else { continue }
        if state[driver] == 0 {
          state[driver] = 1
          stack.append((UInt32(driver), offsets[driver]))
        } else if state[driver] == 1 {
          // A gate that reads a signal twice closes one cycle, not two.
          let earlier = operands[Int(offsets[gate])..<Int(top.next)]
          if earlier.contains(operands[Int(top.next)]) { continue }
          cycleCount += 1
          guard cycleCount <= CircuitFileError.maximumKeptFaults else { continue }
          let start = stack.lastIndex { Int($0.gate) == driver } ?? 0
          cycles.append(stack[start...].map { targets[Int($0.gate)] })
        }
      }
    }
    return cycles.isEmpty ? .sorted(order) : .cyclic(cycles, count: cycleCount)
  }

  private var isInOrder: Bool {
    for g in 0..<gateCount {
      for i in operandRange(g) where gateDriving(operands[i]) >= g { return false }
    }
    return true
  }

  /// Reports each cycle in a line with the names along it, and counts the others.
  static func report(
    _ cycles: [[UInt32]], count: Int, to log: inout FaultLog, of netlist: Netlist, name: (UInt32) -> String
  ) {
    for cycle in cycles {
      log.report(
        at: netlist.driverOffset(of: cycle[0]) ?? 0, expected: "no cycle",
        found: {
          let names = cycle.prefix(8).map(name) + (cycle.count > 8 ? ["... (\(cycle.count) signals)"] : [])
          return (names + [name(cycle[0])]).joined(separator: " <- ")
        }())
    }
    log.countFurther(count - cycles.count)
  }
}

/// The gates of a netlist, numbered as a circuit's wires.
struct OrderedNetlist {
  private let netlist: Netlist
  private let order: [UInt32]?
  /// By gate of the netlist: its place in the order; `nil` where that is the gate itself.
  private let place: [UInt32]?
  private var tables: [UInt64]
  private var wideTables: [UInt64] = []
  private var offsets: [UInt32]
  private var operands: [UInt32]

  /// `order` is a topological order of the gates, `nil` for file order; every operand has a driver.
  init(_ netlist: Netlist, order: [UInt32]?) {
    self.netlist = netlist
    self.order = order
    if let order {
      var place = [UInt32](repeating: 0, count: netlist.gateCount)
      for i in 0..<order.count { place[Int(order[i])] = UInt32(i) }
      self.place = place
      tables = []
      tables.reserveCapacity(order.count)
      offsets = [0]
      offsets.reserveCapacity(order.count + 1)
      operands = []
      operands.reserveCapacity(netlist.operands.count)
      for gate in order {
        let range = netlist.operandRange(Int(gate))
        tables.append(netlist.tables[Int(gate)])
        if range.count > TruthTable.wordInputCount {
          let start = Int(tables[tables.count - 1])
          tables[tables.count - 1] = UInt64(wideTables.count)
          wideTables += netlist.wideTables[start..<start + TruthTable.wordCount(range.count)]
        }
        for i in range {
          operands.append(netlist.wire(of: netlist.operands[i], place: place))
        }
        offsets.append(UInt32(operands.count))
      }
    } else {
      place = nil
      tables = netlist.tables
      wideTables = netlist.wideTables
      offsets = netlist.offsets
      operands = netlist.operands
      for i in 0..<operands.count { operands[i] = netlist.wire(of: operands[i], place: nil) }
    }
  }

  /// The circuit's wire for a driven signal.
  func wire(of signal: UInt32) -> Wire { Wire(rawValue: netlist.wire(of: signal, place: place)) }

  /// A constant gate at the end, and its wire.
  mutating func appendConstant(_ value: Bool) -> Wire {
    tables.append(value ? 1 : 0)
    offsets.append(UInt32(operands.count))
    return Wire(rawValue: UInt32(netlist.inputCount + tables.count - 1))
  }

  /// The finished circuit.
  func circuit(outputs: [Literal], names: Circuit.Names) -> Circuit {
    Circuit(
      inputCount: netlist.inputCount, tables: tables, wideTables: wideTables, offsets: offsets, operands: operands,
      outputs: outputs, names: names)
  }
}

extension Netlist {
  @inline(__always) fileprivate func wire(of signal: UInt32, place: [UInt32]?) -> UInt32 {
    if Int(signal) < implicitInputCount { return signal }
    let driver = driver[Int(signal) - implicitInputCount]
    if driver < 0 { return UInt32(truncatingIfNeeded: -2 - driver) }
    let gate = place.map { $0[Int(driver)] } ?? UInt32(truncatingIfNeeded: driver)
    return UInt32(truncatingIfNeeded: inputCount) + gate
  }
}
