// The real circuits of the shared data: their sizes, and their functions against integer arithmetic.
import Circuits
import Foundation
import Testing
import TestSupport

@Suite(.enabled(if: sharedData != nil))
struct SharedCircuitTests {
  func circuit(_ name: String) throws -> Circuit {
    try Circuit(contentsOf: try #require(sharedData).appending(path: "circuits/\(name)").path)
  }

  /// File, inputs, outputs, gates: in AIGER the header's A and one for each constant that is an output (epfl-ctrl has one).
  static let sizes: [(String, Int, Int, Int)] = [
    ("aiger/and.aag", 2, 1, 1), ("aiger/buffer.aag", 1, 1, 0), ("aiger/empty.aag", 0, 0, 0),
    ("aiger/false.aag", 0, 1, 1), ("aiger/true.aag", 0, 1, 1), ("aiger/halfadder.aag", 2, 2, 3),
    ("aiger/inverter.aag", 1, 1, 0), ("aiger/or.aag", 2, 1, 1), ("aiger/xor1.aag", 2, 1, 3),
    ("aiger/epfl-adder.aig", 256, 129, 1020), ("aiger/epfl-cavlc.aig", 10, 11, 693),
    ("aiger/epfl-ctrl.aig", 7, 26, 175), ("aiger/epfl-int2float.aig", 11, 7, 260),
    ("aiger/epfl-max.aig", 512, 130, 2865), ("aiger/epfl-multiplier.aig", 128, 128, 27062),
    ("aiger/epfl-sqrt.aig", 128, 64, 24618), ("aiger/epfl-voter.aig", 1001, 1, 13758),
    ("aiger/iscas-c17.aig", 5, 2, 6), ("aiger/iscas-c432.aig", 36, 7, 208), ("aiger/iscas-c880.aig", 60, 26, 325),
    ("bench/c17.bench", 5, 2, 6), ("bristol/adder64.txt", 128, 64, 376), ("bristol/sub64.txt", 128, 64, 439),
    ("bristol/neg64.txt", 64, 64, 190), ("bristol/zero_equal.txt", 64, 1, 127),
    ("bristol/mult64.txt", 128, 64, 13675), ("bristol/aes_128.txt", 256, 128, 36663),
    ("bristol/sha256.txt", 768, 256, 135_073), ("bristol/old-adder_32bit.txt", 64, 33, 375),
  ]

  @Test(arguments: sizes)
  func filesHaveTheirSizes(_ name: String, _ inputs: Int, _ outputs: Int, _ gates: Int) throws {
    let circuit = try circuit(name)
    #expect(circuit.inputCount == inputs)
    #expect(circuit.outputCount == outputs)
    #expect(circuit.gateCount == gates)
  }

  @Test func everyFileIsReadOrRefusedAsSequential() throws {
    let folder = try #require(sharedData).appending(path: "circuits")
    var refusals: [String: String] = [:]
    var count = 0
    for kind in ["aiger", "bench", "blif", "bristol"] {
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.appending(path: kind).path) {
        count += 1
        do { _ = try circuit("\(kind)/\(file)") } catch let error as CircuitFileError {
          refusals[file] = error.faults.map { "\($0.position): \($0.found)" }.joined(separator: "; ")
        }
      }
    }
    #expect(count >= 40)
    #expect(
      refusals == [
        "cnt1.aag": "line(1, column: 9): a sequential circuit: 1 latch",
        "toggle.aag": "line(1, column: 9): a sequential circuit: 1 latch",
        "toggle-re.aag": "line(1, column: 9): a sequential circuit: 1 latch",
        "s27.bench":
          "line(14, column: 6): a sequential circuit: \"DFF\"; line(15, column: 6): a sequential circuit: \"DFF\"; "
          + "line(16, column: 6): a sequential circuit: \"DFF\"",
      ])
  }

  @Test(arguments: ["bench/c432.bench", "bench/c499.bench", "bench/c880.bench", "bench/c1355.bench"])
  func aBenchGateIsOneGateUnlessItHasMoreThanSixOperands(_ name: String) throws {
    let text = try String(contentsOf: try #require(sharedData).appending(path: "circuits/\(name)"), encoding: .utf8)
    let gates = text.split(separator: "\n").filter { $0.contains("=") }.map { line in
      let operands = line.filter { $0 == "," }.count + 1
      return operands <= 6 ? 1 : 1 + (operands - 6 + 4) / 5
    }
    #expect(try circuit(name).gateCount == gates.reduce(0, +))
  }

  @Test(arguments: ["add", "subtract", "multiply"])
  func wordCircuitsComputeIntegerArithmetic(_ operation: String) throws {
    func function(_ a: UInt64, _ b: UInt64) -> UInt64 {
      switch operation {
      case "add": a &+ b
      case "subtract": a &- b
      default: a &* b
      }
    }
    let files = ["add": "adder64", "subtract": "sub64", "multiply": "mult64"]
    let circuit = try circuit("bristol/\(try #require(files[operation])).txt")
    #expect(circuit.names.inputWidths == [64, 64])
    var random = SplitMix64(seed: 3)
    for (a, b) in [(0, 0), (.max, 1), (.max, .max)] + (0..<12).map({ _ in (random.next(), random.next()) }) {
      #expect(number(circuit(bits(a) + bits(b))) == function(a, b))
    }
  }

  @Test func smallerWordCircuitsComputeIntegerArithmetic() throws {
    let negate = try circuit("bristol/neg64.txt")
    let isZero = try circuit("bristol/zero_equal.txt")
    let add = try circuit("bristol/old-adder_32bit.txt")
    #expect(add.names.inputWidths == [32, 32] && add.names.outputWidths == [33])
    var random = SplitMix64(seed: 4)
    var values: [UInt64] = [0, 1, .max]
    for _ in 0..<12 { values.append(random.next()) }
    for value in values {
      #expect(number(negate(bits(value))) == 0 &- value)
      #expect(isZero(bits(value)) == [value == 0])
      let (a, b) = (value >> 32, value & 0xFFFF_FFFF)
      #expect(number(add(bits(a, 32) + bits(b, 32))) == a + b)
    }
  }

  @Test func theEPFLAdderMultiplierAndVoterComputeTheirFunctions() throws {
    let adder = try circuit("aiger/epfl-adder.aig")
    let multiplier = try circuit("aiger/epfl-multiplier.aig")
    let voter = try circuit("aiger/epfl-voter.aig")
    var random = SplitMix64(seed: 5)
    for _ in 0..<5 {
      let a = (random.next(), random.next())
      let b = (random.next(), random.next())
      let sum = adder(bits(a.0) + bits(a.1) + bits(b.0) + bits(b.1))
      let low = a.0.addingReportingOverflow(b.0)
      let carry: UInt64 = low.overflow ? 1 : 0
      let high = a.1.addingReportingOverflow(b.1)
      let total = high.partialValue.addingReportingOverflow(carry)
      #expect(number(sum[0..<64]) == low.partialValue)
      #expect(number(sum[64..<128]) == total.partialValue)
      #expect(sum[128] == (high.overflow || total.overflow))
      let product = multiplier(bits(a.0) + bits(b.0))
      let full = a.0.multipliedFullWidth(by: b.0)
      #expect(number(product[0..<64]) == full.low && number(product[64...]) == full.high)
      let votes = (0..<1001).map { _ in Bool.random(using: &random) }
      #expect(voter(votes) == [votes.filter { $0 }.count > 500])
    }
  }

  @Test(arguments: [
    "bristol/sub64.txt", "aiger/epfl-adder.aig", "bench/c499.bench", "blif/int2float.blif", "bristol/neg64.txt",
    "blif/max.blif",
  ])
  func realCircuitsComeBackFromEveryFormat(_ name: String) throws {
    let original = try circuit(name)
    for format in CircuitFormat.allCases {
      var random = SplitMix64(seed: 6)
      let again = try Circuit(reading: original.bytes(as: format), format: format)
      #expect(difference(original, again, &random) == nil, "\(name) as \(format)")
    }
  }

  @Test func ownFormatsComeBackWithAsManyGates() throws {
    for (name, format) in [
      ("bristol/sha256.txt", CircuitFormat.bristolFashion), ("aiger/epfl-multiplier.aig", .aigerBinary),
      ("blif/adder.blif", .blif), ("bench/c17.bench", .bench),
    ] {
      let original = try circuit(name)
      let again = try Circuit(reading: original.bytes(as: format))
      #expect(again.gateCount == original.gateCount, "\(name)")
      #expect(again.names.inputs == original.names.inputs && again.names.outputs == original.names.outputs)
      #expect(again.names.inputWidths == original.names.inputWidths)
    }
  }

  @Test func lookupTablesOfTheEPFLAdderAgreeWithItsGates() throws {
    var random = SplitMix64(seed: 8)
    #expect(difference(try circuit("blif/adder.blif"), try circuit("aiger/epfl-adder.aig"), &random) == nil)
    #expect(difference(try circuit("blif/int2float.blif"), try circuit("aiger/epfl-int2float.aig"), &random) == nil)
    #expect(difference(try circuit("blif/int2float.blif"), try circuit("aiger/iscas-c17.aig"), &random) != nil)
  }
}
