// Real circuits: tables and depths beside ABC's, and ABC's own proof that the mapping is the circuit.
import Circuits
import Foundation
import Testing
import TestSupport

@Suite(.enabled(if: sharedData != nil))
struct MappingGoldenTests {
  /// Tables and depth that ABC reports: `read FILE; strash; if -K k; print_stats` (berkeley-abc 1.01+20221019git70cb339 of Debian 12).
  @Test(arguments: [
    ("aiger/epfl-adder.aig", 4, 339, 85), ("aiger/epfl-adder.aig", 6, 254, 51), ("aiger/epfl-cavlc.aig", 4, 288, 6),
    ("aiger/epfl-cavlc.aig", 6, 122, 4), ("aiger/epfl-int2float.aig", 6, 49, 3), ("aiger/epfl-max.aig", 6, 842, 56),
    ("aiger/epfl-multiplier.aig", 4, 7599, 87), ("aiger/epfl-multiplier.aig", 6, 5913, 53),
    ("aiger/epfl-voter.aig", 6, 2818, 17), ("aiger/iscas-c432.aig", 6, 83, 7), ("bench/c499.bench", 6, 66, 4),
    ("bench/c880.bench", 6, 97, 6), ("bench/c1355.bench", 6, 66, 4), ("bench/c432.bench", 6, 59, 10),
  ])
  func tablesAndDepthAreABCs(name: String, tableInputs: Int, tables: Int, depth: Int) throws {
    let circuit = try Circuit(contentsOf: try #require(sharedData).appending(path: "circuits/\(name)").path)
    let network = circuit.mapped(MappingParameters(tableInputs: tableInputs)).network
    #expect(network.depth == depth && network.tableCountWithPlainOutputs * 100 <= tables * 103)
    #expect(network.tableCount * 100 >= tables * 80, "a mapping with so few tables is a reason to look")
    #expect(difference(network, circuit) == nil)
  }

  static let abc: String? = ["/usr/bin/berkeley-abc", "/usr/local/bin/abc"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(
    .enabled(if: abc != nil), arguments: ["bench/c1355.bench", "aiger/epfl-max.aig", "aiger/epfl-ctrl.aig"],
    [2, 4, 6, 9])
  func abcProvesMappingsEqualAndFindsACorruptedOne(name: String, tableInputs: Int) throws {
    let original = try #require(sharedData).appending(path: "circuits/\(name)").path
    let network = try Circuit(contentsOf: original).mapped(MappingParameters(tableInputs: tableInputs)).network
    let path = FileManager.default.temporaryDirectory.appending(path: "wright-map-\(UUID().uuidString).blif").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try Circuit(network).write(to: path, as: .blif)
    #expect(try runABC("cec -n \(original) \(path)").contains("Networks are equivalent"))
    let last = network.outputs[0].wire.index - network.inputCount
    // A row that the operands take on some assignment.
    let row = try #require(
      (0..<(1 << network.fanIn(ofTable: last))).first { row in
        let corrupted = network.corrupted(table: last, row: row)
        var random = SplitMix64(seed: 1)
        let block = AssignmentBlock.random(count: 256, signalCount: network.inputCount, using: &random)
        return corrupted.simulate(block) != network.simulate(block)
      })
    try Circuit(network.corrupted(table: last, row: row)).write(to: path, as: .blif)
    #expect(try runABC("cec -n \(original) \(path)").contains("NOT EQUIVALENT"))
  }

  private func runABC(_ script: String) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: try #require(MappingGoldenTests.abc))
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
