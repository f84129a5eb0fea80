// Sums modulo 2: trees of XOR gates that add the same terms in another order are equal.

/// The XOR gates of a network as sums of nodes that are no XOR gates, as long as the terms are few.
///
/// Two gates with the same terms are equal, or opposite; two that differ in their terms may be equal all the same.
struct LinearForms: Sendable {
  private static let maximumTerms = 64

  /// The terms of each node in ascending order, and whether the sum is complemented; of a node that is no XOR gate, itself.
  private var terms: [[UInt32]]
  private var isComplemented: [Bool]
  /// The first gate with given terms.
  private var gates: [[UInt32]: UInt32] = [:]

  /// The forms of nodes `0 ..< nodeCount`, none of them a gate.
  init(nodeCount: Int) {
    terms = (0..<UInt32(nodeCount)).map { $0 == 0 ? [] : [$0] }
    isComplemented = [Bool](repeating: false, count: nodeCount)
  }

  /// Adds the next node; the literal of an earlier one with the same terms, if there is one.
  ///
  /// - Parameters:
  ///   - node: the number of the node, one more than the last.
  ///   - operands: the literals whose XOR it is, or `nil` where it is another gate.
  mutating func add(_ node: Int, _ operands: (UInt32, UInt32)?) -> UInt32? {
    precondition(node == terms.count, "nodes come in order")
    var sum: [UInt32] = [UInt32(node)]
    var complement = false
    var found: UInt32?
    if let (a, b) = operands {
      let (x, y) = (terms[Int(a >> 1)], terms[Int(b >> 1)])
      let merged = Self.symmetricDifference(x, y)
      if merged.count <= Self.maximumTerms {
        sum = merged
        complement = isComplemented[Int(a >> 1)] != isComplemented[Int(b >> 1)]
        if (a ^ b) & 1 != 0 { complement.toggle() }
        if merged.isEmpty { found = complement ? 1 : 0 }
        if merged.count == 1 { found = merged[0] << 1 | (complement ? 1 : 0) }
        if let gate = gates[merged] {
          found = gate << 1 | (isComplemented[Int(gate)] != complement ? 1 : 0)
        } else if found == nil {
          gates[merged] = UInt32(node)
        }
      }
    }
    terms.append(sum)
    isComplemented.append(complement)
    return found
  }

  private static func symmetricDifference(_ x: [UInt32], _ y: [UInt32]) -> [UInt32] {
    var result: [UInt32] = []
    result.reserveCapacity(x.count + y.count)
    var (i, j) = (0, 0)
    while i < x.count, j < y.count {
      if x[i] == y[j] {
        i += 1
        j += 1
      } else if x[i] < y[j] {
        result.append(x[i])
        i += 1
      } else {
        result.append(y[j])
        j += 1
      }
    }
    result += x[i...]
    result += y[j...]
    return result
  }
}
