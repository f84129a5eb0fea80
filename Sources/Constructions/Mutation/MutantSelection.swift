// Which mutants a study looks at: all where there are few, otherwise a random choice that a seed fixes.
public import Circuits
public import Transformers

/// The mutants of one model and one circuit.
///
/// - weights: each weight of each tensor perturbed, and each that is not 0 negated and zeroed;
/// - rows: in the token embedding, the position embedding and the head, each row swapped with the next and with a random one;
/// - gates: each bit of each truth table flipped, each operand of each gate replaced by a random earlier wire.
public struct MutantSelection: Sendable {
  /// The model's tensors, which mutants refer to by number.
  public let tensors: [ModelTensor]
  /// The mutants, ordered by what they change.
  public let mutants: [Mutant]
  /// How many there are to choose from, those that change nothing included.
  public let populationCount: Int
  /// How many of the chosen were left out because they change nothing: swaps of equal rows.
  public let unchangedCount: Int

  /// At most `limit` mutants of each of the three groups.
  public init(_ model: Model, _ circuit: Circuit, limit: Int, using generator: inout some RandomNumberGenerator) {
    precondition(limit >= 1, "a selection has room for a mutant")
    tensors = ModelTensor.all(of: model)
    var mutants: [Mutant] = []
    let weightCount = MutantSelection.addWeights(model, tensors, limit, &generator, to: &mutants)
    let (rowCount, unchanged) = MutantSelection.addRows(model, tensors, limit, &generator, to: &mutants)
    let gateCount = MutantSelection.addGates(circuit, limit, &generator, to: &mutants)
    self.mutants = mutants
    populationCount = weightCount + rowCount + gateCount
    unchangedCount = unchanged
  }

  // MARK: Weights

  private static func addWeights(
    _ model: Model, _ tensors: [ModelTensor], _ limit: Int, _ generator: inout some RandomNumberGenerator,
    to mutants: inout [Mutant]
  ) -> Int {
    // Numbers below the number of weights stand for perturbed weights, then come the negated and the zeroed that are not 0.
    var starts = [0]
    var nonzero: [Int] = []
    for tensor in tensors {
      let start = starts[starts.count - 1]
      for (i, x) in model[keyPath: tensor.elements].enumerated() where x != 0 { nonzero.append(start + i) }
      starts.append(start + tensor.count)
    }
    let weightCount = starts[starts.count - 1]
    let population = weightCount + 2 * nonzero.count
    var tensor = 0
    var last = -1
    for number in chosen(limit, of: population, &generator) {
      let kind: Mutant.Kind =
        number < weightCount
        ? .perturbedWeight : number < weightCount + nonzero.count ? .negatedWeight : .zeroedWeight
      let weight = number < weightCount ? number : nonzero[(number - weightCount) % nonzero.count]
      if weight < last { tensor = 0 }
      last = weight
      while weight >= starts[tensor + 1] { tensor += 1 }
      let element = weight - starts[tensor]
      let old = model[keyPath: tensors[tensor].elements][element]
      let new: Float =
        switch kind {
        case .negatedWeight: -old
        case .zeroedWeight: 0
        default: perturbed(old, &generator)
        }
      mutants.append(Mutant(kind, .weight(tensor: tensor, element: element, value: new)))
    }
    return population
  }

  /// `x` times or plus a random one of several numbers, never `x` itself.
  private static func perturbed(_ x: Float, _ generator: inout some RandomNumberGenerator) -> Float {
    let factors: [Float] = [1 + 0x1p-20, 1 - 0x1p-10, 1 + 0x1p-10, 0.875, 1.125, 0.5, 2, 10]
    let addends: [Float] = [0x1p-20, -0x1p-20, 0x1p-10, -0x1p-10, 0.125, -0.125, 1, -1, 100, -100]
    let pick = uniform(below: x == 0 ? addends.count : addends.count + factors.count, &generator)
    let y = pick < addends.count ? x + addends[pick] : x * factors[pick - addends.count]
    // An addend too small for x is lost in rounding.
    return y != x ? y : x.nextUp
  }

  // MARK: Rows

  private static func addRows(
    _ model: Model, _ tensors: [ModelTensor], _ limit: Int, _ generator: inout some RandomNumberGenerator,
    to mutants: inout [Mutant]
  ) -> (population: Int, unchanged: Int) {
    var pairs: [Mutant] = []
    for (t, tensor) in tensors.enumerated() {
      let kind: Mutant.Kind
      switch tensor.name {
      case "tokenEmbedding": kind = .swappedEmbeddingRows
      case "positionEmbedding": kind = .swappedPositionRows
      case "head": kind = .swappedHeadRows
      default: continue
      }
      let rows = tensor.count / tensor.columnCount
      for row in 0..<rows where rows > 1 {
        if row + 1 < rows { pairs.append(Mutant(kind, .rows(tensor: t, first: row, second: row + 1))) }
        let other = (row + 1 + uniform(below: rows - 1, &generator)) % rows
        pairs.append(Mutant(kind, .rows(tensor: t, first: row, second: other)))
      }
    }
    var unchanged = 0
    for number in chosen(limit, of: pairs.count, &generator) {
      guard case .rows(let t, let first, let second) = pairs[number].change else { continue }
      let width = tensors[t].columnCount
      let elements = model[keyPath: tensors[t].elements]
      if (0..<width).contains(where: { elements[first * width + $0] != elements[second * width + $0] }) {
        mutants.append(pairs[number])
      } else {
        unchanged += 1
      }
    }
    return (pairs.count, unchanged)
  }

  // MARK: Gates

  private static func addGates(
    _ circuit: Circuit, _ limit: Int, _ generator: inout some RandomNumberGenerator, to mutants: inout [Mutant]
  ) -> Int {
    var changes: [Mutant] = []
    for gate in 0..<circuit.gateCount {
      let fanIn = circuit.fanIn(ofGate: gate)
      for row in 0..<1 << fanIn { changes.append(Mutant(.flippedTableBit, .tableBit(gate: gate, row: row))) }
      let wires = circuit.inputCount + gate
      for j in 0..<fanIn where wires > 1 {
        let wire = (circuit.operand(j, ofGate: gate).index + 1 + uniform(below: wires - 1, &generator)) % wires
        changes.append(Mutant(.rewiredOperand, .operand(gate: gate, operand: j, wire: wire)))
      }
    }
    mutants += chosen(limit, of: changes.count, &generator).map { changes[$0] }
    return changes.count
  }

  // MARK: Choosing

  /// `limit` different numbers below `count` in ascending order, each set equally likely; all of them where there are not more.
  ///
  /// Source: Floyd's algorithm, in Bentley, *Programming pearls: a sample of brilliance*, CACM 30 (1987).
  private static func chosen(
    _ limit: Int, of count: Int, _ generator: inout some RandomNumberGenerator
  ) -> [Int] {
    if count <= limit { return Array(0..<count) }
    var numbers = Set<Int>(minimumCapacity: limit)
    for top in count - limit..<count {
      let pick = uniform(below: top + 1, &generator)
      if !numbers.insert(pick).inserted { numbers.insert(top) }
    }
    return numbers.sorted()
  }

  /// A number below `bound`, uniform but for 2^-64 * bound; unlike `Int.random` it is the same in every version of the standard library.
  private static func uniform(below bound: Int, _ generator: inout some RandomNumberGenerator) -> Int {
    Int(generator.next().multipliedFullWidth(by: UInt64(bound)).high)
  }
}
