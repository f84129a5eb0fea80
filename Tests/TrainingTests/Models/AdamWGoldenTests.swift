// Ten steps of AdamW from the fixtures' weights: the losses that PyTorch has.
import Foundation
import Tensors
import TestSupport
import Testing
import Training

@Suite struct AdamWGoldenTests {
  /// AdamW as its definition reads: Loshchilov and Hutter, *Decoupled weight decay regularization* (2019).
  private struct PlainAdamW<Scalar: TensorScalar> {
    var first: [Double]
    var second: [Double]
    var count = 0

    mutating func update(
      _ parameters: AlignedBuffer<Scalar>, by gradients: AlignedBuffer<Scalar>, _ settings: TrainingGolden.AdamW
    ) {
      count += 1
      let (beta1, beta2) = (settings.betas[0], settings.betas[1])
      for i in first.indices {
        let gradient = Double(gradients.base[i])
        first[i] = beta1 * first[i] + (1 - beta1) * gradient
        second[i] = beta2 * second[i] + (1 - beta2) * gradient * gradient
        let mean = first[i] / (1 - pow(beta1, Double(count)))
        let deviation = (second[i] / (1 - pow(beta2, Double(count)))).squareRoot()
        let decayed = Double(parameters.base[i]) * (1 - settings.lr * settings.weight_decay)
        parameters.base[i] = Scalar(decayed - settings.lr * mean / (deviation + settings.eps))
      }
    }
  }

  private func losses<Scalar: TensorScalar>(_ golden: TrainingGolden, as type: Scalar.Type) throws -> [Double] {
    let (objective, model) = try golden.decoder()
    let parameters: AlignedBuffer<Scalar> = try objective.parameters(from: model)
    let zeros = [Double](repeating: 0, count: parameters.count)
    var optimizer = PlainAdamW<Scalar>(first: zeros, second: zeros)
    return golden.adamW.batches.map { texts in
      let (loss, gradients) = gradients(objective, TokenBatch(texts: texts), parameters)
      optimizer.update(parameters, by: gradients, golden.adamW)
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
