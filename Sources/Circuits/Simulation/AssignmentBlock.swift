// Many assignments of the same signals, packed one bit a lane: what bit-parallel simulation reads and writes.

/// A table of bits, one row an assignment ("lane") and one column a signal, stored column by column in 64-bit words.
///
/// Signal `j` of assignment `i` is bit `i % 64` of word `j * wordsPerSignal + i / 64`. Bits past `count` are zero, so that
/// equality of blocks is equality of the assignments.
public struct AssignmentBlock: Sendable, Equatable {
  /// The number of assignments.
  public let count: Int
  /// The number of signals of each assignment.
  public let signalCount: Int
  /// The words, signal after signal.
  public private(set) var words: [UInt64]

  /// The number of words that hold one signal, `count / 64` rounded up.
  public var wordsPerSignal: Int { (count + 63) / 64 }

  /// `count` assignments in which every signal is false.
  public init(count: Int, signalCount: Int) {
    precondition(count >= 0 && signalCount >= 0, "numbers of assignments and signals are not negative")
    self.count = count
    self.signalCount = signalCount
    words = [UInt64](repeating: 0, count: (count + 63) / 64 * signalCount)
  }

  /// `count` assignments from packed words, laid out as described above; bits past `count` are ignored.
  public init(count: Int, signalCount: Int, words: [UInt64]) {
    precondition(count >= 0 && signalCount >= 0, "numbers of assignments and signals are not negative")
    precondition(words.count == (count + 63) / 64 * signalCount, "one bit for each signal and assignment")
    self.count = count
    self.signalCount = signalCount
    self.words = words
    clearPadding()
  }

  /// The given assignments, all of one length.
  public init(_ assignments: [[Bool]], signalCount: Int) {
    self.init(count: assignments.count, signalCount: signalCount)
    let stride = wordsPerSignal
    for (i, assignment) in assignments.enumerated() {
      precondition(assignment.count == signalCount, "one value for each signal")
      for (j, value) in assignment.enumerated() where value { words[j * stride + i / 64] |= 1 << UInt64(i % 64) }
    }
  }

  /// The assignments numbered `numbers`, where signal `j` is bit `j` of the assignment's number and signals past 63 are false.
  public init(numbers: Range<UInt64>, signalCount: Int) {
    self.init(count: Int(numbers.upperBound - numbers.lowerBound), signalCount: signalCount)
    let stride = wordsPerSignal
    let start = numbers.lowerBound
    for j in 0..<min(signalCount, 64) {
      for w in 0..<stride {
        let first = start &+ UInt64(w * 64)
        if first % 64 == 0 {
          words[j * stride + w] = j < 6 ? TruthTable.pattern(ofInput: j) : first >> UInt64(j) & 1 != 0 ? .max : 0
        } else {
          var word: UInt64 = 0
          for lane in 0..<UInt64(64) { word |= ((first &+ lane) >> UInt64(j) & 1) << lane }
          words[j * stride + w] = word
        }
      }
    }
    clearPadding()
  }

  /// `count` independent, uniformly random assignments.
  public static func random(
    count: Int, signalCount: Int, using generator: inout some RandomNumberGenerator
  ) -> AssignmentBlock {
    var block = AssignmentBlock(count: count, signalCount: signalCount)
    for w in block.words.indices { block.words[w] = generator.next() }
    block.clearPadding()
    return block
  }

  /// Signal `signal` of assignment `assignment`.
  public subscript(assignment: Int, signal: Int) -> Bool {
    get { words[index(assignment, signal)] >> UInt64(assignment % 64) & 1 != 0 }
    set {
      let bit: UInt64 = 1 << UInt64(assignment % 64)
      if newValue { words[index(assignment, signal)] |= bit } else { words[index(assignment, signal)] &= ~bit }
    }
  }

  /// Assignment `i` as one value a signal.
  public func assignment(_ i: Int) -> [Bool] { (0..<signalCount).map { self[i, $0] } }

  /// The words of signal `j`, assignment 0 in the lowest bit of the first.
  public func words(ofSignal j: Int) -> ArraySlice<UInt64> {
    words[j * wordsPerSignal..<(j + 1) * wordsPerSignal]
  }

  /// The first assignment in which two blocks of one shape differ, or `nil`.
  public func firstDifference(from other: AssignmentBlock) -> Int? {
    precondition(count == other.count && signalCount == other.signalCount, "blocks of one shape")
    for w in 0..<wordsPerSignal {
      var difference: UInt64 = 0
      for j in 0..<signalCount {
        difference |= words[j * wordsPerSignal + w] ^ other.words[j * wordsPerSignal + w]
      }
      if difference != 0 { return w * 64 + difference.trailingZeroBitCount }
    }
    return nil
  }

  private func index(_ assignment: Int, _ signal: Int) -> Int {
    precondition(assignment >= 0 && assignment < count, "the assignment exists")
    precondition(signal >= 0 && signal < signalCount, "the signal exists")
    return signal * wordsPerSignal + assignment / 64
  }

  /// Makes the bits past `count` zero.
  private mutating func clearPadding() {
    guard count % 64 != 0 else { return }
    let mask: UInt64 = (1 << UInt64(count % 64)) - 1
    for j in 0..<signalCount { words[(j + 1) * wordsPerSignal - 1] &= mask }
  }

  /// Runs `body` on the words; it may leave anything in the bits past `count`.
  mutating func withUnsafeMutableWords<R>(_ body: (UnsafeMutableBufferPointer<UInt64>) throws -> R) rethrows -> R {
    defer { clearPadding() }
    return try words.withUnsafeMutableBufferPointer { try body($0) }
  }
}
