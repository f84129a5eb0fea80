// Makes circuits gate by gate, exactly as told: no simplification (LogicBuilder simplifies).

/// Appends gates to a circuit in topological order.
///
///     var builder = CircuitBuilder(inputCount: 2)
///     let sum = builder.gate(.xor, builder.input(0), builder.input(1))
///     let circuit = builder.circuit(outputs: [Literal(sum)])
public struct CircuitBuilder: Sendable {
  /// The number of inputs.
  public let inputCount: Int
  /// Names that the finished circuit gets.
  public var names = Circuit.Names()

  @usableFromInline var tables: [UInt64] = []
  @usableFromInline var wideTables: [UInt64] = []
  @usableFromInline var offsets: [UInt32] = [0]
  @usableFromInline var operands: [UInt32] = []

  /// A builder of circuits with `inputCount` inputs.
  public init(inputCount: Int) {
    precondition(inputCount >= 0 && inputCount < 1 << 31, "the number of inputs lies in 0 ..< 2^31")
    self.inputCount = inputCount
  }

  /// The number of wires so far; the next gate drives the wire of this number.
  @inlinable public var wireCount: Int { inputCount + tables.count }

  /// The wire of input `i`.
  @inlinable public func input(_ i: Int) -> Wire {
    precondition(i >= 0 && i < inputCount, "the input exists")
    return Wire(i)
  }

  /// Makes room for `gates` more gates with `operandCount` operands in all.
  public mutating func reserveCapacity(gates: Int, operands operandCount: Int) {
    tables.reserveCapacity(tables.count + gates)
    offsets.reserveCapacity(offsets.count + gates)
    operands.reserveCapacity(operands.count + operandCount)
  }

  /// Appends a gate that computes `table` of `operands` (wires that exist already) and returns the wire it drives.
  @inlinable @discardableResult
  public mutating func gate(_ table: TruthTable, _ operands: Wire...) -> Wire {
    gate(table, operands)
  }

  /// Appends a gate that computes `table` of `operands` (wires that exist already) and returns the wire it drives.
  @inlinable @discardableResult
  public mutating func gate(_ table: TruthTable, _ operands: some Collection<Wire>) -> Wire {
    precondition(operands.count == table.inputCount, "a gate has one operand for each input of its table")
    let wire = Wire(wireCount)
    for operand in operands {
      precondition(operand < wire, "a gate reads only wires that exist already")
      self.operands.append(operand.rawValue)
    }
    tables.append(wideTables.place(table))
    offsets.append(UInt32(self.operands.count))
    return wire
  }

  /// Appends a two-input gate without building an array.
  @inlinable @discardableResult
  public mutating func gate(bits: UInt64, _ a: Wire, _ b: Wire) -> Wire {
    let wire = Wire(wireCount)
    precondition(a < wire && b < wire, "a gate reads only wires that exist already")
    operands.append(a.rawValue)
    operands.append(b.rawValue)
    tables.append(bits & 0b1111)
    offsets.append(UInt32(operands.count))
    return wire
  }

  /// The finished circuit.
  public func circuit(outputs: [Literal]) -> Circuit {
    for output in outputs { precondition(output.wire.index < wireCount, "outputs read existing wires") }
    return Circuit(
      inputCount: inputCount, tables: tables, wideTables: wideTables, offsets: offsets, operands: operands,
      outputs: outputs, names: names)
  }
}
