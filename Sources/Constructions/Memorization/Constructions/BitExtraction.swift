// The layers of VardiMemorizer: units are named registers, and each layer says what its registers are of those before.
import ExactArithmetic

/// Writes a network that finds a position among records and returns its label.
enum BitExtraction {
  /// What a unit holds. j counts intervals from 1, as in the paper.
  private enum Register: Hashable {
    /// z.
    case position
    /// ReLU(a_j - z): 0 where interval j has begun, for integers at least 1 elsewhere.
    case below(Int)
    /// [z >= a_j].
    case begun(Int)
    /// The code of the last interval up to j that has begun.
    case code(Int)
    /// The tent map's state S.
    case state
    /// ReLU(S - h + 1).
    case high
    /// ReLU(S - h).
    case fold
    /// The bits of a record so far.
    case record
    /// ReLU(X - 2^c z).
    case inside
    /// ReLU(X - 2^c z - 2^c + 1).
    case beyond
    /// The label's code where the record's position is z, else 0.
    case found
    /// The sum of what the records before have found.
    case sum
  }

  private typealias Row = IntegerNetwork.Row<Integer>

  /// The registers of every layer, in the order of its units.
  private static func plan(_ shape: VardiMemorizer.Shape) -> [[Register]] {
    let (m, recordBits, bits) = (shape.intervalCount, shape.positionBits + shape.labelBits, shape.codeBits)
    var layers: [[Register]] = [[.position]]
    if m >= 2 {
      for step in 1...m {
        var layer = [Register.position]
        if step < m { layer.append(.below(step + 1)) }
        if step >= 2 { layer.append(.begun(step)) }
        if step >= 3 { layer.append(.code(step - 1)) }
        layers.append(layer)
      }
    }
    for step in 0...(bits + 2) {
      /// Whether a record was complete at an earlier layer of the scan.
      func isComplete(_ step: Int) -> Bool { (1...bits).contains(step) && step.isMultiple(of: recordBits) }
      var layer: [Register] = []
      if step <= bits { layer.append(.position) }
      if step < bits { layer += [.state, .high, .fold] }
      if (1...bits).contains(step) { layer.append(.record) }
      if isComplete(step - 1) { layer += [.inside, .beyond] }
      if isComplete(step - 2) { layer.append(.found) }
      if step >= recordBits + 3 { layer.append(.sum) }
      layers.append(layer)
    }
    return layers
  }

  /// The number of units of each hidden layer.
  static func layerWidths(_ shape: VardiMemorizer.Shape) -> [Int] { plan(shape).map(\.count) }

  /// The network of sorted positions and their labels.
  ///
  /// - Parameters:
  ///   - first: the row over the inputs whose value is the position, at least 0.
  ///   - inputCount: the number of inputs.
  ///   - positions: distinct integers from 0, ascending.
  ///   - labels: one a position, in that order.
  static func network(
    first: IntegerNetwork.Row<Integer>, inputCount: Int, positions: [Integer], labels: LabelCode
  ) -> (network: IntegerNetwork, shape: VardiMemorizer.Shape) {
    let shape = VardiMemorizer.Shape(
      pointCount: positions.count, positionBits: max(1, positions.last?.bitLength ?? 1), labelBits: labels.bitCount)
    let starts = stride(from: 0, to: positions.count, by: shape.intervalSize).map { $0 }
    let codes = starts.map { start in
      tentCode(
        shape, (start..<min(start + shape.intervalSize, positions.count)).lazy.map { (positions[$0], labels.codes[$0]) }
      )
    }
    let half = Integer(1) << shape.codeBits
    let labelUnit = Integer(1) << shape.labelBits
    var before: [Register: Int] = [:]
    var recordStep = 0
    let layers = plan(shape).map { registers in
      // The state before the tent map's first step is the interval's code.
      let state = stateRow(before, codes)
      let isFirst = before.isEmpty
      let rows = registers.map { register -> Row in
        switch register {
        case .position: return isFirst ? first : row([(.position, 1)], before)
        case .below(let j): return row([(.position, -1)], bias: positions[starts[j - 1]], before)
        case .begun(let j): return row([(.below(j), -1)], bias: 1, before)
        case .code(let j):
          return row(
            [(.code(j - 1), 1), (.begun(j), codes[j - 1] - codes[j - 2])], bias: j == 2 ? codes[0] : 0, before)
        case .state: return state
        case .high: return Row(state.terms, bias: state.bias - half + 1)
        case .fold: return Row(state.terms, bias: state.bias - half)
        case .record:
          let startsRecord = recordStep.isMultiple(of: shape.positionBits + shape.labelBits)
          recordStep += 1
          return row((startsRecord ? [] : [(.record, 2)]) + [(.high, 1), (.fold, -1)], before)
        case .inside: return row([(.record, 1), (.position, -labelUnit)], before)
        case .beyond: return row([(.record, 1), (.position, -labelUnit)], bias: 1 - labelUnit, before)
        case .found: return row([(.inside, 1), (.beyond, -labelUnit)], before)
        case .sum: return row([(.sum, 1), (.found, 1)], before)
        }
      }
      before = Dictionary(uniqueKeysWithValues: zip(registers, 0...))
      return IntegerNetwork.Layer(.relu, rows)
    }
    let output = [Register.found, .sum].compactMap { before[$0] }.sorted().map { IntegerNetwork.Term($0, labels.step) }
    let network = IntegerNetwork(
      uncheckedInputCount: inputCount, hiddenLayers: layers,
      outputs: [IntegerNetwork.Row(output, bias: labels.least)])
    return (network, shape)
  }

  /// The most bits of a number of the first row and of the output.
  static func outerBits(_ first: IntegerNetwork.Row<Integer>, _ labels: LabelCode) -> Int {
    let inner = first.terms.map(\.weight.bitLength) + [first.bias.bitLength]
    let outer = [labels.step, labels.least].map {
      $0.numerator.bitLength + ($0.isInteger ? 0 : $0.denominator.bitLength)
    }
    return (inner + outer).max() ?? 0
  }

  /// The state S before ReLU: one step of the tent map, or at first the code of the point's interval.
  private static func stateRow(_ before: [Register: Int], _ codes: [Integer]) -> Row {
    if before[.state] != nil { return row([(.state, 2), (.fold, -4)], before) }
    let m = codes.count
    if m == 1 { return Row([], bias: codes[0]) }
    return row(
      [(.code(m - 1), 1), (.begun(m), codes[m - 1] - codes[m - 2])], bias: m == 2 ? codes[0] : 0, before)
  }

  /// A row over the registers that the layer before has; the others count as 0.
  private static func row(
    _ terms: [(register: Register, weight: Integer)], bias: Integer = 0, _ before: [Register: Int]
  ) -> Row {
    let terms = terms.compactMap { term in
      before[term.register].flatMap { term.weight == 0 ? nil : IntegerNetwork.Term($0, term.weight) }
    }
    return Row(terms.sorted { $0.column < $1.column }, bias: bias)
  }

  /// The tent map's start whose itinerary is the records, position before label, missing records zeros.
  private static func tentCode(
    _ shape: VardiMemorizer.Shape, _ records: some Sequence<(Integer, Integer)>
  ) -> Integer {
    var code = Integer(0)
    var count = 0
    for (position, label) in records {
      code = (code << (shape.positionBits + shape.labelBits)) + (position << shape.labelBits) + label
      count += 1
    }
    code <<= (shape.intervalSize - count) * (shape.positionBits + shape.labelBits)
    // Digit i of the start is the xor of the itinerary's bits up to i: shifts by 1, 2, 4, ... add them all up.
    var shift = 1
    while shift < shape.codeBits {
      code = code ^ (code >> shift)
      shift *= 2
    }
    return 2 * code + 1
  }
}
