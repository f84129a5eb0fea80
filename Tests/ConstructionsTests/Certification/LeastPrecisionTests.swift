// The least significand that certifies, found by trying, and the prediction for it.
import Circuits
import Constructions
import ExactArithmetic
import Testing
import Verification

@Suite struct LeastPrecisionTests {
  @Test(arguments: [(2, 100), (2, 1000), (3, 100), (3, 1000), (4, 100), (4, 1000)])
  func theLeastSignificandIsThePredictedOneWhateverT(_ fanIn: Int, _ wires: Int) {
    let circuit = randomCircuit(wires: wires, fanIn: fanIn, seed: 7)
    for e in 0...4 {
      let least = LeastPrecision(of: circuit, exponentBits: e)
      #expect(least.wireCount == wires && least.fanIn == fanIn && least.exponentBits == e)
      #expect(least.significandBits == PositionalCircuitLayout.leastSignificandBits(exponentBits: e, fanIn: fanIn))
      #expect(least.reasons.count == (least.significandBits ?? 9) - 1)
      #expect((least.bounds?.tokenMargin.value ?? 0) > 0 && least.bounds?.layers[0].leak.value == 0)
    }
  }

  @Test func addersNeedNoMoreThanIsPredicted() {
    for width in [20, 200] {
      for e in 0...4 {
        let least = LeastPrecision(of: .rippleCarryAdder(width: width), exponentBits: e)
        let predicted = PositionalCircuitLayout.leastSignificandBits(exponentBits: e, fanIn: 2)
        #expect((least.significandBits ?? 9) <= (predicted ?? 0), "e = \(e)")
      }
    }
  }

  @Test func aLimitThatIsTooLowLeavesNothingButReasons() {
    let least = LeastPrecision(of: .rippleCarryAdder(width: 4), exponentBits: 0, limit: 1)
    #expect(least.significandBits == nil && least.bounds == nil)
    // The constant -2 does not exist in F_{0,1}: it rounds to -3/2.
    #expect(least.reasons.count == 1 && least.reasons[0].contains("wire"))
  }
}
