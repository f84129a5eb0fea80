// The inner product, functions by their values, the substitution box and a round of SHA-256, against their definitions.
import Circuits
import Testing
import TestSupport

struct FunctionGeneratorTests {
  @Test func innerProductsAreTheParityOfTheAnd() {
    for shape in ReductionShape.allCases {
      for width in 1...6 {
        let circuit = Circuit.innerProduct(width: width, shape: shape)
        #expect(circuit.gateCount == 2 * width - 1 && circuit.inputCount == 2 * width)
        for block in circuit.exhaustiveBlocks() {
          let outputs = circuit.simulate(block)
          for i in 0..<block.count {
            let word = block.assignment(i)
            let ones = (0..<width).count { word[$0] && word[width + $0] }
            #expect(outputs[i, 0] == (ones % 2 == 1))
          }
        }
      }
    }
    #expect(Circuit.innerProduct(width: 100, shape: .chain).depth == 100)
    #expect(Circuit.innerProduct(width: 128).depth == 8)
  }

  @Test func everyFunctionOfUpToThreeInputsHasItsValues() {
    for inputs in 0...3 {
      let rows = 1 << inputs
      for bits in 0..<(1 << rows) {
        let values = bits.bits(rows)
        let circuit = Circuit.function(values)
        #expect((0..<rows).map { circuit($0.bits(inputs))[0] } == values)
      }
    }
  }

  @Test func randomFunctionsHaveTheValuesThatWereDrawn() {
    for inputs in [0, 1, 5, 6, 7, 10, 13] {
      var random = SplitMix64(seed: inputs)
      let circuit = Circuit.randomFunction(inputs: inputs, using: &random)
      random = SplitMix64(seed: inputs)
      let words = (0..<max(1, (1 << inputs) >> 6)).map { _ in random.next() }
      for block in circuit.exhaustiveBlocks() {
        let outputs = circuit.simulate(block)
        for i in 0..<block.count {
          let row = Int(block.assignment(i).integer)
          #expect(outputs[i, 0] == (words[row >> 6] >> UInt64(row & 63) & 1 != 0))
        }
      }
    }
    var random = SplitMix64(seed: 1)
    let large = Circuit.randomFunction(inputs: 16, using: &random)
    #expect(large.gateCount <= 24_960 && large.inputCount == 16)
  }

  @Test func equalSubfunctionsAreMadeOnce() {
    // Parity's decision diagram has one node a level where edges can be complemented.
    let parity = Circuit.function((0..<1024).map { $0.nonzeroBitCount % 2 == 1 })
    #expect(parity.gateCount == 9)
    #expect(Circuit.function((0..<256).map { _ in true }).gateCount == 1)
    #expect(Circuit.function((0..<256).map { $0 >> 5 & 1 == 1 }).gateCount == 0)
  }

  @Test func theSubstitutionBoxIsABijectionWithTheStandardsValues() {
    let circuit = Circuit.aesSubstitutionBox()
    let values = (0..<256).map { Int(circuit($0.bits(8)).integer) }
    // FIPS-197, figure 7: the first row, a corner, and no value twice.
    #expect(Array(values[..<8]) == [0x63, 0x7C, 0x77, 0x7B, 0xF2, 0x6B, 0x6F, 0xC5] && values[0xFF] == 0x16)
    #expect(Set(values).count == 256 && circuit.gateCount == 115)
  }

  /// A round after FIPS 180-4, section 6.2.2, in machine words.
  private func round(_ s: [UInt32], _ word: UInt32, _ constant: UInt32) -> [UInt32] {
    func rotated(_ x: UInt32, _ n: UInt32) -> UInt32 { x >> n | x << (32 - n) }
    let sigma1 = rotated(s[4], 6) ^ rotated(s[4], 11) ^ rotated(s[4], 25)
    let t1 = s[7] &+ sigma1 &+ (s[4] & s[5] ^ ~s[4] & s[6]) &+ constant &+ word
    let sigma0 = rotated(s[0], 2) ^ rotated(s[0], 13) ^ rotated(s[0], 22)
    let t2 = sigma0 &+ (s[0] & s[1] ^ s[0] & s[2] ^ s[1] & s[2])
    return [t1 &+ t2, s[0], s[1], s[2], s[3] &+ t1, s[4], s[5], s[6]]
  }

  @Test(arguments: AdderKind.allCases)
  func aRoundOfSHA256IsTheStandards(adder: AdderKind) {
    var random = SplitMix64(seed: 3)
    for number in [nil, 0, 17, 63] as [Int?] {
      let circuit = Circuit.sha256Round(number: number, adder: adder)
      #expect(circuit.inputCount == (number == nil ? 320 : 288) && circuit.outputCount == 256)
      for _ in 0..<50 {
        let state = (0..<8).map { _ in UInt32.random(in: 0...UInt32.max, using: &random) }
        let word = UInt32.random(in: 0...UInt32.max, using: &random)
        let drawn = UInt32.random(in: 0...UInt32.max, using: &random)
        let constant = number.map { SHA256Message.roundConstants[$0] } ?? drawn
        let inputs =
          state.reversed().flatMap { $0.bits(32) } + word.bits(32) + (number == nil ? constant.bits(32) : [])
        #expect(SHA256Message.state(fromOutputs: circuit(inputs)) == round(state, word, constant))
      }
    }
  }

  @Test func theCatalogueMakesThem() throws {
    #expect(try GeneratorCatalog.make(name: "inner-product", parameters: ["width": "5"]) == .innerProduct(width: 5))
    #expect(try GeneratorCatalog.make(name: "sha256-round", parameters: ["round": "7"]) == .sha256Round(number: 7))
    #expect(try GeneratorCatalog.make(name: "aes-s-box") == .aesSubstitutionBox())
    let functions = try ["1", "1", "2"].map {
      try GeneratorCatalog.make(name: "random-function", parameters: ["seed": $0, "inputs": "9"])
    }
    #expect(functions[0] == functions[1] && functions[0] != functions[2])
  }

  @Test(arguments: [
    ("random-function", ["inputs": "17"]), ("sha256-round", ["round": "64"]), ("inner-product", ["width": "0"]),
  ])
  func valuesOutOfRangeAreRefused(name: String, parameters: [String: String]) {
    #expect(throws: GeneratorError.self) { try GeneratorCatalog.make(name: name, parameters: parameters) }
  }
}
