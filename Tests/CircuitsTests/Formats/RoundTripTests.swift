// What is written in any format is read back as the same function; damaged files never crash a reader.
import Circuits
import Foundation
import Testing
import TestSupport

struct RoundTripTests {
  @Test(arguments: CircuitFormat.allCases)
  func randomCircuitsComeBackAsTheSameFunction(_ format: CircuitFormat) throws {
    for seed in 0..<300 as Range<UInt64> {
      var random = SplitMix64(seed: seed)
      let circuit = randomCircuit(&random)
      let bytes = circuit.bytes(as: format)
      let again = try Circuit(reading: bytes, format: format)
      #expect(difference(circuit, again, &random) == nil, "seed \(seed): \(String(decoding: bytes, as: UTF8.self))")
      // A second trip changes nothing any more where the format holds every gate that it wrote.
      if format != .bench {
        #expect(
          again.bytes(as: format) == (try Circuit(reading: again.bytes(as: format), format: format)).bytes(as: format))
      }
    }
  }

  @Test func everyFunctionOfThreeInputsIsWrittenInEveryFormat() throws {
    var random = SplitMix64(seed: 1)
    for bits in 0..<256 as Range<UInt64> {
      var builder = CircuitBuilder(inputCount: 3)
      let gate = builder.gate(TruthTable(bits: bits, inputCount: 3), (0..<3).map { builder.input($0) })
      let circuit = builder.circuit(outputs: [Literal(gate)])
      for format in CircuitFormat.allCases {
        let again = try Circuit(reading: circuit.bytes(as: format), format: format)
        #expect(difference(circuit, again, &random) == nil, "table \(bits) in \(format)")
      }
    }
  }

  @Test(arguments: [(TruthTable.and, 1), (.nor, 1), (.xor, 3), (.multiplexer, 3), (.majority, 4), (.identity, 0)])
  func decompositionsIntoAndsAreSmall(_ table: TruthTable, _ gates: Int) throws {
    var builder = CircuitBuilder(inputCount: table.inputCount)
    let gate = builder.gate(table, (0..<table.inputCount).map { builder.input($0) })
    let circuit = builder.circuit(outputs: [Literal(gate)])
    #expect(try Circuit(reading: circuit.bytes(as: .aigerBinary)).gateCount == gates)
  }

  @Test func equalGatesAreWrittenOnceInAIGER() throws {
    var builder = CircuitBuilder(inputCount: 2)
    let a = builder.gate(.and, builder.input(0), builder.input(1))
    let b = builder.gate(.nand, builder.input(1), builder.input(0))
    let circuit = builder.circuit(outputs: [Literal(a), Literal(b)])
    let text = String(decoding: circuit.bytes(as: .aigerASCII), as: UTF8.self)
    #expect(text == "aag 3 2 0 2 1\n2\n4\n6\n7\n6 4 2\n")
  }

  @Test func damagedFilesAreReadOrRefusedButNeverCrash() throws {
    var read = 0
    var refused = 0
    for c in ReadingTests.cases + ReadingTests.cases {
      for seed in 0..<60 as Range<UInt64> {
        var random = SplitMix64(seed: seed &* 1000 &+ UInt64(read + refused))
        var bytes = Array(c.text.utf8)
        for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
          let i = Int.random(in: 0..<bytes.count, using: &random)
          switch Int.random(in: 0..<5, using: &random) {
          case 0: bytes[i] ^= 1 << UInt8.random(in: 0..<8, using: &random)
          case 1: bytes[i] = UInt8.random(in: 0...255, using: &random)
          case 2: bytes.removeSubrange(i...)
          case 3: bytes.remove(at: i)
          default: bytes.insert(UInt8.random(in: 0x30..<0x3A, using: &random), at: i)
          }
        }
        let circuit: Circuit
        do { circuit = try Circuit(reading: bytes, format: c.format) } catch {
          refused += 1
          #expect(error.faultCount > 0 && !error.description.isEmpty)
          continue
        }
        read += 1
        if circuit.inputCount <= 16 {
          let again = try Circuit(reading: circuit.bytes(as: .blif), format: .blif)
          #expect(difference(circuit, again, &random) == nil, "\(c.format): \(bytes)")
        }
      }
    }
    #expect(read > 100 && refused > 1000, "both happen: \(read) read, \(refused) refused")
  }

  @Test func aFileIsReplacedWholeOrNotAtAll() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "wright-formats-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "and.aig").path
    let circuit = try Circuit(reading: Array(ReadingTests.cases[0].text.utf8))
    try circuit.write(to: path, as: .aigerBinary)
    try circuit.write(to: path, as: .aigerBinary)
    #expect(try Circuit(contentsOf: path).bytes(as: .aigerBinary) == circuit.bytes(as: .aigerBinary))
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["and.aig"])

    struct Full: Error {}
    struct FullSink: ByteSink {
      mutating func write(_ bytes: UnsafeRawBufferPointer) throws { throw Full() }
    }
    var sink = FullSink()
    #expect(throws: Full.self) { try circuit.write(as: .blif, to: &sink) }
    let error = #expect(throws: CircuitFileError.self) {
      try circuit.write(to: folder.appending(path: "none/and.aig").path, as: .blif)
    }
    #expect(
      error?.description
        == "\(folder.path)/none/and.aig: expected a file that can be written, found No such file or directory")
  }

  // MARK: - ABC

  static let abc: String? = ["/usr/bin/berkeley-abc", "/usr/local/bin/abc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    .enabled(if: abc != nil && sharedData != nil),
    arguments: [
      "bench/c432.bench", "bench/c880.bench", "aiger/epfl-cavlc.aig", "aiger/epfl-int2float.aig", "blif/ctrl.blif",
      "blif/max.blif",
    ])
  func abcFindsWhatWeWriteEquivalentToTheOriginal(_ name: String) throws {
    let original = try #require(sharedData).appending(path: "circuits/\(name)").path
    let circuit = try Circuit(contentsOf: original)
    let folder = FileManager.default.temporaryDirectory.appending(path: "wright-abc-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    // ABC reads no ASCII AIGER. `cec -n` matches inputs and outputs by position.
    for format in [CircuitFormat.aigerBinary, .blif, .bench] {
      let written = folder.appending(path: "written.\(format.fileExtension)").path
      try circuit.write(to: written, as: format)
      let output = try runABC("cec -n \(original) \(written)")
      #expect(output.contains("Networks are equivalent"), "\(name) as \(format): \(output)")
    }
    // And what ABC writes, we read: lookup tables of six inputs, and its constants.
    for (command, file) in [
      ("write_blif", "mapped.blif"), ("write_bench", "mapped.bench"), ("strash; write_aiger -s", "mapped.aig"),
    ] {
      let mapped = folder.appending(path: file).path
      _ = try runABC("read \(original); strash; if -K 6; \(command) \(mapped)")
      var random = SplitMix64(seed: 7)
      let again = try Circuit(contentsOf: mapped)
      #expect(difference(circuit, again, &random) == nil, "\(name) through ABC's \(file)")
    }
  }

  @Test(.enabled(if: abc != nil && sharedData != nil))
  func abcTellsDifferentCircuitsApart() throws {
    let folder = try #require(sharedData).appending(path: "circuits/aiger")
    let output = try runABC("cec -n \(folder.path)/iscas-c432.aig \(folder.path)/iscas-c432.aig")
    #expect(output.contains("Networks are equivalent"))
    var circuit = try Circuit(contentsOf: folder.appending(path: "iscas-c17.aig").path)
    circuit.outputs[0] = !circuit.outputs[0]
    let path = FileManager.default.temporaryDirectory.appending(path: "wright-\(UUID().uuidString).aig").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try circuit.write(to: path, as: .aigerBinary)
    #expect(try runABC("cec -n \(folder.path)/iscas-c17.aig \(path)").contains("NOT EQUIVALENT"))
  }

  private func runABC(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(RoundTripTests.abc))
    process.arguments = ["-q", script]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}
