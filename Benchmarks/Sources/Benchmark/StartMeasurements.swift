// From nothing to the first token: a fresh process of `wright` on adder64.
import Circuits
import Constructions

extension Recorder {
  mutating func measureStart() throws {
    let group = "Cold start, adder64"
    let folder = try folder(of: adder64)
    let input = adder64.assignments(1)[0]
    let expected = bitText(adder64.circuit(input))
    for engine in ["indexed", "dense"] {
      let words = ["run", folder, "--input", bitText(input), "--engine", engine, "--quiet"]
      let whole = try (0...repetitions(15)).map { _ in try launch(words) }.dropFirst()
      let traced = try (0...repetitions(15)).map { _ in try launch(words + ["--trace"]) }.dropFirst()
      guard whole.allSatisfy({ $0.output == expected + "\n" }),
        traced.allSatisfy({ $0.output.hasPrefix("step 1 ") && $0.output.hasSuffix("\n\(expected)\n") })
      else { throw BenchmarkFailure("wright run printed other outputs than the circuit's") }
      add(
        Measurement(
          group, "`wright run --engine \(engine)`: all \(adder64.manifest.emittedTokenCount) tokens, the process gone",
          .seconds, whole.map(\.seconds), target: .below(0.1),
          note:
            "A fresh process, its files in the page cache; an upper bound of the time to the first token, since `run` prints when it is done."
        ))
      add(
        Measurement(
          group, "`wright run --engine \(engine) --trace`: the first line is read", .seconds,
          traced.map(\.firstLineSeconds), target: .below(0.1)))
    }
  }
}
