// The word problem of the symmetric group S5: composing permutations, complete for NC1 (Barrington 1989).

extension Circuit {
  /// The composition of `length` permutations of {0, 1, 2, 3, 4}.
  ///
  /// A permutation `p` is a word of 15 bits: bits `3 i`, `3 i + 1`, `3 i + 2` hold `p(i)`, least significant bit first
  /// (`SymmetricGroup5.bits(of:)` makes it). Inputs are the words `p0`, `p1`, …; the output word `product` is the permutation that applies
  /// `p0` first: `i -> p[length-1](... p1(p0(i)))`. Words that are no permutations give no particular result.
  ///
  /// - Parameters:
  ///   - length: The number of permutations, at least 1.
  ///   - shape: A chain in depth O(length), or a tree in depth O(log length).
  public static func s5WordProblem(length: Int, shape: ReductionShape = .chain) -> Circuit {
    precondition(length >= 1, "a word of at least one permutation")
    var logic = LogicBuilder(
      inputWords: (0..<length).map { ("p\($0)", 15) }, circuit: "s5-word-problem\(length)")
    var level = (0..<length).map { logic.inputs($0 * 15..<($0 + 1) * 15) }
    switch shape {
    case .chain:
      level = [level.dropFirst().reduce(level[0]) { logic.compose($0, then: $1) }]
    case .tree:
      while level.count > 1 {
        var next: [[Literal]] = []
        for i in stride(from: 0, to: level.count - 1, by: 2) {
          next.append(logic.compose(level[i], then: level[i + 1]))
        }
        if level.count % 2 != 0 { next.append(level[level.count - 1]) }
        level = next
      }
    }
    return logic.finish(words: [("product", level[0])])
  }
}

extension LogicBuilder {
  /// The permutation that applies `first` and then `second`: image `i` is `second[first[i]]`, a five-way selection.
  fileprivate mutating func compose(_ first: [Literal], then second: [Literal]) -> [Literal] {
    let images = (0..<5).map { Array(second[3 * $0..<3 * $0 + 3]) }
    return (0..<5).flatMap { i in select(images, by: Array(first[3 * i..<3 * i + 3])) }
  }
}

/// The symmetric group on five points, in the encoding that `Circuit.s5WordProblem(length:shape:)` reads.
public enum SymmetricGroup5 {
  /// The 15 bits of a permutation of 0 ..< 5 given by its images: three bits an image, least significant first.
  public static func bits(of permutation: [Int]) -> [Bool] {
    precondition(permutation.sorted() == [0, 1, 2, 3, 4], "a permutation of 0 ..< 5")
    return permutation.flatMap { image in (0..<3).map { image >> $0 & 1 != 0 } }
  }

  /// The permutation with these 15 bits, or `nil` where they encode none.
  public static func permutation(fromBits bits: [Bool]) -> [Int]? {
    guard bits.count == 15 else { return nil }
    let images = (0..<5).map { i in (0..<3).reduce(0) { $0 | (bits[3 * i + $1] ? 1 << $1 : 0) } }
    return images.sorted() == [0, 1, 2, 3, 4] ? images : nil
  }

  /// The permutation that applies `first` and then `second`.
  public static func compose(_ first: [Int], then second: [Int]) -> [Int] { first.map { second[$0] } }

  /// All 120 permutations, in lexicographic order.
  public static let elements: [[Int]] = {
    var elements: [[Int]] = [[]]
    for _ in 0..<5 { elements = elements.flatMap { p in (0..<5).filter { !p.contains($0) }.map { p + [$0] } } }
    return elements
  }()
}
