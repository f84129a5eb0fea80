// Optimum chains for every function of four inputs, unpacked for quick use.

/// The checked-in optimum chains, by class; see `FourInputEnumeration` for their origin.
package struct FourInputLibrary: Sendable {
  /// One gate: the function of two values, `0 ..< 4` the class's inputs, `4 + i` step `i`.
  struct Step: Sendable {
    var table: UInt8
    var a: UInt8
    var b: UInt8
  }

  /// The most chains of one class.
  package static let chainsPerClass = 6
  /// The one library.
  static let shared = FourInputLibrary()

  /// Steps of all chains, one after the other.
  let steps: [Step]
  /// Chain `c` has steps `starts[c] ..< starts[c + 1]`.
  let starts: [Int32]
  /// Class `k` has chains `firstChain[k] ..< firstChain[k + 1]`, all of one length.
  let firstChain: [Int32]
  /// The least number of gates of each class.
  let costs: [UInt8]

  private init() {
    var steps: [Step] = []
    var starts: [Int32] = [0]
    var firstChain: [Int32] = [0]
    var costs: [UInt8] = []
    var words = Self.packedChains[...]
    for count in Self.chainsOfClass {
      costs.append(UInt8(TwoInputChain(packed: words.first ?? 0).count))
      for word in words.prefix(Int(count)) {
        for step in TwoInputChain(packed: word).steps {
          steps.append(Step(table: step.table, a: UInt8(step.a), b: UInt8(step.b)))
        }
        starts.append(Int32(steps.count))
      }
      words = words.dropFirst(Int(count))
      firstChain.append(Int32(starts.count - 1))
    }
    self.steps = steps
    self.starts = starts
    self.firstChain = firstChain
    self.costs = costs
  }

  /// The least number of two-input gates of a function of four inputs, up to a complement.
  package static func cost(of function: UInt16) -> Int {
    Int(shared.costs[Int(FourInputClasses.shared.classes[Int(function)])])
  }
}

extension TruthTable {
  /// The function as one of four inputs, of which it ignores those that it does not have.
  var asFourInputs: UInt16 {
    precondition(inputCount <= 4, "a function of at most four inputs")
    var bits = bits
    for j in inputCount..<4 { bits |= bits << UInt64(1 << j) }
    return UInt16(truncatingIfNeeded: bits)
  }
}
