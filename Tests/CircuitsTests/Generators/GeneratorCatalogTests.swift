// The catalogue makes every circuit by name and refuses what it should refuse.
import Circuits
import Testing

struct GeneratorCatalogTests {
  @Test func everyEntryMakesItsCircuitWithDefaultParameters() throws {
    #expect(Set(GeneratorCatalog.generators.map(\.name)).count == GeneratorCatalog.generators.count)
    for generator in GeneratorCatalog.generators {
      let circuit = try GeneratorCatalog.make(name: generator.name)
      #expect(circuit.outputCount > 0 && !generator.summary.isEmpty)
      #expect(circuit.names.inputWidths.isEmpty || circuit.names.inputWidths.reduce(0, +) == circuit.inputCount)
      #expect(circuit.names.outputWidths.isEmpty || circuit.names.outputWidths.reduce(0, +) == circuit.outputCount)
      #expect(circuit.names.inputs.isEmpty || Set(circuit.names.inputs).count == circuit.inputCount)
    }
  }

  @Test func everyWordOfEveryChoiceIsAccepted() throws {
    for generator in GeneratorCatalog.generators {
      for parameter in generator.parameters {
        guard case .choice(let words) = parameter.values else { continue }
        for word in words { _ = try GeneratorCatalog.make(name: generator.name, parameters: [parameter.name: word]) }
      }
    }
  }

  @Test func parametersReachTheGenerators() throws {
    #expect(
      try GeneratorCatalog.make(name: "ripple-carry-adder", parameters: ["width": "8", "carry": "no"])
        == .rippleCarryAdder(width: 8, carryOut: false))
    #expect(
      try GeneratorCatalog.make(name: "prefix-adder", parameters: ["width": "9", "kind": "sklansky"])
        == .prefixAdder(width: 9, kind: .sklansky))
    #expect(
      try GeneratorCatalog.make(name: "array-multiplier", parameters: ["width": "5", "product-width": "7"])
        == .arrayMultiplier(width: 5, productWidth: 7))
    #expect(
      try GeneratorCatalog.make(name: "comparator", parameters: ["width": "5", "signed": "yes"])
        == .comparator(width: 5, isSigned: true))
    #expect(
      try GeneratorCatalog.make(name: "iterated-squaring", parameters: ["modulus": "13", "squarings": "2"])
        == .iteratedSquaring(modulus: 13, squarings: 2))
    #expect(try GeneratorCatalog.make(name: "random-depth", parameters: ["depth": "17"]).depth == 17)
    #expect(try GeneratorCatalog.make(name: "random-size", parameters: ["size": "17"]).gateCount == 17)
    let seeded = try ["1", "1", "2"].map {
      try GeneratorCatalog.make(name: "random-size", parameters: ["seed": $0, "fan-in": "3"])
    }
    #expect(seeded[0] == seeded[1] && seeded[0] != seeded[2])
  }

  @Test(arguments: [
    ("sha512", [:], "there is no generator 'sha512'; there are ripple-carry-adder, "),
    ("aes128", ["rounds": "10"], "aes128 has no parameter 'rounds'; it has none"),
    ("parity", ["input": "3"], "parity has no parameter 'input'; it has inputs, shape"),
    ("parity", ["inputs": "0"], "parity's parameter 'inputs' is '0', which should be an integer from 1 to 1000000"),
    ("parity", ["inputs": "-1"], "parity's parameter 'inputs' is '-1', which should be an integer from 1 to 1000000"),
    ("parity", ["inputs": "many"], "parity's parameter 'inputs' is 'many', which should be an integer"),
    ("parity", ["shape": "bush"], "parity's parameter 'shape' is 'bush', which should be one of chain, tree"),
    (
      "prefix-adder", ["kind": "ripple-carry"], "parameter 'kind' is 'ripple-carry', which should be one of kogge-stone"
    ),
    (
      "iterated-squaring", ["modulus": "18446744073709551615", "squarings": "10000"],
      "which should be at most 610 for this modulus"
    ),
    ("iterated-squaring", ["modulus": "18446744073709551616"], "should be an integer from 2 to 2^64 - 1"),
    ("array-multiplier", ["width": "4", "product-width": "9"], "which should be at most 2 width = 8"),
    ("random-depth", ["depth": "1000000", "width": "1000000"], "which should be at most 10^7 / depth"),
  ])
  func badRequestsAreRefusedInWords(name: String, parameters: [String: String], message: String) {
    do throws(GeneratorError) {
      _ = try GeneratorCatalog.make(name: name, parameters: parameters)
      Issue.record("\(name) \(parameters) was accepted")
    } catch {
      #expect(error.description.contains(message), "\(error)")
    }
  }
}
