// Gradients of decoders: against differences, against PyTorch, and the same whatever the threads and shards.
import Foundation
import Randomness
import Tensors
import TestSupport
import Testing
import Training
import Transformers

@Suite struct DecoderGradientTests {
  /// The first of the parameters whose gradient is not the slope of the loss (central differences, extrapolated), or `nil`.
  private func fault(
    _ objective: DecoderObjective, _ batch: TokenBatch, _ parameters: AlignedBuffer<Double>,
    _ gradients: AlignedBuffer<Double>
  ) -> String? {
    let engine = GradientEngine<DecoderObjective, Double>(objective, products: ReferenceProducts(), threadCount: 1)
    func slope(_ index: Int, _ h: Double) -> Double {
      let kept = parameters.base[index]
      defer { parameters.base[index] = kept }
      func value(_ x: Double) -> Double {
        parameters.base[index] = x
        return engine.loss(of: batch, parameters: parameters, normalization: 1 / batch.totalWeight)
      }
      return (value(kept + h) - value(kept - h)) / (2 * h)
    }
    for parameter in objective.layout.parameters {
      // The first element, and every seventh: each row and each column of a matrix is met.
      let indices = parameter.range.filter { ($0 - parameter.offset) % 7 == 0 }
      let slopes = indices.map { (4 * slope($0, 5e-4) - slope($0, 1e-3)) / 3 }
      let distance = relativeDistance(indices.map { gradients.base[$0] }, slopes)
      if distance > 1e-6 { return "\(parameter.name): \(distance)" }
    }
    return nil
  }

  @Test(arguments: DecoderKind.all)
  func gradientsAreTheSlopesOfTheLoss(kind: DecoderKind) throws {
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: objective)
    let batch = kind.batch(isWeighted: true)
    let gradients = gradients(objective, batch, parameters).gradients
    #expect(fault(objective, batch, parameters, gradients) == nil)
  }

  @Test func aWrongGradientIsCaught() throws {
    let kind = DecoderKind.all[0]
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: objective)
    let gradients = gradients(objective, kind.batch(), parameters).gradients
    gradients.base[objective.layout["model.layers.0.mlp.up_proj.weight"]?.offset ?? 0] += 1e-4
    #expect(fault(objective, kind.batch(), parameters, gradients)?.hasPrefix("model.layers.0.mlp.up_proj") == true)
  }

  @Test(arguments: DecoderKind.all)
  func theNumberOfThreadsChangesNoBit(kind: DecoderKind) throws {
    var kind = kind
    kind.options.tokensPerShard = 10
    let objective = try kind.objective()
    let parameters: AlignedBuffer<Float> = kind.parameters(of: objective)
    let batch = kind.batch(sequences: 11)
    let one = gradients(objective, batch, parameters, threadCount: 1)
    let two = gradients(objective, batch, parameters, threadCount: 2)
    #expect(objective.shardCount(of: batch) == 8)
    #expect(one.loss == two.loss)
    #expect(one.gradients.elements.elementsEqual(two.gradients.elements) { $0.bitPattern == $1.bitPattern })
  }

  @Test(arguments: DecoderKind.all)
  func shardsOfAnotherSizeChangeTheRoundingAlone(kind: DecoderKind) throws {
    let whole = try kind.objective()
    var kind = kind
    kind.options.tokensPerShard = 6
    let cut = try kind.objective()
    let parameters: AlignedBuffer<Double> = kind.parameters(of: whole)
    let batch = kind.batch(sequences: 5)
    #expect(whole.shardCount(of: batch) == 1 && cut.shardCount(of: batch) == 5)
    let (one, five) = (gradients(whole, batch, parameters), gradients(cut, batch, parameters))
    #expect(abs(one.loss - five.loss) <= 1e-13)
    for parameter in whole.layout.parameters {
      let name = parameter.name
      let distance = relativeDistance(
        numbers(name, of: whole, in: five.gradients), numbers(name, of: whole, in: one.gradients))
      #expect(distance <= 1e-12, "\(name)")
    }
  }

  @Test func sharedLayersGetTheSumOfTheirGradients() throws {
    let shared = DecoderKind.all[6]
    var apart = shared
    apart.options.sharing = .none
    let (one, other) = (try shared.objective(), try apart.objective())
    let parameters: AlignedBuffer<Double> = shared.parameters(of: one)
    let spread: AlignedBuffer<Double> = try other.parameters(from: one.model(from: parameters))
    let batch = shared.batch()
    let (sum, parts) = (gradients(one, batch, parameters), gradients(other, batch, spread))
    #expect(abs(sum.loss - parts.loss) <= 1e-13)
    for parameter in one.layout.parameters {
      var expected = numbers(parameter.name, of: other, in: parts.gradients)
      if parameter.name.contains("layers.0.") {
        let third = parameter.name.replacingOccurrences(of: "layers.0.", with: "layers.2.")
        expected = zip(expected, numbers(third, of: other, in: parts.gradients)).map { $0 + $1 }
      }
      let distance = relativeDistance(numbers(parameter.name, of: one, in: sum.gradients), expected)
      #expect(distance <= 1e-12, "\(parameter.name)")
    }
  }

  @Test(arguments: [["model.layers.0.*"], ["*.q_proj.weight", "lm_head.weight"], ["model.embed_tokens.weight"], ["*"]])
  func frozenParametersGetNoGradientAndTheOthersTheirs(frozen: [String]) throws {
    let kind = DecoderKind.all[0]
    var some = kind
    some.options.frozenParameters = frozen
    let (all, part) = (try kind.objective(), try some.objective())
    let parameters: AlignedBuffer<Double> = kind.parameters(of: all)
    let full = gradients(all, kind.batch(), parameters)
    let partial = gradients(part, kind.batch(), parameters)
    #expect(abs(full.loss - partial.loss) <= 1e-13)
    for parameter in part.layout.parameters {
      let found = numbers(parameter.name, of: part, in: partial.gradients)
      if parameter.isTrainable {
        #expect(relativeDistance(found, numbers(parameter.name, of: all, in: full.gradients)) <= 1e-12)
      } else {
        #expect(found.allSatisfy { $0 == 0 })
      }
    }
    #expect(part.layout.trainableCount < all.layout.trainableCount)
  }

  // MARK: PyTorch

  @Test(.enabled(if: sharedData != nil), arguments: TrainingGolden.names)
  func gradientsAreThoseOfPyTorchInFloat64(name: String) throws {
    let golden = try TrainingGolden(name)
    let (objective, model) = try golden.decoder()
    let parameters: AlignedBuffer<Double> = try objective.parameters(from: model)
    let found = gradients(objective, golden.batch, parameters)
    #expect(abs(found.loss - golden.loss) <= 1e-12 * golden.loss)
    #expect(Set(golden.gradients.keys) == Set(objective.layout.parameters.map(\.name)))
    for (name, expected) in golden.gradients {
      #expect(relativeDistance(numbers(name, of: objective, in: found.gradients), expected) <= 1e-11, "\(name)")
    }
  }

  @Test(.enabled(if: sharedData != nil), arguments: TrainingGolden.names, [1, 2])
  func gradientsAreThoseOfPyTorchInFloat32(name: String, threadCount: Int) throws {
    let golden = try TrainingGolden(name)
    let (objective, model) = try golden.decoder()
    let parameters: AlignedBuffer<Float> = try objective.parameters(from: model)
    let found = gradients(objective, golden.batch, parameters, threadCount: threadCount)
    let stated = try golden.fixtureLoss()
    #expect(abs(found.loss - stated) <= 1e-6 * stated)
    let file = try SafetensorsFile(golden.folder + "/expected.safetensors")
    for parameter in objective.layout.parameters {
      let entry = try #require(file.entry("grad." + parameter.name))
      #expect(entry.shape == parameter.shape)
      let expected = try file.elements(entry).map(Double.init)
      let distance = relativeDistance(numbers(parameter.name, of: objective, in: found.gradients), expected)
      #expect(distance <= 1e-4, "\(parameter.name)")
    }
  }
}
