// Drawings are well formed for any names, show everything, and refuse what is too large.
import Circuits
import Foundation
import Testing
import TestSupport

#if canImport(FoundationXML)
  import FoundationXML
#endif

struct DrawingTests {
  /// Counts the elements and the text of a document; fails where it is not well-formed XML.
  private final class Census: NSObject, XMLParserDelegate {
    var elements: [String: Int] = [:]
    var classes: [String: Int] = [:]
    var text = ""

    func parser(
      _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
      attributes: [String: String]
    ) {
      elements[name, default: 0] += 1
      if let name = attributes["class"] { classes[name, default: 0] += 1 }
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) { text += string }
  }

  private func census(_ svg: String, sourceLocation: SourceLocation = #_sourceLocation) -> Census {
    let census = Census()
    let parser = XMLParser(data: Data(svg.utf8))
    parser.delegate = census
    #expect(parser.parse(), "well-formed XML", sourceLocation: sourceLocation)
    return census
  }

  /// Circuits of every shape, some with nothing in them.
  private static func circuits() -> [Circuit] {
    var generator = SplitMix64(seed: 31)
    var circuits = [
      CircuitBuilder(inputCount: 0).circuit(outputs: []), CircuitBuilder(inputCount: 3).circuit(outputs: []),
      CircuitBuilder(inputCount: 2).circuit(outputs: [Literal(Wire(1)), Literal(Wire(1), complemented: true)]),
      .rippleCarryAdder(width: 8), .decoder(width: 4), .majority(15), .arrayMultiplier(width: 4),
    ]
    for trial in 0..<40 {
      circuits.append(.wild(inputs: trial % 6, gates: 1 + trial, outputs: trial % 7, using: &generator))
    }
    return circuits
  }

  @Test func picturesAreWellFormedAndShowEveryGate() throws {
    for circuit in Self.circuits() {
      let svg = try circuit.svg()
      let census = census(svg)
      #expect(census.elements["svg"] == 1)
      let inverted = circuit.outputs.count { $0.isComplemented }
      #expect(census.classes["gate", default: 0] == circuit.gateCount + inverted)
      #expect(!svg.contains("nan") && !svg.contains("inf"), "all places are numbers")
    }
  }

  @Test func namesWithAnyCharactersAreEscaped() throws {
    let strange = ["a<b", "\"q\" & 'r'", "]]>", "back\\slash", "new\nline", "nul\u{0}", "Ω≠\u{1F600}", ""]
    var builder = CircuitBuilder(inputCount: strange.count)
    builder.names.circuit = "<&\"\\>"
    builder.names.inputs = strange
    builder.names.outputs = strange
    let gate = builder.gate(.and, builder.input(0), builder.input(1))
    builder.names.wires[gate.rawValue] = "--><script>"
    let circuit = builder.circuit(outputs: (0..<8).map { Literal(Wire($0 == 0 ? gate.index : $0)) })
    let census = census(try circuit.svg())
    #expect(census.elements["script"] == nil)
    for name in strange[0..<4] + ["Ω≠\u{1F600}", "--><script>"] { #expect(census.text.contains(name)) }
    let dot = circuit.dot()
    #expect(dot.contains(#"label="\"q\" & 'r'""#) && dot.contains(#"label="back\\slash""#))
    #expect(dot.contains(#"label="new\nline""#) && !dot.contains("\u{0}"))
  }

  @Test func graphsHaveANodeAWireAndAnEdgeARead() {
    for circuit in Self.circuits() {
      let lines = circuit.dot().split(separator: "\n")
      #expect(lines.first?.hasPrefix("digraph \"") == true && lines.last == "}")
      #expect(lines.count { $0.contains("shape=") } == circuit.wireCount + circuit.outputCount)
      #expect(lines.count { $0.contains(" -> ") } == circuit.fanOuts().reduce(0, +))
      #expect(lines.count { $0.contains("odot") } == circuit.outputs.count { $0.isComplemented })
    }
  }

  @Test func largeCircuitsAreRefusedInWords() {
    #expect(throws: DrawingError.tooManyGates(count: 501, limit: 500)) { try Circuit.parity(502).svg() }
    #expect(throws: Never.self) { try Circuit.parity(40).svg(gateLimit: 39) }
    // Few gates and very many wires that pass: also too large.
    #expect(throws: DrawingError.self) { try CircuitBuilder(inputCount: 100_000).circuit(outputs: []).svg() }
    #expect(
      DrawingError.tooManyGates(count: 501, limit: 500).description
        == "the circuit has 501 gates and a drawing shows at most 500; draw a smaller one, or raise the limit")
  }

  @Test func equalCircuitsHaveEqualPictures() throws {
    let circuit = Circuit.prefixAdder(width: 8, kind: .sklansky)
    #expect(try circuit.svg() == circuit.svg())
  }

  /// With WRIGHT_DRAWINGS set to a folder, writes pictures there to look at.
  @Test(.enabled(if: ProcessInfo.processInfo.environment["WRIGHT_DRAWINGS"] != nil))
  func picturesToLookAt() throws {
    let folder = try #require(ProcessInfo.processInfo.environment["WRIGHT_DRAWINGS"])
    for (i, circuit) in Self.circuits().enumerated() {
      try circuit.svg().write(toFile: "\(folder)/\(i).svg", atomically: true, encoding: .utf8)
      try circuit.dot().write(toFile: "\(folder)/\(i).dot", atomically: true, encoding: .utf8)
    }
  }
}
