// One small change to a model or to the circuit that it is claimed to compute.
public import Circuits
public import Transformers

/// A model or a circuit with one thing changed.
public struct Mutant: Sendable, Hashable {
  /// The kinds of change, in the order of a table.
  public enum Kind: String, Sendable, Codable, CaseIterable {
    /// A weight is multiplied by or added to a number; the sizes range from 2^-20 to 100.
    case perturbedWeight = "weight perturbed"
    /// A weight that is not 0 changes its sign.
    case negatedWeight = "weight sign-flipped"
    /// A weight that is not 0 becomes 0.
    case zeroedWeight = "weight zeroed"
    /// Two rows of the token embedding change places.
    case swappedEmbeddingRows = "embedding rows swapped"
    /// Two rows of the position embedding change places.
    case swappedPositionRows = "position rows swapped"
    /// Two rows of the head change places.
    case swappedHeadRows = "head rows swapped"
    /// A bit of a gate's truth table is flipped; the weights stay.
    case flippedTableBit = "truth table bit flipped"
    /// An operand of a gate becomes another wire; the weights stay.
    case rewiredOperand = "operand rewired"

    /// Whether the circuit is changed and the weights stay.
    public var changesCircuit: Bool { self == .flippedTableBit || self == .rewiredOperand }
  }

  /// What is changed.
  public enum Change: Sendable, Hashable {
    /// Weight `element` of tensor `tensor` becomes `value`.
    case weight(tensor: Int, element: Int, value: Float)
    /// Rows `first` and `second` of tensor `tensor` change places.
    case rows(tensor: Int, first: Int, second: Int)
    /// Row `row` of the truth table of gate `gate` is flipped.
    case tableBit(gate: Int, row: Int)
    /// Operand `operand` of gate `gate` becomes wire `wire`.
    case operand(gate: Int, operand: Int, wire: Int)
  }

  /// The kind.
  public var kind: Kind
  /// What is changed.
  public var change: Change

  /// The given change.
  public init(_ kind: Kind, _ change: Change) {
    self.kind = kind
    self.change = change
  }

  /// The change in words, for a model of the given tensors.
  public func description(_ tensors: [ModelTensor]) -> String {
    switch change {
    case .weight(let tensor, let element, let value): "\(tensors[tensor].name(ofElement: element)) = \(value)"
    case .rows(let tensor, let first, let second): "rows \(first) and \(second) of \(tensors[tensor].name) swapped"
    case .tableBit(let gate, let row): "row \(row) of gate \(gate)'s truth table flipped"
    case .operand(let gate, let operand, let wire): "operand \(operand) of gate \(gate) = wire \(wire)"
    }
  }

  /// The mutant of `model`, whose tensors are `tensors`; the model itself where the circuit is what changes.
  public func applied(to model: Model, _ tensors: [ModelTensor]) -> Model {
    var mutated = model
    switch change {
    case .weight(let tensor, let element, let value): mutated[keyPath: tensors[tensor].elements][element] = value
    case .rows(let tensor, let first, let second):
      let width = tensors[tensor].columnCount
      var elements = model[keyPath: tensors[tensor].elements]
      for i in 0..<width { elements.swapAt(first * width + i, second * width + i) }
      mutated[keyPath: tensors[tensor].elements] = elements
    case .tableBit, .operand: break
    }
    return mutated
  }

  /// The mutant of `circuit`; the circuit itself where the model is what changes.
  public func applied(to circuit: Circuit) -> Circuit {
    var (tables, wideTables, operands) = (circuit.tables, circuit.wideTables, circuit.operands)
    switch change {
    case .weight, .rows: return circuit
    case .tableBit(let gate, let row):
      if circuit.fanIn(ofGate: gate) <= TruthTable.wordInputCount {
        tables[gate] ^= 1 << UInt64(row)
      } else {
        wideTables[Int(tables[gate]) + row >> 6] ^= 1 << UInt64(row & 63)
      }
    case .operand(let gate, let operand, let wire): operands[Int(circuit.offsets[gate]) + operand] = UInt32(wire)
    }
    return Circuit(
      inputCount: circuit.inputCount, tables: tables, wideTables: wideTables, offsets: circuit.offsets,
      operands: operands, outputs: circuit.outputs, names: circuit.names)
  }
}
