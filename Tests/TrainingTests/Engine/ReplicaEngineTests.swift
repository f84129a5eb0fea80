// Replicas in lockstep: each the same as if it were alone, whatever the threads, and the stopped ones untouched.
import Randomness
import Tensors
import Testing
import Training

@Suite struct ReplicaEngineTests {
  private let objective = PerceptronObjective(PerceptronConfiguration(widths: [5, 9, 2], activation: .relu))

  private func batch(replica: Int, step: Int, count: Int = 6) -> VectorBatch {
    var random = Philox(seed: 9).split(UInt64(replica)).split(UInt64(step))
    return VectorBatch(
      count: count, inputs: (0..<count * 5).map { _ in random.uniformFloat() },
      targets: (0..<count * 2).map { _ in random.uniformFloat() })
  }

  private func parameters(_ count: Int) -> [AlignedBuffer<Float>] {
    (0..<count).map { objective.initialParameters(random: Philox(seed: UInt64($0))) }
  }

  private static func rate(_ replica: Int) -> Float { -0.01 * Float(replica + 1) }

  private func bits(_ buffer: AlignedBuffer<Float>) -> [UInt32] { buffer.elements.map(\.bitPattern) }

  /// One replica by the engine that trains a model alone, with `accumulated` batches a step.
  private func lone(_ replica: Int, steps: Int, accumulated: Int) -> (bits: [UInt32], losses: [Double]) {
    let engine = GradientEngine<PerceptronObjective, Float>(objective, products: NativeProducts(), threadCount: 2)
    let buffer = parameters(replica + 1)[replica]
    var losses: [Double] = []
    for step in 0..<steps {
      engine.clear()
      var loss = 0.0
      for part in 0..<accumulated {
        loss += engine.accumulate(
          batch(replica: replica, step: step * 10 + part), parameters: buffer,
          normalization: 1 / Double(6 * accumulated))
      }
      losses.append(loss)
      Float.add(engine.gradients.base, scaledBy: Self.rate(replica), count: buffer.count, to: buffer.base)
    }
    return (bits(buffer), losses)
  }

  @Test(arguments: [1, 2, 3, 8], [1, 2])
  func eachReplicaIsItsLoneRunBitForBit(threadCount: Int, accumulated: Int) {
    let lengths = [7, 3, 7, 0, 5]
    let engine = ReplicaEngine(
      objective, parameters: parameters(5), products: NativeProducts(), threadCount: threadCount)
    var losses = [[Double]](repeating: [], count: 5)
    for step in 0..<7 {
      engine.isActive = lengths.map { step < $0 }
      let found = engine.step(
        batches: { replica in (0..<accumulated).map { batch(replica: replica, step: step * 10 + $0) } },
        update: { replica, _, parameters, gradients in
          Float.add(gradients.base, scaledBy: Self.rate(replica), count: parameters.count, to: parameters.base)
        })
      for (replica, loss) in found.enumerated() {
        #expect((loss != nil) == engine.isActive[replica])
        if let loss { losses[replica].append(loss) }
      }
    }
    for replica in 0..<5 {
      let alone = lone(replica, steps: lengths[replica], accumulated: accumulated)
      #expect(bits(engine.parameters[replica]) == alone.bits)
      #expect(losses[replica] == alone.losses)
    }
  }

  @Test func replicasWithSeveralLanesAreTheirLoneRunsToo() throws {
    var kind = DecoderKind.all[1]
    kind.options.tokensPerShard = 10
    let decoder = try kind.objective()
    let parameters = (0..<3).map { kind.parameters(of: decoder, seed: UInt64($0), as: Float.self) }
    let batches = (0..<3).map { kind.batch(sequences: 7, seed: UInt64($0)) }
    let engine = ReplicaEngine(decoder, parameters: parameters, products: NativeProducts(), threadCount: 2)
    let alone = (0..<3).map { gradients(decoder, batches[$0], parameters[$0], threadCount: 2) }
    let losses = engine.step(batches: { [batches[$0]] }) { _, _, parameters, gradients in
      parameters.base.update(from: gradients.base, count: parameters.count)
    }
    for replica in 0..<3 {
      #expect(losses[replica] == alone[replica].loss)
      #expect(bits(engine.parameters[replica]) == bits(alone[replica].gradients))
    }
  }

  @Test func noReplicaIsActiveAndNothingHappens() {
    let engine = ReplicaEngine(objective, parameters: parameters(2), products: NativeProducts(), threadCount: 2)
    engine.isActive = [false, false]
    let losses = engine.step(batches: { [batch(replica: $0, step: 0)] }) { _, _, parameters, _ in parameters.fill(0) }
    #expect(losses.allSatisfy { $0 == nil })
    #expect(bits(engine.parameters[0]) == bits(parameters(1)[0]))
  }

  @Test func memoryGrowsWithThreadsAndNotWithReplicas() {
    func capacity(_ replicas: Int) -> Int {
      let engine = ReplicaEngine(
        objective, parameters: parameters(replicas), products: NativeProducts(), threadCount: 1)
      for step in 0..<3 { _ = engine.step(batches: { [batch(replica: $0, step: step)] }) { _, _, _, _ in } }
      return engine.capacityInBytes
    }
    #expect(capacity(1) == capacity(40))
  }
}
