// Optimum chains of functions of four inputs: the enumeration against the literature, the checked-in library against the enumeration.
import Circuits
import Testing

struct FourInputTests {
  @Test func theEnumerationReproducesKnuthsTable() {
    let enumeration = FourInputEnumeration(chainsPerClass: FourInputLibrary.chainsPerClass)
    let classes = FourInputClasses.shared
    var ofCost = [Int](repeating: 0, count: 8)
    for cost in enumeration.costs { ofCost[cost] += 1 }
    var functions = [Int](repeating: 0, count: 8)
    for f in 0..<(1 << 16) { functions[enumeration.costs[Int(classes.classes[f])]] += 1 }
    // TAOCP 4A, section 7.1.2, Table 1: classes and functions of four inputs by the length of their shortest chains.
    #expect(ofCost == [2, 2, 5, 20, 34, 75, 72, 12])
    #expect(functions == [10, 60, 456, 2474, 10_624, 24_184, 25_008, 2720])
    // The library that is checked in is what the enumeration finds now.
    #expect(enumeration.chains.map(\.count) == FourInputLibrary.chainsOfClass.map { Int($0) })
    #expect(enumeration.chains.flatMap { $0.map(\.packed) } == FourInputLibrary.packedChains)
  }

  @Test func thereAre222ClassesAndEachFunctionIsItsTransformedRepresentative() {
    let classes = FourInputClasses.shared
    #expect(classes.representatives.count == 222)
    for f in stride(from: 0, to: 1 << 16, by: 7) {
      let (permutation, complements, isComplemented) = classes.transformation(of: UInt16(f))
      let representative = classes.representatives[Int(classes.classes[f])]
      #expect(representative <= UInt16(f))
      var image: UInt16 = 0
      for row in 0..<16 {
        let source = (0..<4).reduce(complements) { $0 ^ (row >> permutation[$1] & 1) << $1 }
        image |= (representative >> UInt16(source) & 1) << UInt16(row)
      }
      #expect((isComplemented ? ~image : image) == UInt16(f))
    }
  }

  @Test func everyChainOfTheLibraryComputesItsRepresentativeUpToAComplement() {
    var words = FourInputLibrary.packedChains[...]
    for (number, count) in FourInputLibrary.chainsOfClass.enumerated() {
      let representative = FourInputClasses.shared.representatives[number]
      for word in words.prefix(Int(count)) {
        let chain = TwoInputChain(packed: word)
        #expect(TwoInputChain(chain.steps) == chain && chain.count == FourInputLibrary.cost(of: representative))
        if chain.count > 0 { #expect(chain.function == representative || ~chain.function == representative) }
      }
      words = words.dropFirst(Int(count))
    }
    #expect(words.isEmpty)
  }

  @Test func feedingInputsGivesTheFunctionOfTheNewInputs() {
    let chain = TwoInputChain([
      .init(table: 0b1000, a: 0, b: 1), .init(table: 0b0110, a: 2, b: 4), .init(table: 0b0010, a: 3, b: 5),
    ])
    for permutation in FourInputClasses.permutations {
      for complements in 0..<16 {
        let fed = chain.feeding(permutation, complements: complements)
        var expected: UInt16 = 0
        for row in 0..<16 {
          let source = (0..<4).reduce(complements) { $0 ^ (row >> permutation[$1] & 1) << $1 }
          expected |= (chain.function >> UInt16(source) & 1) << UInt16(row)
        }
        #expect(fed.count == 3 && fed.function & 1 == 0)
        #expect(fed.function == expected || fed.function == ~expected)
      }
    }
  }

  @Test func allFunctionsOfThreeInputsBecomeTheirOptimumChains() {
    var ofCost = [Int](repeating: 0, count: 5)
    for bits in UInt64(0)..<256 {
      let table = TruthTable(bits: bits, inputCount: 3)
      var builder = CircuitBuilder(inputCount: 3)
      let gate = builder.gate(table, (0..<3).map { Wire($0) })
      let circuit = builder.circuit(outputs: [Literal(gate)])
      let form = circuit.twoInputForm()
      #expect(form.truthTables() == [table])
      let gates = (0..<form.gateCount).count { form.fanIn(ofGate: $0) > 0 }
      ofCost[gates] += 1
      #expect(form.maximumFanIn <= 2)
    }
    // Functions of three inputs by cost, which the enumeration for four inputs contains.
    #expect(ofCost == [8, 30, 114, 80, 24])
  }
}
