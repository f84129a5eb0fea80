// Decoding by Wright in a process of its own, which speaks as `Python/decode.py` does.
import ArgumentParser
import Transformers

/// `benchmark decoder`.
struct DecoderProcess: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decoder", abstract: "Decode what standard input asks for, one JSON object a line.",
    shouldDisplay: false)

  func run() throws {
    var engine: Engine?
    var batch = 1
    try LineService.serve { (request: DecodingRequest) -> any Encodable in
      if let load = request.load {
        let (seconds, count) = try timed {
          let model = try ModelFolder.read(load.folder)
          engine = try Engine(model)
          return model.parameterCount
        }
        batch = load.batch
        return DecodingModelFacts(parameters: count, seconds: seconds)
      }
      guard let engine, let prompts = request.prompts, let count = request.count else {
        throw BenchmarkFailure("nothing to do")
      }
      if let rounds = request.profiledRounds {
        let samples = try ProcessorSamples {
          for _ in 0..<rounds {
            _ = engine.makeSession(batchSize: batch).generate(after: prompts, maximumNewTokens: count)
          }
        }
        return WorkProfile(samples, threads: 2)
      }
      let (seconds, tokens) = timed {
        engine.makeSession(batchSize: batch).generate(after: prompts, maximumNewTokens: count)
      }
      return DecodedTexts(seconds: seconds, tokens: tokens, peakBytes: try Machine.peakResidentBytes())
    }
  }
}
