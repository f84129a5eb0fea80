// Perceptrons: outputs, losses and gradients of every kind against plain loops, and features that are written down.
import Foundation
import Randomness
import Tensors
import Testing
import Training

@Suite struct PerceptronObjectiveTests {
  typealias Configuration = PerceptronConfiguration

  /// The outputs of one example by plain loops.
  private func outputs(_ x: [Double], _ objective: PerceptronObjective, _ parameters: AlignedBuffer<Double>) -> [Double]
  {
    let c = objective.configuration
    var x = x
    for layer in 0..<c.layerCount {
      let weight = numbers("layers.\(layer).weight", of: objective, in: parameters)
      let bias = numbers("layers.\(layer).bias", of: objective, in: parameters)
      x = (0..<c.widths[layer + 1]).map { row in
        var sum = c.hasBiases ? bias[row] : 0
        for column in x.indices { sum += weight[row * x.count + column] * x[column] }
        if layer + 1 == c.layerCount { return sum }
        switch c.activation {
        case .relu: return max(sum, 0)
        case .gelu: return 0.5 * sum * (1 + erf(sum / 2.0.squareRoot()))
        case .sigmoid: return 1 / (1 + exp(-sum))
        case .tanh: return Foundation.tanh(sum)
        }
      }
    }
    return x
  }

  private func batch(_ c: Configuration, count: Int = 5) -> VectorBatch {
    var random = Philox(seed: 4)
    let inputs = (0..<count * c.widths[0]).map { _ in 2 * random.uniformFloat() - 1 }
    let outputs = c.widths[c.widths.count - 1]
    if c.loss == .crossEntropy {
      return VectorBatch(inputs: inputs, classes: (0..<count).map { _ in Int32(random.uniform(below: outputs)) })
    }
    return VectorBatch(
      count: count, inputs: inputs,
      targets: (0..<count * outputs).map { _ in
        c.loss == .square ? random.uniformFloat() : random.bernoulli(0.5) ? 1 : -1
      })
  }

  private func referenceLoss(
    _ objective: PerceptronObjective, _ batch: VectorBatch, _ parameters: AlignedBuffer<Double>
  ) -> Double {
    var sum = 0.0
    for example in 0..<batch.count {
      let x = (0..<batch.inputCount).map { Double(batch.inputs[example * batch.inputCount + $0]) }
      let y = outputs(x, objective, parameters)
      if objective.configuration.loss == .crossEntropy {
        sum += negativeLogProbability(of: Int(batch.classes[example]), y)
        continue
      }
      for (index, output) in y.enumerated() {
        let target = Double(batch.targets[example * y.count + index])
        switch objective.configuration.loss {
        case .hinge: sum += max(0, 1 - target * output)
        case .logistic: sum += log(1 + exp(-target * output))
        default: sum += (output - target) * (output - target)
        }
      }
    }
    return sum / Double(batch.count)
  }

  private func parameters(_ objective: PerceptronObjective) -> AlignedBuffer<Double> {
    objective.initialParameters(.uniformFanIn, random: Philox(seed: 8))
  }

  @Test(arguments: Configuration.Activation.allCases, Configuration.Loss.allCases)
  func lossAndGradientAreThoseOfPlainLoops(activation: Configuration.Activation, loss: Configuration.Loss) {
    for (hasBiases, widths) in [(true, [4, 6, 5, 3]), (false, [3, 7, 2]), (true, [4, 3])] {
      let objective = PerceptronObjective(
        Configuration(widths: widths, activation: activation, hasBiases: hasBiases, loss: loss))
      let parameters = parameters(objective)
      let batch = batch(objective.configuration)
      let expected = referenceLoss(objective, batch, parameters)
      let found = gradients(objective, batch, parameters)
      #expect(abs(found.loss - expected) <= 1e-13 * max(1, expected))
      let narrow: AlignedBuffer<Float> = objective.initialParameters(.uniformFanIn, random: Philox(seed: 8))
      #expect(abs(gradients(objective, batch, narrow).loss - expected) <= 1e-5 * max(1, expected))
      for parameter in objective.layout.parameters {
        let slopes = parameter.range.map { index in
          func value(_ change: Double) -> Double {
            parameters.base[index] += change
            defer { parameters.base[index] -= change }
            return referenceLoss(objective, batch, parameters)
          }
          return (4 * (value(5e-4) - value(-5e-4)) / 1e-3 - (value(1e-3) - value(-1e-3)) / 2e-3) / 3
        }
        let distance = relativeDistance(numbers(parameter.name, of: objective, in: found.gradients), slopes)
        #expect(distance <= 1e-6, "\(parameter.name)")
      }
    }
  }

  @Test func frozenLayersGetNoGradientAndTheOthersTheirs() {
    let free = PerceptronObjective(Configuration(widths: [4, 6, 5, 3]))
    let frozen = PerceptronObjective(Configuration(widths: [4, 6, 5, 3], frozenLayers: [0, 1]))
    let parameters = parameters(free)
    let batch = batch(free.configuration)
    let (all, some) = (gradients(free, batch, parameters), gradients(frozen, batch, parameters))
    for parameter in frozen.layout.parameters {
      let found = numbers(parameter.name, of: frozen, in: some.gradients)
      let expected = numbers(parameter.name, of: free, in: all.gradients)
      let isLast = parameter.name.hasPrefix("layers.2")
      #expect(parameter.isTrainable == isLast)
      #expect(isLast ? found == expected : found.allSatisfy { $0 == 0 })
      #expect(expected.contains { $0 != 0 })
    }
  }

  @Test func largeBatchesAreCutAndTheCutChangesTheRoundingAlone() {
    let objective = PerceptronObjective(Configuration(widths: [4, 4000, 1]))
    #expect(objective.examplesPerShard == 32)
    let batch = batch(objective.configuration, count: 200)
    #expect(objective.shardCount(of: batch) == 7 && objective.laneCount(of: batch) == 2)
    let parameters = parameters(objective)
    let one = gradients(objective, batch, parameters, threadCount: 1)
    let two = gradients(objective, batch, parameters, threadCount: 2)
    #expect(one.loss == two.loss && Array(one.gradients.elements) == Array(two.gradients.elements))
    #expect(abs(one.loss - referenceLoss(objective, batch, parameters)) <= 1e-12)
    let small = self.batch(objective.configuration, count: 32)
    #expect(objective.shardCount(of: small) == 1 && objective.laneCount(of: small) == 1)
  }

  @Test func outputsAreThoseOfPlainLoops() {
    let objective = PerceptronObjective(Configuration(widths: [3, 8, 2], activation: .tanh))
    let wide = parameters(objective)
    let narrow: AlignedBuffer<Float> = objective.initialParameters(.uniformFanIn, random: Philox(seed: 8))
    let found = objective.outputs(for: [0.5, -1, 2, 1, 0, 0.25], parameters: narrow, products: NativeProducts())
    #expect(found.shape == [2, 2])
    let expected = outputs([0.5, -1, 2], objective, wide) + outputs([1, 0, 0.25], objective, wide)
    #expect(relativeDistance(found.elements.map(Double.init), expected) <= 1e-6)
  }

  @Test(arguments: [BitEncoding.zeroOne, .signs])
  func truthTableUnitsFireOnTheirPatternAlone(encoding: BitEncoding) {
    let groups = [[0, 3, 2], [4], [1, 0]]
    // The second map shows each unit as an output.
    let objective = PerceptronObjective(Configuration(widths: [5, 14, 14], frozenLayers: [0]))
    let parameters = AlignedBuffer<Float>(count: objective.layout.bufferCount)
    objective.writeTruthTableFeatures(of: groups, encoding: encoding, into: parameters)
    for unit in 0..<14 { parameters.base[(objective.layout["layers.1.weight"]?.offset ?? 0) + unit * 15] = 1 }
    for number in 0..<32 {
      let bits = (0..<5).map { number >> $0 & 1 }
      let inputs = bits.map { encoding == .zeroOne ? Float($0) : Float(2 * $0 - 1) }
      let expected = groups.flatMap { group in
        (0..<1 << group.count).map { pattern in
          group.enumerated().allSatisfy { bits[$0.element] == pattern >> $0.offset & 1 } ? Float(1) : 0
        }
      }
      let found = objective.outputs(for: inputs, parameters: parameters, products: NativeProducts())
      #expect(found.elements == expected)
    }
  }

  @Test func scopesHaveNames() {
    let objective = PerceptronObjective(Configuration(widths: [2, 3, 1]))
    #expect((0...2).map { objective.name(ofScope: $0) } == ["layer 0", "layer 1", "loss"])
  }
}
