// Codes of wires: as short as possible, all different, and apart by 2 at least.
import Constructions
import Testing

@Suite struct WireCodeTests {
  @Test(arguments: [
    (1, 1), (2, 1), (3, 2), (4, 2), (5, 3), (8, 3), (9, 4), (255, 8), (256, 8), (257, 9), (1 << 20, 20),
    (1 << 20 + 1, 21),
  ])
  func aCodeIsAsShortAsPossible(_ example: (count: Int, length: Int)) {
    #expect(WireCode(count: example.count).length == example.length)
  }

  @Test func innerProductsAreTheLengthForEqualNumbersAndAtMostTwoLessForOthers() {
    for count in 1...65 {
      let code = WireCode(count: count)
      for i in 0..<count {
        for j in 0..<count {
          let product = (0..<code.length).reduce(0) { $0 + code.coordinate($1, of: i) * code.coordinate($1, of: j) }
          #expect(i == j ? product == Float(code.length) : product <= Float(code.length - 2))
        }
      }
    }
  }
}
