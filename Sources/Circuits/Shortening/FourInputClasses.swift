// The 222 classes of functions of four inputs that differ only by order and complements of inputs and output (NPN classes).

/// How each of the 65,536 functions of four inputs comes from the least function of its class.
///
/// `f(x_0, ..., x_3) = o ^ C(x_{p(0)} ^ c_0, ..., x_{p(3)} ^ c_3)`, where `C` is the class's least function as a number, `p` a permutation.
/// Found by applying all 768 transformations to each representative: exact, and 1.4 million table rows at first use.
package struct FourInputClasses: Sendable {
  /// The least function of each class, ascending.
  package let representatives: [UInt16]
  /// The class of each function.
  package let classes: [UInt8]
  /// The transformation of each function: permutation in bits 0 to 4, complements of inputs in bits 5 to 8, of the output in bit 9.
  package let transformations: [UInt16]

  /// The one table.
  package static let shared = FourInputClasses()

  /// The permutations of 0 to 3 in lexicographic order.
  package static let permutations: [[Int]] = {
    var result: [[Int]] = []
    for a in 0..<4 {
      for b in 0..<4 where b != a {
        for c in 0..<4 where c != a && c != b { result.append([a, b, c, 6 - a - b - c]) }
      }
    }
    return result
  }()

  /// For each permutation and choice of complements, `16 * permutation + complements`, the row of `C` that row `0...15` of `f` reads.
  private static func rowMaps() -> [[Int]] {
    permutations.flatMap { p in
      (0..<16).map { complements in
        (0..<16).map { row in (0..<4).reduce(complements) { $0 ^ (row >> p[$1] & 1) << $1 } }
      }
    }
  }

  private init() {
    var representatives: [UInt16] = []
    var classes = [UInt8](repeating: .max, count: 1 << 16)
    var transformations = [UInt16](repeating: 0, count: 1 << 16)
    let maps = Self.rowMaps()
    for f in 0..<(1 << 16) where classes[f] == .max {
      let number = UInt8(representatives.count)
      representatives.append(UInt16(f))
      for (m, map) in maps.enumerated() {
        var image = 0
        for row in 0..<16 { image |= (f >> map[row] & 1) << row }
        let code = UInt16(m >> 4 | (m & 15) << 5)
        for complement in [0, 0xFFFF] where classes[image ^ complement] == .max {
          classes[image ^ complement] = number
          transformations[image ^ complement] = code | (complement == 0 ? 0 : 1 << 9)
        }
      }
    }
    self.representatives = representatives
    self.classes = classes
    self.transformations = transformations
  }

  /// The transformation of `function` in parts: `p`, the mask of complemented inputs, and whether the output is complemented.
  package func transformation(
    of function: UInt16
  ) -> (permutation: [Int], complements: Int, isComplemented: Bool) {
    let code = Int(transformations[Int(function)])
    return (Self.permutations[code & 31], code >> 5 & 15, code >> 9 != 0)
  }
}
