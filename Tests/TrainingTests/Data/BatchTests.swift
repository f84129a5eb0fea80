// Batches: which tokens are read, which are predicted, and which count.
import Testing
import Training

@Suite struct BatchTests {
  @Test func textsBecomeInputsTargetsAndWeights() {
    let batch = TokenBatch(texts: [[1, 5, 9, 2], [1, 7, 2]], answerStarts: [2, 1], padding: 8)
    #expect((batch.sequenceCount, batch.length) == (2, 3))
    #expect(Array(batch.inputs) == [1, 5, 9, 1, 7, 2])
    #expect(Array(batch.targets) == [5, 9, 2, 7, 2, 8])
    #expect(Array(batch.weights) == [0, 1, 1, 1, 1, 0])
    #expect(batch.totalWeight == 4 && batch.isWeighted)
  }

  @Test func withoutAnswersAllTokensButTheFirstCount() {
    let batch = TokenBatch(texts: [[3, 4, 5], [6, 7, 8]])
    #expect(batch.totalWeight == 4 && !batch.isWeighted)
    #expect(Array(batch.targets) == [4, 5, 7, 8])
  }

  @Test func vectorsKeepTheirRows() {
    let batch = VectorBatch(count: 2, inputs: [1, 2, 3, 4, 5, 6], targets: [7, 8])
    #expect((batch.count, batch.inputCount, batch.targetCount) == (2, 3, 1))
    #expect(Array(batch.inputs) == [1, 2, 3, 4, 5, 6] && Array(batch.targets) == [7, 8] && batch.classes.isEmpty)
    let classes = VectorBatch(inputs: [1, 2, 3, 4], classes: [0, 3])
    #expect((classes.count, classes.inputCount, classes.targetCount) == (2, 2, 0))
    #expect(Array(classes.classes) == [0, 3] && classes.targets.isEmpty)
  }

  @Test func batchesThatMakeNoSenseAreStopped() async {
    await #expect(processExitsWith: .failure) {
      _ = TokenBatch(sequenceCount: 2, length: 2, inputs: [1, 2, 3, 4], targets: [1, 2, 3])
    }
    await #expect(processExitsWith: .failure) {
      _ = TokenBatch(sequenceCount: 1, length: 1, inputs: [1], targets: [1], weights: [-1])
    }
    await #expect(processExitsWith: .failure) { _ = TokenBatch(texts: [[1]]) }
    await #expect(processExitsWith: .failure) { _ = VectorBatch(count: 2, inputs: [1, 2, 3], targets: [1, 2]) }
    await #expect(processExitsWith: .failure) { _ = VectorBatch(inputs: [1], classes: [-1]) }
  }
}
