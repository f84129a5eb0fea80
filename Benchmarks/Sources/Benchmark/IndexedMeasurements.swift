// The indexed path on SHA-256: one input at a time, beside the bare loop that is its limit.
import Circuits
import Constructions
import Foundation

extension Recorder {
  mutating func measureIndexed() throws {
    let group = "Indexed, SHA-256, one input"
    let folder = try folder(of: sha256)
    let chains = repetitions(9)
    let rounds = repetitions(5)
    let assignments = randomAssignments(chains + 1, inputCount: sha256.circuit.inputCount)
    let expected = assignments.map { bitText(sha256.circuit($0)) }
    var loop = GatherLoop(sha256.simulation.chain)
    let steps = Double(sha256.simulation.chain.stepCount)

    // Rounds of the bare loop and of a fresh process by turns: both see the machine in the same state.
    var reports: [IndexedReport] = []
    var gathered: [Double] = []
    for _ in 0..<rounds {
      gathered += try samples(chains) {
        loop.run(assignments[0])
      } check: {
        bitText(sha256.manifest.outputs(ofWireValues: $0.map { $0 != 0 })) == expected[0]
      }.map { steps / $0 }
      reports.append(try indexed(folder, chains: chains))
    }
    guard reports.allSatisfy({ $0.outputs == expected }) else {
      throw BenchmarkFailure("the indexed path's outputs are not the circuit's")
    }
    let rates = reports.flatMap { report in report.chainSeconds.map { Double(report.tokensPerChain) / $0 } }
    add(
      Measurement(
        group, "Tokens", .tokensPerSecond, rates, target: .atLeast(5e7),
        note:
          "\(chains) chains in each of \(rounds) fresh processes, each of another input and compared with the circuit; "
          + "an input's first token to its last, reading the folder and deriving the program not counted."))
    add(
      Measurement(
        group, "Peak memory of the process", .bytes, reports.map { Double($0.peakResidentBytes) },
        target: .below(0x1p30),
        note: "Reading the folder and deriving the program included: VmHWM of the process."))
    add(
      Measurement(
        group, "Bare gather loop, gates", .perSecond, gathered,
        note: "The same circuit as two gathers and a table look-up a gate on bytes: the limit of one input on one core."
      ))
    add(
      Measurement(
        group, "Bare loop / indexed", .times,
        zip(reports, stride(from: 0, to: gathered.count, by: chains)).map {
          let tokens = Measurement("", "", .tokensPerSecond, $0.chainSeconds.map { steps / $0 }).median
          return Measurement("", "", .perSecond, Array(gathered[$1..<$1 + chains])).median / tokens
        }, note: "Of the medians of each round."))
    add(Measurement(group, "Bytes of the derived program", .bytes, [Double(reports[0].programBytes)]))
    let scheduled = try indexed(folder, chains: 1, words: ["--with-schedule"])
    let cacheNote =
      "Of a float32 cache of all key and value coordinates, as dense attention needs it; live: cut to the wires that a later gate reads."
    add(Measurement(group, "Cache, whole", .bytes, [Double(scheduled.wholeCacheBytes)], note: cacheNote))
    add(Measurement(group, "Cache, live", .bytes, [Double(scheduled.liveCacheBytes)], note: cacheNote))

    let breakdown = "Indexed: where the time goes"
    add(Measurement(breakdown, "Reading the folder", .seconds, reports.map(\.readSeconds)))
    add(
      Measurement(
        breakdown, "Deriving from the weights what they compute", .seconds, reports.map(\.deriveSeconds),
        note: "For all inputs and any rounding no worse than float32's: `Checker.derive(.rounded(.float32))`."))
    add(
      Measurement(
        breakdown, "The first chain", .seconds, reports.map(\.firstChainSeconds),
        note: "Touches the program's memory for the first time."
      ))
    add(Measurement(breakdown, "A further chain", .seconds, reports.flatMap(\.chainSeconds)))
    let words = ["run", folder, "--input", bitText(assignments[0]), "--engine", "indexed", "--quiet"]
    let runs = try (0...rounds).map { _ in try launch(words) }.dropFirst()
    guard runs.allSatisfy({ $0.output == expected[0] + "\n" }) else {
      throw BenchmarkFailure("wright run printed other outputs than the circuit's")
    }
    add(Measurement(breakdown, "`wright run --engine indexed`, the whole process", .seconds, runs.map(\.seconds)))
    add(
      Measurement(
        breakdown, "`wright run --engine indexed`, peak memory", .bytes, runs.map { Double($0.peakResidentBytes) }))
  }

  private func indexed(_ folder: String, chains: Int, words: [String] = []) throws -> IndexedReport {
    let data = try output(of: [CommandLine.arguments[0], "indexed", folder, "--chains", "\(chains)"] + words)
    return try JSONDecoder().decode(IndexedReport.self, from: data)
  }
}
