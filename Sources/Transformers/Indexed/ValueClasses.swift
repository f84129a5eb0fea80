// The few value vectors that positions carry.

/// The few value vectors that occur, and which of them each state has.
struct ValueClasses: Sendable {
  var vectors: [[Float]] = []
  var classOfState: [UInt8]

  init(count: Int) { classOfState = [UInt8](repeating: 0, count: count) }

  /// Files the value of `state` under its class; false when there are too many classes.
  mutating func record(
    _ state: Int, rows: [Int], map: SparseRows, _ n: UnsafePointer<Float>, headSize: Int
  ) -> Bool {
    for (i, vector) in vectors.enumerated() {
      var isEqual = true
      for row in rows where map.apply(row: row, to: n) != vector[row % headSize] {
        isEqual = false
        break
      }
      if isEqual {
        classOfState[state] = UInt8(i)
        return true
      }
    }
    guard vectors.count < CodeMatchHeads.maximumValueClasses else { return false }
    var vector = [Float](repeating: 0, count: headSize)
    for row in rows { vector[row % headSize] = map.apply(row: row, to: n) }
    classOfState[state] = UInt8(vectors.count)
    vectors.append(vector)
    return true
  }
}
