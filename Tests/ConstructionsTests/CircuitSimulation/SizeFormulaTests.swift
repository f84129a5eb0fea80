// The size formulas against the weights that are built, and the cost model against what is counted on them.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Randomness
import Tensors
import Testing
import TestSupport
import Transformers

/// A chain of exactly `steps` gates of `fanIn` operands where there are as many wires.
private func gates(inputs: Int, steps: Int, fanIn: Int, using random: inout Philox) -> Circuit {
  var builder = CircuitBuilder(inputCount: inputs)
  for _ in 0..<steps {
    let k = min(fanIn, builder.wireCount)
    var operands: Set<Int> = []
    while operands.count < k { operands.insert(Int.random(in: 0..<builder.wireCount, using: &random)) }
    builder.gate(.random(dependingOnAll: k, using: &random), operands.sorted().map { Wire($0) })
  }
  return builder.circuit(outputs: [])
}

/// The numbers of the tensors, added up one by one.
private func count(_ model: Model) -> Int {
  let w = model.weights
  var total =
    w.tokenEmbedding.elements.count + (w.positionEmbedding?.elements.count ?? 0) + (w.head?.elements.count ?? 0)
  for layer in w.layers {
    for map in [layer.query, layer.key, layer.value, layer.output, layer.up, layer.down]
      + (layer.gate.map { [$0] } ?? [])
    {
      total += map.weight.elements.count + (map.bias?.count ?? 0)
    }
    for norm in [layer.attentionNormalization, layer.feedForwardNormalization] {
      total += norm.gain.count + (norm.bias?.count ?? 0)
    }
  }
  return total + w.finalNormalization.gain.count + (w.finalNormalization.bias?.count ?? 0)
}

private let shapes: [(inputs: Int, steps: Int, fanIn: Int)] = {
  var shapes: [(Int, Int, Int)] = []
  for fanIn in 1...6 {
    for (inputs, steps) in [(0, 0), (1, 0), (0, 1), (fanIn, 7), (6, 25), (33, 95)] {
      shapes.append((inputs, steps, fanIn))
    }
  }
  return shapes
}()

@Suite struct SizeFormulaTests {
  @Test func theLlamaFormHasTheSizesOfItsFormulas() throws {
    var random = Philox(seed: 61)
    for shape in shapes {
      var options = CircuitChain.Options()
      options.foldsInverters = shape.inputs == 0 || shape.fanIn > 1
      let built = ConstructedChain(
        gates(inputs: shape.inputs, steps: shape.steps, fanIn: shape.fanIn, using: &random), options: options)
      let layout = LlamaCircuitLayout(wireCount: built.chain.wireCount, fanIn: built.chain.fanIn)
      let (t, k, length) = (layout.wireCount, layout.fanIn, layout.code.length)
      try built.model.validate()
      let c = built.model.configuration
      #expect(c.layerCount == 1 && built.model.weights.layers.count == 1)
      #expect(c.headCount == k && c.keyValueHeadCount == 1)
      #expect(c.vocabularySize == 2 * t + 2 && layout.vocabularySize == c.vocabularySize)
      #expect(c.intermediateSize == 1 << k)
      let used = (k + 2) * length + (1 << k) + k + 3
      #expect(c.hiddenSize >= used && c.hiddenSize < used + 40 && c.hiddenSize % 8 == 0 && c.hiddenSize % k == 0)
      #expect(layout.stream.size == c.hiddenSize)
      #expect(layout.parameterCount == count(built.model) && count(built.model) == built.model.parameterCount)
      let report = try Engine(built.model).report
      #expect(layout.cacheBytes == (t + 1) * report.fullCachedNumbersPerPosition * 4)
      // The chain of thought: one token a gate, and </s>.
      #expect(built.manifest.emittedTokenCount == built.chain.stepCount + 1)
      let text = built.expected([Bool](repeating: true, count: shape.inputs))
      #expect(text.count == t + 2 && c.maximumPositionCount == t + 2)
    }
  }

  @Test func thePositionalFormHasTheSizesOfItsFormulas() throws {
    var random = Philox(seed: 62)
    for shape in shapes {
      let circuit = gates(inputs: shape.inputs, steps: shape.steps, fanIn: shape.fanIn, using: &random)
      let chain = CircuitChain(circuit)
      for target in [
        PositionalTarget.gpt2, .float32, .finitePrecision(FloatFormat(exponentBits: 0, significandBits: 3)),
      ] {
        let simulation = PositionalCircuitSimulation(chain, target: target)
        let (layout, model) = (simulation.layout, simulation.model())
        let (k, length) = (layout.fanIn, layout.code.length)
        try model.validate()
        #expect(model.configuration.layerCount == 1)
        #expect(model.configuration.headCount == k && model.configuration.keyValueHeadCount == k)
        #expect(model.configuration.intermediateSize == 1 << k && model.configuration.vocabularySize == 2)
        #expect(layout.stream.size == layout.streamSize)
        let used = (k + 1) * length + (1 << k) + k + 3
        if case .gpt2 = target {
          #expect(layout.hiddenSize == 2 * layout.streamSize && layout.streamSize < used + 4 * k)
          #expect(layout.hiddenSize == layout.headSize * k)
        } else {
          // Theorem 3.3's embedding size, O(log T) for constant K.
          #expect(layout.hiddenSize == used && layout.headSize == 2 * length)
        }
        let report = try Engine(model).report
        #expect(layout.cacheBytes == layout.positionCount * report.fullCachedNumbersPerPosition * 4)
        // GPT-2's class has a bias on each projection and fused query, key and value; all of them are in the model.
        #expect(layout.parameterCount == count(model), "\(target), \(shape)")
      }
    }
  }

  @Test func theCostModelIsWhatIsCountedOnTheWeights() throws {
    var random = Philox(seed: 63)
    let format = FloatFormat(exponentBits: 0, significandBits: 3)
    for shape in shapes {
      let circuit = gates(inputs: shape.inputs, steps: shape.steps, fanIn: shape.fanIn, using: &random)
      let simulations = try [
        CircuitSimulation(of: circuit), CircuitSimulation(of: circuit, target: .gpt2),
        CircuitSimulation(of: circuit, target: .float32),
        CircuitSimulation(of: circuit, target: .finitePrecision(format)),
      ]
      for simulation in simulations {
        let (cost, model, chain) = (simulation.cost, simulation.model(), simulation.chain)
        #expect(cost.wireCount == chain.wireCount && cost.stepCount == chain.stepCount)
        #expect(cost.depth == circuit.depth)
        #expect(cost.parameterCount == count(model) && cost.parameterBytes == 4 * count(model))
        #expect(cost.hiddenSize == model.configuration.hiddenSize)
        #expect(cost.vocabularySize == model.configuration.vocabularySize)
        #expect(cost.layerCount == model.configuration.layerCount && cost.headCount == model.configuration.headCount)
        #expect(cost.intermediateSize == model.configuration.intermediateSize)
        #expect(cost.liveWireCount == naiveLiveWireCount(chain))
        guard chain.stepCount > 0 else { continue }
        // The positions that each emitted token attends to, and what each costs a head: a score and a weighted value.
        let prompt = simulation.manifest.prompt([Bool](repeating: false, count: shape.inputs)).count
        let contexts = (0..<simulation.manifest.emittedTokenCount).map { prompt + $0 }
        let (products, numbers) = try operations(model, simulation)
        let attention = contexts.reduce(0, +) * numbers * chain.fanIn / contexts.count
        #expect(cost.operationsPerToken == products + attention, "\(simulation.target.debugDescription) \(shape)")
      }
    }
  }

  /// Multiply-adds of a token outside attention, and those of one head at one position: counted on the prepared matrices, and in finite
  /// precision on the weights themselves.
  private func operations(_ model: Model, _ simulation: CircuitSimulation) throws -> (products: Int, numbers: Int) {
    if case .finitePrecision = simulation.target {
      let layer = model.weights.layers[0]
      let maps = [layer.query, layer.key, layer.value, layer.output, layer.up, layer.down]
      let head = model.weights.head?.elements.count ?? 0
      return (maps.reduce(head) { $0 + $1.weight.elements.count }, 2 * model.configuration.headSize)
    }
    let report = try Engine(model).report
    return (report.multiplyAddsPerToken, report.cachedNumbersPerPosition / model.configuration.keyValueHeadCount)
  }

  @Test func theFormulasCarryTheirTheoremsLabel() throws {
    let folder = repositoryRoot.appending(path: "Sources/Constructions/CircuitSimulation")
    for file in ["PositionalCircuitLayout", "LlamaCircuitSimulation"] {
      let text = try String(contentsOf: folder.appending(path: "\(file).swift"), encoding: .utf8)
      #expect(text.lowercased().contains("theorem 3.3"), "\(file) names its theorem")
    }
  }
}

/// The most wires that are alive at one time, by looking at every pair of a time and a wire: alive from its emission through its last use.
func naiveLiveWireCount(_ chain: CircuitChain) -> Int {
  var uses = [[Int]](repeating: [], count: chain.wireCount)
  for i in 0..<chain.stepCount {
    for operand in chain.operands(ofStep: i) { uses[Int(operand)].append(chain.inputCount + i) }
  }
  return (0..<chain.wireCount).map { time in
    (0...time).count { w in uses[w].contains { $0 > time } }
  }.max() ?? 0
}
