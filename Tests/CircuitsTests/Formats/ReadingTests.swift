// Small files of every format and the functions that they must compute.
import Circuits
import Testing

struct ReadingTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let format: CircuitFormat
    let text: String
    let inputs: Int
    let gates: Int
    /// One truth table an output, row 0 first.
    let tables: [String]
    var testDescription: String { "\(format): \(name)" }

    init(_ name: String, _ format: CircuitFormat, _ text: String, inputs: Int, gates: Int, _ tables: [String]) {
      self.name = name
      self.format = format
      self.text = text
      self.inputs = inputs
      self.gates = gates
      self.tables = tables
    }
  }

  static let cases: [Case] = [
    Case("and", .aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\n", inputs: 2, gates: 1, ["0001"]),
    Case("or, no last line feed", .aigerASCII, "aag 3 2 0 1 1\n2\n4\n7\n6 3 5", inputs: 2, gates: 1, ["0111"]),
    Case("empty", .aigerASCII, "aag 0 0 0 0 0\n", inputs: 0, gates: 0, []),
    Case("constants as outputs", .aigerASCII, "aag 0 0 0 3 0\n0\n1\n1\n", inputs: 0, gates: 2, ["0", "1", "1"]),
    Case("buffer and inverter", .aigerASCII, "aag 1 1 0 2 0\n2\n2\n3\n", inputs: 1, gates: 0, ["01", "10"]),
    Case(
      "constant operands", .aigerASCII, "aag 6 1 0 5 5\n2\n4\n6\n8\n10\n12\n4 2 0\n6 1 2\n8 1 1\n10 3 1\n12 0 1\n",
      inputs: 1, gates: 5, ["00", "01", "11", "10", "00"]),
    Case("gates out of order", .aigerASCII, "aag 4 2 0 1 2\n2\n4\n8\n8 6 2\n6 3 5\n", inputs: 2, gates: 2, ["0000"]),
    Case("inputs in any order", .aigerASCII, "aag 3 2 0 1 1\n4\n2\n6\n6 2 5\n", inputs: 2, gates: 1, ["0010"]),
    Case("gaps and CR LF", .aigerASCII, "aag 9 2 0 1 1\r\n2\r\n4\r\n18\r\n18 4 3\r\n", inputs: 2, gates: 1, ["0010"]),
    Case(
      "bad states and constraints", .aigerASCII, "aag 3 2 0 0 1 1 1\n2\n4\n6\n3\n6 2 4\n", inputs: 2, gates: 1,
      ["0001", "1010"]),
    Case("same operand twice", .aigerASCII, "aag 2 1 0 1 1\n2\n4\n4 2 2\n", inputs: 1, gates: 1, ["01"]),
    Case("and", .aigerBinary, "aig 3 2 0 1 1\n6\n\u{2}\u{2}", inputs: 2, gates: 1, ["0001"]),
    Case("nor", .aigerBinary, "aig 3 2 0 1 1\n6\n\u{1}\u{2}", inputs: 2, gates: 1, ["1000"]),
    Case("constants", .aigerBinary, "aig 1 0 0 3 1\n2\n1\n3\n\u{1}\u{0}", inputs: 0, gates: 2, ["1", "1", "0"]),
    Case("and", .blif, ".model m\n.inputs a b\n.outputs y\n.names a b y\n11 1\n.end\n", inputs: 2, gates: 1, ["0001"]),
    Case("off-set", .blif, ".inputs a b\n.outputs y\n.names a b y\n1- 0\n-1 0\n", inputs: 2, gates: 1, ["1000"]),
    Case(
      "constants", .blif, ".outputs t f g\n.names t\n1\n.names f\n.names g\n0\n", inputs: 0, gates: 3, ["1", "0", "0"]),
    Case("no rows", .blif, ".inputs a\n.outputs f\n.names a f\n.end", inputs: 1, gates: 1, ["00"]),
    Case(
      "continuations and comments", .blif,
      "# head\n.inputs a \\\n b # two\n.outputs \\\n y\n.names a b y # xor\n10 1\n\n01 1 # row\n.end\n", inputs: 2,
      gates: 1,
      ["0110"]),
    Case("an output that is an input", .blif, ".inputs a\n.outputs a\n.end\n", inputs: 1, gates: 0, ["01"]),
    Case(
      "covers out of order", .blif, ".inputs a b\n.outputs y\n.names t a y\n11 1\n.names a b t\n0- 1\n-0 1\n.end\n",
      inputs: 2,
      gates: 2, ["0100"]),
    Case(
      "external don't-cares", .blif, ".inputs a\n.outputs y\n.names a y\n1 1\n.exdc\n.names a y\n0 1\n.end\n",
      inputs: 1, gates: 1,
      ["01"]),
    Case(
      "timing commands", .blif, ".model m\n.area 3\n.inputs a\n.outputs y\n.names a y\n0 1\n.end\n", inputs: 1,
      gates: 1, ["10"]),
    Case(
      "seven inputs", .blif, ".inputs a b c d e f g\n.outputs y\n.names a b c d e f g y\n1111111 0\n.end\n", inputs: 7,
      gates: 1,
      [String(repeating: "1", count: 127) + "0"]),
    Case(
      "thirteen inputs, a tree of gates", .blif,
      ".inputs a b c d e f g h i j k l m\n.outputs y\n.names a b c d e f g h i j k l m y\n1111111111111 0\n.end\n",
      inputs: 13, gates: 3,
      [String(repeating: "1", count: 8191) + "0"]),
    Case(
      "seven inputs, two rows", .blif,
      ".inputs a b c d e f g\n.outputs y\n.names a b c d e f g y\n1------ 1\n-0----- 1\n.end\n",
      inputs: 7, gates: 1, [String(repeating: "1101", count: 32)]),
    Case(
      "seven inputs, a row of don't-cares", .blif,
      ".inputs a b c d e f g\n.outputs y\n.names a b c d e f g y\n------- 0\n.end\n",
      inputs: 7, gates: 1, [String(repeating: "0", count: 128)]),
    Case(
      "every kind", .bench,
      "INPUT(a)\nINPUT(b)\n" + (0..<8).map { "OUTPUT(y\($0))\n" }.joined()
        + "y0 = AND(a, b)\ny1 = nand(a,b)\ny2=OR(a,b)\ny3 = NOR ( a , b )\ny4 = XOR(a, b)\ny5 = XNOR(a, b)\n"
        + "y6 = NOT(a)\ny7 = BUFF(b) # copy\n", inputs: 2, gates: 8,
      ["0001", "1110", "0111", "1000", "0110", "1001", "1010", "0011"]),
    Case(
      "n-ary gates", .bench,
      "INPUT(a)\nINPUT(b)\nINPUT(c)\nOUTPUT(x)\nOUTPUT(y)\nx = NAND(a, b, c)\ny = XNOR(a, b, c)\n",
      inputs: 3, gates: 2, ["11111110", "10010110"]),
    Case(
      "more than six operands", .bench,
      (0..<8).map { "INPUT(a\($0))\n" }.joined() + "OUTPUT(x)\nOUTPUT(y)\nx = NOR(a0, a1, a2, a3, a4, a5, a6, a7)\n"
        + "y = AND(a0, a1, a2, a3, a4, a5, a6, a7)\n",
      inputs: 8, gates: 4, ["1" + String(repeating: "0", count: 255), String(repeating: "0", count: 255) + "1"]),
    Case(
      "one operand", .bench, "INPUT(a)\nOUTPUT(x)\nOUTPUT(y)\nx = AND(a)\ny = NOR(a)\n", inputs: 1, gates: 2,
      ["01", "10"]),
    Case(
      "ABC's dialect", .bench,
      "INPUT(a)\nINPUT(b)\nOUTPUT(x)\nOUTPUT(y)\nOUTPUT(z)\nx = LUT 0x2 ( a, b )\ny = vdd\nz = AND(a, gnd)\n",
      inputs: 2, gates: 4, ["0100", "1111", "0000"]),
    Case("any order", .bench, "y = NOT(t)\nt = AND(a, a)\nOUTPUT(y)\nINPUT(a)\n", inputs: 1, gates: 2, ["10"]),
    Case(
      "every kind", .bristolFashion,
      "5 7\n1 2\n2 1 4\n\n2 1 0 1 2 XOR\n2 1 0 1 3 AND\n2 1 0 1 4 OR\n1 1 0 5 INV\n1 1 1 6 EQW\n",
      inputs: 2, gates: 5, ["0110", "0001", "0111", "1010", "0011"]),
    Case("constants", .bristolFashion, "2 2\n0\n1 2\n\n1 1 0 0 EQ\n1 1 1 1 EQ\n", inputs: 0, gates: 2, ["0", "1"]),
    Case(
      "MAND", .bristolFashion, "1 6\n2 2 2\n1 2\n4 2 0 1 2 3 4 5 MAND\n", inputs: 4, gates: 2,
      ["0000010100000101", "0000000000110011"]),
    Case("no gates", .bristolFashion, "0 1\n1 1\n1 1\n", inputs: 1, gates: 0, ["01"]),
    Case("any order", .bristolFashion, "2 4\n1 2\n1 1\n\n1 1 2 3 INV\n2 1 0 1 2 AND\n", inputs: 2, gates: 2, ["1110"]),
    Case("nand", .bristolOld, "2 4\n1 1   1\n\n2 1 0 1 2 AND\n1 1 2 3 NOT\n", inputs: 2, gates: 2, ["1110"]),
  ]

  @Test(arguments: cases)
  func smallFilesComputeTheirTables(_ c: Case) throws {
    let bytes = Array(c.text.utf8)
    #expect(CircuitFormat.recognize(bytes: bytes) == c.format)
    for circuit in [try Circuit(reading: bytes), try Circuit(reading: bytes, format: c.format)] {
      #expect(circuit.inputCount == c.inputs)
      #expect(circuit.gateCount == c.gates)
      #expect(tables(circuit) == c.tables)
      for format in CircuitFormat.allCases {
        let again = try Circuit(reading: circuit.bytes(as: format), format: format)
        #expect(
          tables(again) == c.tables,
          "written as \(format): \(String(decoding: circuit.bytes(as: format), as: UTF8.self))")
      }
    }
  }

  func tables(_ circuit: Circuit) -> [String] {
    var rows = Array(repeating: "", count: circuit.outputCount)
    for row in 0..<1 << circuit.inputCount {
      for (i, bit) in circuit((0..<circuit.inputCount).map { row >> $0 & 1 == 1 }).enumerated() {
        rows[i] += bit ? "1" : "0"
      }
    }
    return rows
  }

  @Test func symbolsAndCommentsBecomeNames() throws {
    let text = "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\ni1 the b\no0 y\nc\nan and\nof two\n"
    let circuit = try Circuit(reading: Array(text.utf8))
    #expect(circuit.names.inputs == ["x0", "the b"])
    #expect(circuit.names.outputs == ["y"])
    #expect(circuit.names.circuit == "an and")
    #expect(
      String(decoding: circuit.bytes(as: .blif), as: UTF8.self)
        == ".model an_and\n.inputs x0 the_b\n.outputs y\n.names x0 the_b y\n11 1\n.end\n")
  }

  @Test func bristolWidthsAreKept() throws {
    let text = "1 4\n2 1 2\n1 1\n\n2 1 0 2 3 XOR\n"
    let circuit = try Circuit(reading: Array(text.utf8))
    #expect(circuit.names.inputWidths == [1, 2])
    #expect(circuit.names.outputWidths == [1])
    #expect(String(decoding: circuit.bytes(as: .bristolFashion), as: UTF8.self) == text)
  }

  @Test func wiresKeepTheirNamesThroughBLIF() throws {
    let text = ".model m\n.inputs a b\n.outputs y\n.names a b t\n11 1\n.names t y\n0 1\n.end\n"
    let circuit = try Circuit(reading: Array(text.utf8))
    #expect(circuit.names.wires == [2: "t", 3: "y"])
    #expect(String(decoding: circuit.bytes(as: .blif), as: UTF8.self) == text)
  }

  @Test func namesThatCollideAreToldApart() throws {
    var builder = CircuitBuilder(inputCount: 3)
    builder.names.inputs = ["a b", "a_b", "n3"]
    builder.names.outputs = ["a_b", "vdd", "vdd"]
    let gate = builder.gate(.and, builder.input(0), builder.input(1))
    let other = builder.gate(.xor, gate, builder.input(2))
    let circuit = builder.circuit(outputs: [
      Literal(other), Literal(builder.input(2), complemented: true), Literal(other),
    ])
    for format in [CircuitFormat.blif, .bench] {
      let again = try Circuit(reading: circuit.bytes(as: format), format: format)
      #expect(Set(again.names.inputs + again.names.outputs).count == 6)
      #expect(tables(again) == tables(circuit))
    }
  }

  @Test func extensionsDecideWhereContentDoesNot() {
    #expect(CircuitFormat.recognize(path: "a.blif", bytes: []) == .blif)
    #expect(CircuitFormat.recognize(path: "a.BENCH", bytes: [0x20]) == .bench)
    #expect(CircuitFormat.recognize(path: "a.aig", bytes: Array("aag 0 0 0 0 0\n".utf8)) == .aigerASCII)
    #expect(CircuitFormat.recognize(path: "a.doc", bytes: Array("hello".utf8)) == nil)
    #expect(CircuitFormat.recognize(path: "a.txt", bytes: Array("1 3\n1 2\n1 1\n".utf8)) == .bristolFashion)
    #expect(CircuitFormat.recognize(bytes: Array("1 3\n1 1 1\n\n2 1 0 1 2 AND\n".utf8)) == .bristolOld)
    #expect(CircuitFormat.recognize(bytes: Array("1 3\n2 1 1\n\n2 1 0 1 2 AND\n".utf8)) == .bristolOld)
    #expect(CircuitFormat.recognize(bytes: Array("1 3\n2 1 1\n1 1\n2 1 0 1 2 AND\n".utf8)) == .bristolFashion)
  }

  @Test func aChainOfAMillionGatesIsReadWithoutRecursion() throws {
    let count = 1_000_000
    var text: [UInt8] = Array("INPUT(a)\nOUTPUT(g0)\n".utf8)
    // Each line needs the next: the worst order for a depth-first search.
    for i in 0..<count { text += "g\(i) = NOT(\(i + 1 == count ? "a" : "g\(i + 1)"))\n".utf8 }
    let circuit = try Circuit(reading: text)
    #expect(circuit.gateCount == count)
    #expect(circuit([true]) == [true])
  }
}
