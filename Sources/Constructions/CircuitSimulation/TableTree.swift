// Several levels of lookup tables in one token: what a transformer of as many layers computes between two tokens.
public import Circuits

/// A full tree of lookup tables: k^D leaves that heads fetch, and on level l = 1 ... D the k^(D - l) tables that layer l looks up, the last one being
/// the token's value.
public struct TableTree: Sendable, Equatable {
  /// The wire that each leaf is, or `nil` where nothing reads the leaf.
  public let leaves: [Int?]
  /// By level and place: the table of k inputs, which are the values of places k j ... k j + k - 1 of the level below.
  public let tables: [[TruthTable]]

  /// The value at the root where leaf i has the value `values[i]`.
  public func value(_ values: [Bool]) -> Bool {
    var level = values
    for tables in tables {
      let k = tables[0].inputCount
      level = tables.enumerated().map { j, table in
        table[(0..<k).reduce(0) { $0 | (level[k * j + $1] ? 1 << $1 : 0) }]
      }
    }
    return level[0]
  }
}

/// A circuit as a chain of such trees, a token each: with D levels a token does the work of up to D levels of gates.
///
/// Gates that only gates of their own tree read have no token; where several trees read them, each computes them again. So chains are
/// shorter by what the layers do, and never longer than with one level, but for constant outputs, which cost a token here.
public struct TreeChain: Sendable, Equatable {
  /// The number of inputs of a table, k.
  public let tableInputs: Int
  /// The number of levels, D.
  public let levelCount: Int
  /// One gate a tree, over the different wires among its leaves: what the tokens say, as a circuit.
  public let circuit: Circuit
  /// One tree a gate of `circuit`.
  public let trees: [TableTree]

  /// The largest number of leaves, which is that of heads.
  public static let maximumLeafCount = LlamaCircuitLayout.maximumFanIn

  /// Whether trees of these sizes are possible.
  public static func isPossible(tableInputs k: Int, levels: Int) -> Bool {
    guard k >= 2, levels >= 1 else { return false }
    var leaves = 1
    for _ in 0..<levels {
      leaves *= k
      if leaves > maximumLeafCount { return false }
    }
    return true
  }

  /// The chain of `circuit`, whose gates have at most `tableInputs` operands.
  ///
  /// Gates are taken from the outputs on: a tree grows downwards through gates that have no token yet, until it has `levels` levels; what it
  /// then reads gets a token. The shortest chain is taken of those that let trees end anywhere or at every D-th level of the circuit alone. Linear in
  /// the number of gates times the size of a tree.
  ///
  /// - Parameters:
  ///   - circuit: the gates; constants, inverters and buffers are folded away first.
  ///   - k: the most inputs of a table, at least the most operands of a gate.
  ///   - levels: D; k^D is at most 12.
  public init(_ circuit: Circuit, tableInputs k: Int, levels: Int) {
    precondition(TreeChain.isPossible(tableInputs: k, levels: levels), "trees have at most 12 leaves")
    let source = circuit.simplified().circuit
    precondition(source.maximumFanIn <= k, "a gate has at most as many operands as a table has inputs")
    self.init(source, tableInputs: k, levels: levels, offset: nil)
    for offset in 0..<levels {
      let other = TreeChain(source, tableInputs: k, levels: levels, offset: offset)
      if other.trees.count < trees.count { self = other }
    }
  }

  /// The chain whose trees end at levels of the circuit that are `offset` more than a multiple of D, or anywhere.
  private init(_ source: Circuit, tableInputs k: Int, levels: Int, offset: Int?) {
    let n = source.inputCount
    let levelOfWire = source.levels()
    var hasToken = [Bool](repeating: false, count: source.wireCount)
    for output in source.outputs where !source.isInput(output.wire) { hasToken[output.wire.index] = true }
    var shapes: [Int: TreeShape] = [:]
    for wire in stride(from: source.wireCount - 1, through: n, by: -1) where hasToken[wire] {
      // The greatest level of this kind below the gate, at most D below it.
      let end = offset.map { offset in
        let steps = (levelOfWire[wire] - 1 - offset + levels) / levels - 1
        return offset + steps * levels
      }
      var shape = TreeShape(k, levels) { wire in end.map { levelOfWire[wire] > $0 } ?? true }
      shape.grow(source, root: wire, hasToken: hasToken)
      for leaf in shape.leaves { if let leaf, leaf >= n { hasToken[leaf] = true } }
      shapes[wire] = shape
    }
    var builder = CircuitBuilder(inputCount: n)
    builder.names = source.names
    builder.names.wires = [:]
    /// Where the values of the source's wires are in the new circuit.
    var place = (0..<source.wireCount).map { $0 < n ? $0 : -1 }
    var trees: [TableTree] = []
    for wire in n..<source.wireCount {
      guard let shape = shapes[wire] else { continue }
      let tree = TableTree(leaves: shape.leaves.map { $0.map { place[$0] } }, tables: shape.tables)
      var distinct: [Int] = []
      for leaf in tree.leaves { if let leaf, !distinct.contains(leaf) { distinct.append(leaf) } }
      let slots = tree.leaves.map { leaf in leaf.flatMap { distinct.firstIndex(of: $0) } }
      let table = TruthTable(
        inputCount: distinct.count, rows: { row in tree.value(slots.map { $0.map { row >> $0 & 1 != 0 } ?? false }) })
      place[wire] = builder.gate(table, distinct.map { Wire($0) }).index
      trees.append(tree)
    }
    self.circuit = builder.circuit(
      outputs: source.outputs.map { Literal(Wire(place[$0.wire.index]), complemented: $0.isComplemented) })
    self.trees = trees
    tableInputs = k
    levelCount = levels
  }

  /// Every gate has a token, also one that the tables make constant.
  public static var options: CircuitChain.Options {
    var options = CircuitChain.Options()
    options.foldsInverters = false
    return options
  }
}

/// A tree while it grows.
private struct TreeShape {
  let k: Int
  /// Whether a gate may be within the tree.
  let mayHold: (Int) -> Bool
  var leaves: [Int?]
  var tables: [[TruthTable]]

  init(_ k: Int, _ levels: Int, mayHold: @escaping (Int) -> Bool) {
    self.k = k
    self.mayHold = mayHold
    var count = 1
    var tables: [[TruthTable]] = []
    let idle = TruthTable(inputCount: k, rows: { _ in false })
    for _ in 0..<levels {
      tables.insert([TruthTable](repeating: idle, count: count), at: 0)
      count *= k
    }
    self.tables = tables
    leaves = [Int?](repeating: nil, count: count)
  }

  /// Places the gate `root` at the top.
  mutating func grow(_ circuit: Circuit, root: Int, hasToken: [Bool]) {
    place(circuit, wire: root, level: tables.count, at: 0, hasToken: hasToken, isRoot: true)
  }

  /// Makes the value of `wire` that of place `j` of level `level`, level 0 being the leaves.
  private mutating func place(
    _ circuit: Circuit, wire: Int, level: Int, at j: Int, hasToken: [Bool], isRoot: Bool = false
  ) {
    guard level > 0 else {
      leaves[j] = wire
      return
    }
    guard isRoot || wire >= circuit.inputCount && !hasToken[wire] && mayHold(wire) else {
      // Handed through: the first operand as it is.
      tables[level - 1][j] = TruthTable(inputCount: k, rows: { $0 & 1 != 0 })
      place(circuit, wire: wire, level: level - 1, at: k * j, hasToken: hasToken)
      return
    }
    let g = wire - circuit.inputCount
    let table = circuit.table(ofGate: g)
    tables[level - 1][j] = TruthTable(inputCount: k, rows: { table[$0 & (table.rowCount - 1)] })
    for i in 0..<circuit.fanIn(ofGate: g) {
      place(circuit, wire: circuit.operand(i, ofGate: g).index, level: level - 1, at: k * j + i, hasToken: hasToken)
    }
  }
}
