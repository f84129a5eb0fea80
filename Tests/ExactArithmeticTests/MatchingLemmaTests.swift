// Li et al.'s matching lemma: constant precision addresses 2^k positions, because the order of the additions is right.
import ExactArithmetic
import Testing

@Suite struct MatchingLemmaTests {
  /// sbin_k(i): the binary digits of i as +1 and -1.
  func signs(_ i: Int, _ k: Int) -> [Double] { (0..<k).map { (i >> $0) & 1 == 1 ? 1 : -1 } }

  /// <q, k> in the format for the pattern of the two codes.
  func score(_ i: Int, _ j: Int, bits k: Int, _ format: FloatFormat, s: Int, interleaved: Bool) -> FiniteNumber {
    let scale = Double(1 << (s + 1))
    let query = signs(i, k).map { format.rounded($0) }
    let key = signs(j, k).map { format.rounded(scale * $0) }
    let one = format.rounded(1.0)
    let constant = format.rounded(-scale)
    if interleaved {
      return format.innerProduct(query.flatMap { [$0, one] }, key.flatMap { [$0, constant] })
    }
    return format.innerProduct(
      query + Array(repeating: one, count: k), key + Array(repeating: constant, count: k))
  }

  @Test(arguments: 1...3)
  func theScoreIsZeroForAMatchAndMinusBOtherwise(s: Int) {
    let format = FloatFormat(exponentBits: 0, significandBits: s)
    #expect(format.exponential(-format.maximum).isZero)
    #expect(format.exponential(format.zero) == format.one)
    for k in 1...6 {
      for i in 0..<(1 << k) {
        for j in 0..<(1 << k) {
          let found = score(i, j, bits: k, format, s: s, interleaved: true)
          #expect(found == (i == j ? format.zero : -format.maximum), "s \(s), k \(k), i \(i), j \(j)")
        }
      }
    }
  }

  @Test(arguments: 1...3)
  func theLemmaFailsWithoutInterleaving(s: Int) {
    // All products of the codes first, all the constants after: the saturated sum forgets which bits differed.
    let format = FloatFormat(exponentBits: 0, significandBits: s)
    for k in 2...6 {
      var wrong = 0
      for i in 0..<(1 << k) {
        for j in 0..<(1 << k) {
          let found = score(i, j, bits: k, format, s: s, interleaved: false)
          if found != (i == j ? format.zero : -format.maximum) { wrong += 1 }
        }
      }
      #expect(wrong > 0, "s \(s), k \(k)")
    }
  }

  @Test func theLemmaNeedsSaturation() {
    // With room for the true sums, unequal codes do not reach the least element.
    let format = FloatFormat(exponentBits: 0, significandBits: 20)
    #expect(score(0, 1, bits: 6, format, s: 1, interleaved: true) != -format.maximum)
  }
}
