// The dense engine beside `transformers`: the same folders, the same prompts, by turns, and equal tokens.
import Circuits
import Constructions
import Foundation
import Transformers

extension Recorder {
  mutating func measureDense() throws {
    let long = mult64.manifest.emittedTokenCount
    try compare(adder64, batch: 1, count: adder64.manifest.emittedTokenCount, rounds: 9, target: .atLeast(100))
    try compare(adder64, batch: 16, count: adder64.manifest.emittedTokenCount, rounds: 5, target: nil)
    try compare(mult64, batch: 1, count: isQuick ? 300 : long, rounds: 3, target: .atLeast(10))
    try compare(mult64, batch: 16, count: isQuick ? 50 : 1000, rounds: 3, target: nil)
    try measureDenseProcess()
    try measureStages(adder64, batch: 1)
    try measureStages(adder64, batch: 16)
    try measureStages(mult64, batch: 1)
  }

  /// Ours and theirs by turns, after one turn of each that does not count.
  private mutating func compare(
    _ circuit: BenchmarkCircuit, batch: Int, count: Int, rounds: Int, target: Target?
  ) throws {
    let folder = try folder(of: circuit)
    let engine = try Engine(ModelFolder.read(folder))
    let loaded = try transformers.load(folder)
    guard loaded.parameters == circuit.simulation.cost.parameterCount else {
      throw BenchmarkFailure("transformers loaded \(loaded.parameters) parameters")
    }
    let texts = circuit.expectedTokens(for: circuit.assignments(batch))
    let promptCount = circuit.manifest.inputCount + circuit.manifest.leadingTokenCount
    let prompts = texts.map { Array($0[..<promptCount]) }
    let expected = texts.map { Array($0[promptCount..<promptCount + count]) }
    var (ours, theirs): ([Double], [Double]) = ([], [])
    // Long chains warm up on a part of them, both sides on the same part.
    let warmUp = min(count, 400)
    for round in 0...repetitions(rounds) {
      let n = round == 0 ? warmUp : count
      let (seconds, tokens) = timed {
        engine.makeSession(batchSize: batch).generate(after: prompts, maximumNewTokens: n)
      }
      let other = try transformers.generate(after: prompts, count: n)
      let wanted = expected.map { Array($0[..<n]) }
      guard tokens == wanted else {
        throw BenchmarkFailure("\(circuit.name): the engine's tokens are not the circuit's")
      }
      guard other.tokens == wanted else {
        throw BenchmarkFailure("\(circuit.name): transformers' tokens are not the circuit's")
      }
      if round == 0 { continue }
      ours.append(Double(n * batch) / seconds)
      theirs.append(Double(n * batch) / other.seconds)
    }
    let group = "Dense, \(circuit.name), batch \(batch)"
    let whole = count == circuit.manifest.emittedTokenCount
    let extent =
      whole
      ? "all \(Figure.grouped(count)) tokens of the chain"
      : "the first \(Figure.grouped(count)) tokens of the chain on both sides"
    let note =
      "float32, greedy, key-value cache, \(extent) after a prompt of \(promptCount), which is counted in the time and not in the tokens; loading is not counted; all tokens equal the circuit's."
    add(Measurement(group, "Wright", .tokensPerSecond, ours, note: note))
    add(
      Measurement(
        group, "`transformers` `generate()`, attention \(loaded.attention)", .tokensPerSecond, theirs, note: note))
    add(
      Measurement(
        group, "Wright / transformers", .times, zip(ours, theirs).map { $0 / $1 }, target: target,
        note: "Of each turn; the median is compared with the target."))
  }

  /// The same through the program, start and loading included.
  private mutating func measureDenseProcess() throws {
    for circuit in [adder64, mult64] {
      let input = circuit.assignments(1)[0]
      let words = ["run", try folder(of: circuit), "--input", bitText(input), "--engine", "dense", "--quiet"]
      let runs = try (0...repetitions(5)).map { _ in try launch(words) }.dropFirst()
      guard runs.allSatisfy({ $0.output == bitText(circuit.circuit(input)) + "\n" }) else {
        throw BenchmarkFailure("wright run printed other outputs than the circuit's")
      }
      add(
        Measurement(
          "Dense, the program", "`wright run --engine dense` on \(circuit.name), the whole process", .seconds,
          runs.map(\.seconds)))
    }
  }

  /// The stages of a step, by the session's own timers.
  private mutating func measureStages(_ circuit: BenchmarkCircuit, batch: Int) throws {
    let engine = try Engine(ModelFolder.read(folder(of: circuit)))
    let prompts = circuit.assignments(batch).map(circuit.manifest.prompt)
    let count = isQuick ? min(300, circuit.manifest.emittedTokenCount) : circuit.manifest.emittedTokenCount
    var runs: [StageTimes] = []
    for _ in 0...repetitions(5) {
      let session = engine.makeSession(batchSize: batch)
      session.append(prompts.map { Array($0.dropLast()) }, logits: .none)
      session.stageTimes = StageTimes()
      _ = session.generate(after: prompts.map { Array($0.suffix(1)) }, maximumNewTokens: count)
      if let times = session.stageTimes { runs.append(times) }
    }
    runs.removeFirst()
    let stages: [(String, (StageTimes) -> Duration)] = [
      ("Attention", \.attention), ("Feedforward", \.feedForward), ("Head", \.head), ("Other", \.other),
    ]
    for (name, time) in stages {
      add(
        Measurement(
          "Dense: where a token's time goes, \(circuit.name), batch \(batch)", name, .seconds,
          runs.map { time($0) / .seconds(count * batch) },
          note:
            "The mean of all tokens of a chain, with the timers running, which take some tens of nanoseconds a stage."))
    }
  }
}
