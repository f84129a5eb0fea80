// Ten steps of AdamW from the fixtures' weights: the losses that PyTorch has.
import Tensors
import TestSupport
import Testing
import Training

@Suite struct AdamWGoldenTests {
  private func losses<Scalar: TensorScalar>(_ golden: TrainingGolden, as type: Scalar.Type) throws -> [Double] {
    let (objective, model) = try golden.decoder()
    let parameters: AlignedBuffer<Scalar> = try objective.parameters(from: model)
    let settings = golden.adamW
    let optimizer = Optimizer<Scalar>(
      OptimizerSettings(
        .adamW(beta1: settings.betas[0], beta2: settings.betas[1], epsilon: settings.eps),
        weightDecay: settings.weight_decay, decays: .all), layout: objective.layout)
    return settings.batches.map { texts in
      let (loss, gradients) = gradients(objective, TokenBatch(texts: texts), parameters)
      optimizer.update(parameters, by: gradients, learningRate: settings.lr)
      return loss
    }
  }

  @Test(.enabled(if: sharedData != nil), arguments: TrainingGolden.names)
  func tenStepsHaveTheLossesOfPyTorch(name: String) throws {
    let golden = try TrainingGolden(name)
    #expect(golden.adamW.losses_f64.count == 10)
    #expect(relativeDistance(try losses(golden, as: Double.self), golden.adamW.losses_f64) <= 1e-11)
    #expect(relativeDistance(try losses(golden, as: Float.self), golden.adamW.losses_f64) <= 1e-5)
    #expect(relativeDistance(try losses(golden, as: Float.self), golden.adamW.losses_f32) <= 1e-5)
  }
}
