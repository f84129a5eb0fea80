// Greedy decoding of a random LLaMA beside the best that PyTorch can do, by turns.
import Foundation
import Transformers

extension Recorder {
  mutating func measureDecoding() throws {
    try compareDecoding(batch: 1, target: .atLeast(4))
    try compareDecoding(batch: 16, target: .atLeast(1.5))
  }

  private mutating func compareDecoding(batch: Int, target: Target) throws {
    let peak = try productPeaks()[.float32] ?? 1
    let (promptLength, count) = (16, isQuick ? 64 : 256)
    let path = "\(work)/random-llama"
    let model = DecodingModel.random(seed: 4)
    if !FileManager.default.fileExists(atPath: path) { try ModelFolder.write(model, to: path) }
    let engine = try Engine(model)
    let prompts = DecodingModel.prompts(batch, length: promptLength)
    let ours = try DecodingContestant(folder: path, batch: batch, length: promptLength + count)
    let expected = try ours.decode(after: prompts, count: count).tokens
    let group = "Decoding, LLaMA (256, 6, 8, 688, 128), batch \(batch)"
    func rate(_ texts: DecodedTexts) -> Double { Double(batch * count) / texts.seconds }

    // The trial: every variant decodes twice, and its better time counts.
    var best: (rate: Double, peer: DecodingContestant)?
    var failures: [String] = []
    let candidates = isQuick ? DecodingVariant.candidates.filter { $0.compile == nil } : DecodingVariant.candidates
    for variant in candidates {
      do {
        let peer = try DecodingContestant(
          variant, python: python, folder: path, batch: batch, length: promptLength + count)
        let rates = try (0..<2).map { _ in
          let texts = try peer.decode(after: prompts, count: count)
          _ = try DecodingModel.agreement(engine, prompts, expected, texts.tokens)
          return rate(texts)
        }
        add(Measurement("\(group): the trial of PyTorch", peer.name, .tokensPerSecond, rates))
        let rate = rates.reduce(0, max)
        if rate > best?.rate ?? 0 { best = (rate, peer) }
      } catch let refusal as LineProcess.Refusal {
        failures.append("\(variant.description): \(refusal)")
      }
    }
    for failure in failures { note("  \(failure)") }
    guard let peer = best?.peer else { throw BenchmarkFailure("no variant of PyTorch decodes") }

    var turns: [(ours: DecodedTexts, theirs: DecodedTexts)] = []
    var agreements: [Double] = []
    for round in 0...repetitions(9) {
      let turn = (
        ours: try ours.decode(after: prompts, count: count), theirs: try peer.decode(after: prompts, count: count)
      )
      guard turn.ours.tokens == expected else { throw BenchmarkFailure("the engine's tokens changed between runs") }
      agreements.append(try DecodingModel.agreement(engine, prompts, expected, turn.theirs.tokens))
      if round > 0 { turns.append(turn) }
    }
    let note =
      "float32, greedy, key-value cache, \(count) new tokens a text after a prompt of \(promptLength), which is counted in the time and not in the tokens; loading and compiling are not counted. The peer is the best variant of the trial; "
      + "\(Figure.text((agreements.min() ?? 0) * 100, .percent) ) of the tokens stand before the first in which the two differ, by logits within 0.001."
    add(Measurement(group, "Wright", .tokensPerSecond, turns.map { rate($0.ours) }, note: note))
    add(Measurement(group, "PyTorch: \(peer.name)", .tokensPerSecond, turns.map { rate($0.theirs) }, note: note))
    let operations = DecodingModel.operationsPerToken(after: promptLength, count: count)
    for (name, rates) in [
      ("Wright", turns.map { rate($0.ours) }), ("PyTorch: \(peer.name)", turns.map { rate($0.theirs) }),
    ] {
      add(
        Measurement(
          group, "\(name), share of the product peak", .percent, rates.map { $0 * operations / peak * 100 },
          note:
            "The operations of the products alone, against the peak above of both cores in float32. A text alone multiplies matrices by vectors: then the weights' way from memory is the limit and not the multiplying."
        ))
    }
    add(
      Measurement(
        group, "Wright / PyTorch", .times, turns.map { $0.theirs.seconds / $0.ours.seconds }, target: target,
        note: "Of each turn; the median is compared with the target."))
    add(
      Measurement(
        group, "Peak memory, Wright", .bytes, turns.suffix(1).map { Double($0.ours.peakBytes) },
        target: .below(Double(turns[turns.count - 1].theirs.peakBytes))))
    add(Measurement(group, "Peak memory, PyTorch", .bytes, turns.suffix(1).map { Double($0.theirs.peakBytes) }))
    let rounds = max(1, Int(3 / turns[turns.count - 1].ours.seconds))
    add(try ours.profile(after: prompts, count: count, rounds: rounds), threads: 2, in: group)
  }
}
