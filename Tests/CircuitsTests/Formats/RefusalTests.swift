// Malformed and hostile files of every format, and the exact message of each refusal.
import Circuits
import Foundation
import Testing

struct RefusalTests {
  struct Case: Sendable, CustomTestStringConvertible {
    let format: CircuitFormat
    let bytes: [UInt8]
    /// The messages without the name of the file in front.
    let messages: [String]
    var testDescription: String { "\(format): \(messages.first ?? "")" }

    init(_ format: CircuitFormat, _ text: String, _ messages: String...) {
      self.init(format, bytes: Array(text.utf8), messages)
    }
    init(_ format: CircuitFormat, bytes: [UInt8], _ messages: [String]) {
      self.format = format
      self.bytes = bytes
      self.messages = messages
    }
  }

  static let aiger: [Case] = [
    Case(.aigerASCII, "", #":1:1: expected "aag", found the end of the file"#),
    Case(.aigerASCII, "aig 0 0 0 0 0\n", #":1:1: expected "aag", found "aig""#),
    Case(
      .aigerASCII, "aag 1 1 0\n",
      ":1:10: expected the number of outputs O, a number below 2^31, found the end of the line"),
    Case(.aigerASCII, "aag 1 1 0 x 0\n", #":1:11: expected the number of outputs O, a number below 2^31, found "x""#),
    Case(.aigerASCII, "aag 1 -1 0 0 0\n", #":1:7: expected the number of inputs I, a number below 2^31, found "-1""#),
    Case(.aigerASCII, "aag 0 0 0 0 0 0 0 0 0 0\n", #":1:23: expected the end of the header, found "0""#),
    Case(
      .aigerASCII, "aag 1000000000000000000 0 0 0 1000000000000000000\n",
      #":1:5: expected the maximal variable M, a number below 2^31, found "1000000000000000000""#),
    Case(
      .aigerASCII, "aag 99999999999999999999999999 0 0 0 0\n",
      #":1:5: expected the maximal variable M, a number below 2^31, found "99999999999999999999999999""#),
    Case(
      .aigerASCII, "aag 2000000000 0 0 0 2000000000\n",
      ":1:22: expected at most 0 AND gates in the 0 bytes that follow, found 2000000000",
      ":1:5: expected a maximal variable of at most 1048576, found 2000000000"),
    Case(
      .aigerASCII, "aag 2000000000 2000000000 0 0 0\n",
      ":1:16: expected at most 0 inputs in the 0 bytes that follow, found 2000000000",
      ":1:5: expected a maximal variable of at most 1048576, found 2000000000"),
    Case(
      .aigerASCII, "aag 2000000000 0 0 0 0\n", ":1:5: expected a maximal variable of at most 1048576, found 2000000000"),
    Case(
      .aigerASCII, "aag 0 0 0 2000000000 0\n",
      ":1:11: expected at most 0 outputs in the 0 bytes that follow, found 2000000000"),
    Case(.aigerASCII, "aag 1 1 0 1 1\n2\n2\n4 2 2\n", ":1:5: expected M >= I + L + A = 2, found M = 1"),
    Case(
      .aigerASCII, "aag 4 0 3 0 1\n", ":1:9: expected a combinational circuit, found a sequential circuit: 3 latches"),
    Case(
      .aigerASCII, "aag 1 1 0 0 0 0 0 1\n2\n",
      ":1:19: expected a combinational circuit, found liveness properties: J = 1, F = 0"),
    Case(
      .aigerASCII, "aag 1 1 0 0 0 0 0 0 2\n2\n",
      ":1:21: expected a combinational circuit, found liveness properties: J = 0, F = 2"),
    Case(.aigerASCII, "aag 3 2 0 1 1\n3\n4\n6\n6 2 4\n", #":2:1: expected an even literal, found "3""#),
    Case(
      .aigerASCII, "aag 3 2 0 1 1\n2\n2\n6\n6 2 4\n",
      #":3:1: expected a literal that is not defined yet, found "2", defined at 2:1"#),
    Case(.aigerASCII, "aag 3 2 0 1 1\n0\n4\n6\n6 2 4\n", #":2:1: expected an input literal, found the constant "0""#),
    Case(.aigerASCII, "aag 3 2 0 1 1\n2\n4\n8\n6 2 4\n", #":4:1: expected a literal of at most 7, found "8""#),
    Case(.aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n7 2 4\n", #":5:1: expected an even literal, found "7""#),
    Case(
      .aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n4 2 4\n",
      #":5:1: expected a literal that is not defined yet, found "4", defined at 3:1"#),
    Case(
      .aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n6 2\n",
      ":5:4: expected an operand literal of at most 7, found the end of the line"),
    Case(.aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n6 2 9\n", #":5:5: expected an operand literal of at most 7, found "9""#),
    Case(.aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n6 2 4 8\n", #":5:7: expected the end of the line, found "8""#),
    Case(.aigerASCII, "aag 4 2 0 1 2\n2\n4\n6\n6 2 8\n8 6 4\n", ":5:1: expected no cycle, found 6 <- 8 <- 6"),
    Case(.aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n6 7 4\n", ":5:1: expected no cycle, found 6 <- 6"),
    Case(
      .aigerASCII, "aag 5 2 0 2 1\n2\n4\n6\n11\n6 2 8\n",
      #":5:1: expected a literal that an input or gate defines, found "11""#,
      #":6:5: expected a literal that an input or gate defines, found "8""#),
    Case(.aigerASCII, "aag 3 2 0 1 1\n2\n4\n6   ", ":4:5: expected 1 more AND gate, found the end of the file"),
    Case(
      .aigerASCII, "aag 3 2 0 1 1\n2\n4\n6\n6 2 4\ni2 x\ni0 a\ni0 b\nz\no0\n",
      #":6:1: expected the symbol of one of 2 inputs, found "i2""#, #":8:1: expected one symbol each, found "i0""#,
      #":9:1: expected a symbol such as "i0 name" or "c", found "z""#,
      ":10:3: expected a name, found the end of the line"),
    Case(
      .aigerASCII, "aag 3 2 0 1 1 2\nx\ny\nz\n\n\n6 2 4\n", #":2:1: expected an input literal of at most 7, found "x""#,
      #":3:1: expected an input literal of at most 7, found "y""#, #":4:1: expected a literal of at most 7, found "z""#,
      ":5:1: expected a literal of at most 7, found the end of the line",
      ":6:1: expected a literal of at most 7, found the end of the line"),
    Case(.aigerBinary, "aag 0 0 0 0 0\n", #":1:1: expected "aig", found "aag""#),
    Case(.aigerBinary, "aig 3 1 0 1 1\n6\n\u{2}\u{2}", ":1:5: expected M = I + L + A = 2, found M = 3"),
    Case(
      .aigerBinary, "aig 1000000000000000000 0 0 0 0\n",
      #":1:5: expected the maximal variable M, a number below 2^31, found "1000000000000000000""#),
    Case(
      .aigerBinary, "aig 2000000000 0 0 0 2000000000\n\u{2}\u{2}",
      ":1:22: expected at most 1 AND gates in the 2 bytes that follow, found 2000000000"),
    Case(
      .aigerBinary, "aig 2000000000 2000000000 0 0 0\n", ":1:16: expected at most 16777216 inputs, found 2000000000"),
    Case(
      .aigerBinary, "aig 2 1 1 0 0\n2\n", ":1:9: expected a combinational circuit, found a sequential circuit: 1 latch"),
    Case(
      .aigerBinary, "aig 4 2 0 1 2\n6\n\u{2}\u{2}\u{2}", ":byte 19: expected 1 more AND gate, found the end of the file"
    ),
    Case(.aigerBinary, "aig 3 2 0 1 1\n6\n\u{0}\u{2}", ":byte 16: expected a delta d with 0 < d <= 6, found 0"),
    Case(.aigerBinary, "aig 3 2 0 1 1\n6\n\u{7}\u{0}", ":byte 16: expected a delta d with 0 < d <= 6, found 7"),
    Case(.aigerBinary, "aig 3 2 0 1 1\n6\n\u{2}\u{5}", ":byte 17: expected a delta d with 0 <= d <= 4, found 5"),
    Case(
      .aigerBinary, bytes: Array("aig 3 2 0 1 1\n6\n".utf8) + [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x00, 2],
      [":byte 16: expected a delta of at most 5 bytes, found a longer one"]),
    Case(
      .aigerBinary, bytes: Array("aig 3 2 0 1 1\n6\n".utf8) + [0xFF, 0xFF, 0xFF, 0xFF, 0x7F, 2],
      [":byte 16: expected a delta d with 0 < d <= 6, found 34359738367"]),
    Case(
      .aigerBinary, bytes: Array("aig 3 2 0 1 1\n6\n".utf8) + [0x82, 0x80],
      [":byte 18: expected 1 more AND gate, found the end of the file"]),
    Case(.aigerBinary, "aig 3 2 0 1 1\n8\n\u{2}\u{2}", #":2:1: expected a literal of at most 7, found "8""#),
    Case(
      .aigerBinary, "aig 3 2 0 1 1\n6\n\u{2}\u{2}l0 q\n",
      #":byte 18: expected a symbol such as "i0 name" or "c", found "l0""#),
  ]

  static let named: [Case] = [
    Case(
      .blif, ".model m\n.inputs a\n.outputs y\n.latch a y re clk 0\n.end\n",
      #":4:1: expected a combinational circuit, found a sequential circuit: ".latch""#),
    Case(
      .blif, ".model m\n.inputs a\n.outputs y\n.subckt f x=a z=y\n.gate inv a=a O=y\n.end\n",
      #":4:1: expected a flat model of .names, found a hierarchical one: ".subckt""#,
      #":5:1: expected a flat model of .names, found a hierarchical one: ".gate""#),
    Case(
      .blif, ".model a\n.end\n.model b\n.end\n", #":3:1: expected one model and the end of the file, found ".model""#),
    Case(.blif, ".model a\n.model b\n.end\n", #":2:1: expected one model, found ".model""#),
    Case(
      .blif, ".inputs a\n.outputs y\n.names a y\n1 1\n0 0\n.end\n",
      ":5:3: expected the output of the rows above, 1, found 0"),
    Case(
      .blif, ".inputs a b\n.outputs y\n.names a b y\n1 1\n",
      #":4:1: expected a row of 2 columns and an output, found "1""#),
    Case(.blif, ".inputs a b\n.outputs y\n.names a b y\n12 1\n", #":4:2: expected 0, 1 or -, found "2""#),
    Case(
      .blif, ".inputs a b\n.outputs y\n.names a b y\n11\n",
      ":4:3: expected the output 0 or 1, found the end of the line"),
    Case(.blif, ".inputs a b\n.outputs y\n.names a b y\n11 2\n", #":4:4: expected the output 0 or 1, found "2""#),
    Case(.blif, ".inputs a b\n.outputs y\n.names a b y\n11 1 1\n", #":4:6: expected the end of the line, found "1""#),
    Case(.blif, ".outputs y\n.names y\nx\n", #":3:1: expected the output 0 or 1, found "x""#),
    Case(.blif, "11 1\n.names y\n", #":1:1: expected a command such as .names, found "11""#),
    Case(
      .blif, ".inputs a\n.outputs y\n.names a x y\n11 1\n",
      #":3:10: expected a signal that something drives, found "x""#),
    Case(
      .blif, ".inputs a\n.outputs y z\n.end\n", #":2:10: expected a signal that something drives, found "y""#,
      #":2:12: expected a signal that something drives, found "z""#),
    Case(.blif, ".inputs a a\n", #":1:11: expected a signal that nothing drives yet, found "a", driven at 1:9"#),
    Case(
      .blif, ".inputs a\n.outputs y\n.names a y\n1 1\n.names y\n1\n.names a\n",
      #":5:8: expected a signal that nothing drives yet, found "y", driven at 3:10"#,
      #":7:8: expected a signal that nothing drives yet, found "a", driven at 1:9"#),
    Case(
      .blif, ".outputs a\n.names b a\n1 1\n.names a b\n1 1\n", #":2:10: expected no cycle, found "a" <- "b" <- "a""#),
    Case(.blif, ".outputs a\n.names a a\n1 1\n", #":2:10: expected no cycle, found "a" <- "a""#),
    Case(.blif, "", ":1:1: expected .outputs or .end, found the end of the file"),
    Case(
      .blif, ".model m\n.inputs a b\n", ":3:1: expected .outputs or .end, found the end of the file"),
    Case(
      .blif, ".model m\n.inputs a b \\", ":2:14: expected the rest of the line, found the end of the file"),
    Case(.bench, " \n\n", ":3:1: expected INPUT, OUTPUT or a gate, found the end of the file"),
    Case(.blif, ".names\n", ":1:7: expected the names of a cover's inputs and output, found the end of the line"),
    Case(
      .blif, ".frobnicate x\n", #":1:1: expected .model, .inputs, .outputs, .names, .exdc or .end, found ".frobnicate""#
    ),
    Case(
      .bench, "INPUT(a)\nOUTPUT(y)\ny = DFF(a)\n",
      #":3:5: expected a combinational circuit, found a sequential circuit: "DFF""#),
    Case(
      .bench, "INPUT(a)\nOUTPUT(y)\ny = FROB(a)\n",
      #":3:5: expected AND, NAND, OR, NOR, XOR, XNOR, NOT, BUFF, LUT, vdd or gnd, found "FROB""#),
    Case(.bench, "INPUT(a)\nOUTPUT(y)\ny = NOT(a, a)\n", ":3:5: expected one operand of NOT, found 2"),
    Case(.bench, "INPUT(a)\nOUTPUT(y)\ny = AND()\n", #":3:9: expected an operand, found ")""#),
    Case(.bench, "INPUT(a)\nOUTPUT(y)\ny = AND(a\n", #":3:10: expected "," or ")", found the end of the line"#),
    Case(.bench, "INPUT(a)\nOUTPUT(y)\ny = AND a\n", #":3:9: expected "(", found "a""#),
    Case(.bench, "INPUT(a)\nOUTPUT(y)\ny = AND(a) b\n", #":3:12: expected the end of the line, found "b""#),
    Case(.bench, "INPUT(a)\nOUTPUT(y)\ny = AND(a, b)\n", #":3:12: expected a signal that something drives, found "b""#),
    Case(.bench, "INPUT(a)\nINPUT(a)\n", #":2:7: expected a signal that nothing drives yet, found "a", driven at 1:7"#),
    Case(.bench, "INPUT(a)\na = vdd\n", #":2:1: expected a signal that nothing drives yet, found "a", driven at 1:7"#),
    Case(.bench, "INPUT a\n", #":1:7: expected "=" or "(", found "a""#),
    Case(
      .bench, "INPUT()\nINPUT(a\nINOUT(b)\n= AND(a)\n", #":1:7: expected a name, found ")""#,
      #":2:8: expected ")", found the end of the line"#, #":3:1: expected INPUT or OUTPUT, found "INOUT""#,
      #":4:1: expected INPUT, OUTPUT or a name, found "=""#),
    Case(
      .bench, "OUTPUT(y)\ny = NOT(z)\nz = NAND(y, y, w)\nw = BUFF(z)\n",
      #":2:1: expected no cycle, found "y" <- "z" <- "y""#, #":3:1: expected no cycle, found "z" <- "w" <- "z""#),
    Case(
      .bench, "INPUT(a)\ny = LUT 0x10 (a, a)\nz = LUT 8 (a, a)\nw = LUT (a)\n",
      #":2:9: expected a table of 4 bits such as 0x8, found "0x10""#,
      #":3:9: expected a table of 4 bits such as 0x8, found "8""#,
      ":4:1: expected a table of 2 bits such as 0x8, found none"),
    Case(
      .bench, "INPUT(a)\ny = LUT 0x1 (a, a, a, a, a, a, a)\nz = LUT 0x11111111111111111 (a, a, a, a, a, a)\n",
      ":2:1: expected a LUT of at most 6 operands, found 7",
      #":3:9: expected a table of 64 bits such as 0x8, found "0x11111111111111111""#),
  ]

  static let bristol: [Case] = [
    Case(.bristolFashion, "", ":1:1: expected the number of gates, a number below 2^31, found the end of the file"),
    Case(.bristolFashion, "1\n", ":1:2: expected the number of wires, a number below 2^31, found the end of the line"),
    Case(
      .bristolFashion, "1 3\n1 2\n",
      ":3:1: expected the number of output values, a number below 2^31, found the end of the file"),
    Case(.bristolFashion, "1 3\n2 1\n1 1\n", ":2:1: expected 2 widths of input values, found 1"),
    Case(.bristolFashion, "1 3\n1 2 5\n1 1\n", #":2:5: expected the end of the line, found "5""#),
    Case(
      .bristolFashion, "1000000000000000000 3\n1 2\n1 1\n",
      #":1:1: expected the number of gates, a number below 2^31, found "1000000000000000000""#),
    Case(
      .bristolFashion, "1 2000000000\n1 2\n1 1\n2 1 0 1 2 AND\n",
      ":1:3: expected at most 9 wires in a file of 35 bytes, found 2000000000"),
    Case(
      .bristolFashion, "0 2000000000\n1 2000000000\n1 1\n", ":2:1: expected at most 16777216 inputs, found 2000000000"),
    Case(.bristolFashion, "1 3\n2000000000 1\n1 1\n", ":2:1: expected 2000000000 widths of input values, found 1"),
    Case(
      .bristolFashion, "0 9\n2 2000000000 2000000000\n1 1\n", ":2:1: expected fewer than 2^31 input wires, found more"),
    Case(
      .bristolFashion, "1 1\n1 2\n1 1\n2 1 0 1 2 AND\n", ":1:3: expected at least as many wires as inputs, 2, found 1"),
    Case(
      .bristolFashion, "1 3\n1 2\n1 4\n2 1 0 1 2 AND\n", ":3:1: expected at most as many outputs as wires, 3, found 4"),
    Case(
      .bristolFashion, "2 4\n1 2\n1 1\n2 1 0 1 2 AND\n",
      ":1:1: expected the number of the gates that follow, 1, found 2"),
    Case(.bristolFashion, "1 4\n1 2\n1 1\n2 1 0 1 3 AND\n", ":1:3: expected 3 wires (2 inputs and 1 driven), found 4"),
    Case(.bristolFashion, "1 3\n1 2\n1 1\n2 1 0 1 3 AND\n", #":4:9: expected a wire below 3, found "3""#),
    Case(
      .bristolFashion, "1 3\n1 2\n1 1\n2 1 0 1 1 AND\n",
      #":4:9: expected a wire that nothing drives yet, found "1", an input"#),
    Case(
      .bristolFashion, "2 4\n1 2\n1 1\n2 1 0 1 3 AND\n2 1 0 1 3 XOR\n",
      #":5:9: expected a wire that nothing drives yet, found "3", driven at 4:1"#),
    Case(
      .bristolFashion, "1 3\n1 2\n1 1\n2 1 0 1 2 FROB\n",
      #":4:11: expected XOR, AND, INV, NOT, OR, EQ, EQW or MAND, found "FROB""#),
    Case(
      .bristolFashion, "1 3\n1 2\n1 1\n2 1 0 1 2\n", ":4:10: expected the kind of the gate, found the end of the line"),
    Case(
      .bristolFashion, "1 3\n1 2\n1 1\n2 1 0 1 2 INV\n",
      #":4:1: expected "1 1" in front of this kind of gate, found "2 1""#),
    Case(
      .bristolFashion, "1 3\n1 2\n1 1\n1 1 0 2 AND\n",
      #":4:1: expected "2 1" in front of this kind of gate, found "1 1""#),
    Case(.bristolFashion, "1 3\n1 2\n1 1\n1 1 2 2 EQ\n", #":4:5: expected the constant 0 or 1, found "2""#),
    Case(.bristolFashion, "1 3\n1 2\n1 1\n1 1 7 2 INV\n", #":4:5: expected a wire below 3, found "7""#),
    Case(.bristolFashion, "1 3\n1 2\n1 1\n3 1 0 1 1 2 AND\n", #":4:1: expected "2 1", "1 1" or "2n n", found "3 1""#),
    Case(
      .bristolFashion, "1 4\n1 2\n1 1\n4 2 0 1 0 1 2 2 MAND\n",
      #":4:15: expected a wire that nothing drives yet, found "2", driven in this line"#),
    Case(
      .bristolFashion, "1 4\n1 2\n1 1\n4 2 0 1 0 1 2 3 AND\n",
      #":4:1: expected "2 1" in front of this kind of gate, found "4 2""#),
    Case(.bristolFashion, "1 3\n1 2\n1 1\n2 1 0 1 2 AND x\n", #":4:15: expected the end of the line, found "x""#),
    Case(
      .bristolFashion, "2 4\n1 2\n1 1\n2 1 0 3 2 AND\n2 1 2 1 3 AND\n", ":4:1: expected no cycle, found 2 <- 3 <- 2"),
    Case(.bristolFashion, "1 3\n1 2\n1 1\n2 1 2 1 2 AND\n", ":4:1: expected no cycle, found 2 <- 2"),
    Case(
      .bristolFashion, "3 5\n1 2\n1 1\nx\n2 1 0 9 2 AND\n2 1 0 1 3 OR OR\n",
      #":4:1: expected a gate such as "2 1 0 1 2 AND", found "x""#, #":5:7: expected a wire below 5, found "9""#,
      #":6:14: expected the end of the line, found "OR""#),
    Case(
      .bristolOld, "1 3\n1 1\n\n2 1 0 1 2 AND\n",
      ":2:4: expected the width of the output, a number below 2^31, found the end of the line"),
    Case(.bristolOld, "1 3\n1 1 1 1\n\n2 1 0 1 2 AND\n", #":2:7: expected the end of the line, found "1""#),
    Case(
      .bristolOld, "2 5\n1 1 1\n\n2 1 0 3 4 AND\n2 1 0 1 2 AND\n",
      ":1:3: expected 4 wires (2 inputs and 2 driven), found 5",
      #":4:7: expected a wire that something drives, found "3""#),
  ]

  @Test(arguments: aiger + named + bristol)
  func malformedFilesAreRefusedWithPositions(_ c: Case) throws {
    let error = try #require(throws: CircuitFileError.self) {
      try Circuit(reading: c.bytes, format: c.format, path: "f")
    }
    let messages = error.description.split(separator: "\n").map { String($0.dropFirst(1)) }
    #expect(messages == c.messages)
    #expect(error.format == c.format && error.path == "f" && error.faultCount == c.messages.count)
  }

  @Test func thereAreManyRefusals() {
    #expect(RefusalTests.aiger.count + RefusalTests.named.count + RefusalTests.bristol.count >= 60)
  }

  @Test func manyFaultsAreCountedAndTheFirstTwentyKept() throws {
    let text = "INPUT(a)\n" + (0..<1000).map { "g\($0) = FROB(a)\n" }.joined()
    let error = try #require(throws: CircuitFileError.self) { try Circuit(reading: Array(text.utf8)) }
    #expect(error.faultCount == 1000)
    #expect(error.faults.count == CircuitFileError.maximumKeptFaults)
    #expect(error.faults[19].position == .line(21, column: 7))
    #expect(error.description.hasSuffix("\n<input>: and 980 more faults"))
  }

  @Test func allCyclesAreCounted() throws {
    let text =
      "OUTPUT(g0)\n" + (0..<500).map { "g\(2 * $0) = NOT(g\(2 * $0 + 1))\ng\(2 * $0 + 1) = NOT(g\(2 * $0))\n" }.joined()
    let error = try #require(throws: CircuitFileError.self) { try Circuit(reading: Array(text.utf8)) }
    #expect(error.faultCount == 500)
    #expect(error.description.hasSuffix("\n<input>: and 480 more faults"))
  }

  @Test func aCycleOfAMillionGatesIsReportedShortly() throws {
    let count = 1_000_000
    var text: [UInt8] = Array("OUTPUT(g0)\n".utf8)
    for i in 0..<count { text += "g\(i) = NOT(g\((i + 1) % count))\n".utf8 }
    let error = try #require(throws: CircuitFileError.self) { try Circuit(reading: text) }
    #expect(
      error.description
        == #"<input>:2:1: expected no cycle, found "g0" <- "g1" <- "g2" <- "g3" <- "g4" <- "g5" <- "g6" <- "g7" <- ... (1000000 signals) <- "g0""#
    )
  }

  @Test func aLongLineOfGarbageIsQuotedShortly() throws {
    let error = try #require(throws: CircuitFileError.self) {
      try Circuit(reading: Array("aag ".utf8) + Array(repeating: 0xFF, count: 100_000), path: "f")
    }
    #expect(error.description.utf8.count < 300)
  }

  @Test func unknownContentAndMissingFilesAreRefused() throws {
    func message(_ body: () throws -> Circuit) -> String {
      do { return "read \(try body().gateCount) gates" } catch { return "\(error)" }
    }
    #expect(
      message { try Circuit(reading: Array("hello\n".utf8)) }
        == "<input>: expected a circuit in AIGER, BLIF, bench or Bristol format, found \"hello\"")
    #expect(
      message { try Circuit(reading: [], path: "x.doc") }
        == "x.doc: expected a circuit in AIGER, BLIF, bench or Bristol format, found the end of the file")
    #expect(
      message { try Circuit(contentsOf: "/nonexistent/a.aag") }
        == "/nonexistent/a.aag: expected a readable file, found No such file or directory")
    #expect(message { try Circuit(contentsOf: "/") } == "/: expected a readable file, found a directory")
    #expect(
      message { try Circuit(contentsOf: "/dev/zero") }
        == "/dev/zero: expected a readable file, found a device or socket")
  }
}
