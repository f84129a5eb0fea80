// Which states behave alike after they have fetched: the layer's arithmetic is then done once a class.
import Tensors

/// States with equal entries in all columns that the rest of the model reads or writes, equal sums for its normalizations, and next-token groups
/// of one kind.
struct StateClasses: Sendable {
  /// The class of each state, or `noClass` where the state has no next-token group.
  let classOfState: [UInt32]
  /// A state of each class.
  let representatives: [Int]

  static let noClass = UInt32.max

  private struct Key: Hashable {
    var low: UInt64 = 0
    var high: UInt64 = 0
    var sum: UInt32 = 0
    var sumOfSquares: UInt32 = 0
    var kind: UInt32 = 0
  }

  init(_ space: StateSpace, _ resolver: TokenResolver) throws(StructureRefusal) {
    let groups = resolver.groups
    let columns = resolver.read.union(resolver.written).union(groups.decidingColumns).sorted()
    guard columns.count <= 128 else {
      throw StructureRefusal(
        "the feedforward layer and the head read \(columns.count) columns; at most 128 are indexed")
    }
    var magnitudes = [Float?](repeating: nil, count: columns.count)
    var failure: StructureRefusal?
    var numbering: [Key: UInt32] = [:]
    var representatives: [Int] = []
    var classes = [UInt32](repeating: StateClasses.noClass, count: space.count)
    var last: (key: Key, number: UInt32)?
    space.forEach { state, x in
      let group = groups.groupOfState[state]
      guard failure == nil, group != NextTokenGroups.noGroup else { return }
      var key = Key()
      for (i, c) in columns.enumerated() {
        let magnitude = abs(x[c])
        if let known = magnitudes[i] {
          if known != magnitude {
            failure = StructureRefusal("column \(c) of the embedding has entries of size \(known) and \(magnitude)")
          }
        } else {
          magnitudes[i] = magnitude
        }
        if x[c] < 0 { if i < 64 { key.low |= 1 << UInt64(i) } else { key.high |= 1 << UInt64(i - 64) } }
      }
      var (sum, squares): (Float, Float) = (0, 0)
      for c in 0..<space.width {
        sum += x[c]
        squares += x[c] * x[c]
      }
      // Root-mean-square normalization does not read the sum; keeping it out keeps classes few.
      if case .layer = space.model.configuration.normalization { key.sum = sum.bitPattern }
      if case .none = space.model.configuration.normalization {} else { key.sumOfSquares = squares.bitPattern }
      key.kind = groups.kindOfGroup[Int(group)]
      if let last, last.key == key {
        classes[state] = last.number
        return
      }
      let next = UInt32(representatives.count)
      let known = numbering[key]
      if known == nil {
        numbering[key] = next
        representatives.append(state)
      }
      classes[state] = known ?? next
      last = (key, classes[state])
    }
    if let failure { throw failure }
    classOfState = classes
    self.representatives = representatives
  }
}
