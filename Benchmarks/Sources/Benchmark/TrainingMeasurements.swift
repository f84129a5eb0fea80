// Training steps of our engine beside the best that PyTorch can do, by turns.
import Dispatch
import Foundation
import Tensors

/// What is trained, and what is to be reached.
struct TrainingCase {
  /// The name of the group for `--only`.
  var name: String
  var shape: TrainingShape
  /// Against PyTorch's best in float32.
  var float32: Target
  /// Of mixed precision, against PyTorch's best in any precision.
  var mixed: Target?

  static let all: [TrainingCase] = {
    let small = TrainingShape.llama(
      hidden: 64, layers: 2, heads: 4, feedForward: 176, vocabulary: 64, batch: 64, length: 64)
    var replicated = small
    replicated.replicas = 16
    let middle = TrainingShape.llama(
      hidden: 256, layers: 6, heads: 8, feedForward: 688, vocabulary: 128, batch: 32, length: 128)
    let large = TrainingShape.llama(
      hidden: 512, layers: 8, heads: 8, feedForward: 1376, vocabulary: 128, batch: 8, length: 256)
    return [
      TrainingCase(name: "training-small", shape: small, float32: .atLeast(3)),
      TrainingCase(name: "training-replicas", shape: replicated, float32: .atLeast(3)),
      TrainingCase(name: "training-middle", shape: middle, float32: .atLeast(1.1), mixed: .atLeast(1.5)),
      TrainingCase(name: "training-large", shape: large, float32: .atLeast(1), mixed: .atLeast(1.3)),
      TrainingCase(
        name: "training-mlp", shape: .perceptron(inputs: 20, hidden: 128, outputs: 1, batch: 32),
        float32: .atLeast(20)),
    ]
  }()
}

extension Recorder {
  mutating func measureTraining(_ training: TrainingCase) throws {
    let shape = training.shape
    let peak = try productPeaks()
    let trial = try trial(of: shape)
    let steps = trial.stepsPerTurn
    try compareTraining(shape, .float32, against: trial.float32, steps, target: training.float32, peak: peak)
    if let unrolled = trial.unrolled {
      try compareTraining(shape, .float32, against: unrolled, steps, target: nil, peak: peak)
    }
    if let mixed = training.mixed {
      try compareTraining(shape, .mixed, against: trial.any, steps, target: mixed, peak: peak)
    }
  }

  /// The greatest rates of square products in each precision, by torch with two threads.
  mutating func productPeaks() throws -> [TrainingPrecision: Double] {
    if let knownPeaks { return knownPeaks }
    let peer = try TrainingPeer(TrainingVariant(), python: python)
    let rates = try [1024, 2048].map { try peer.productRates(size: $0) }
    let peaks: [TrainingPrecision: Double] = [
      .float32: max(rates.map(\.float32).reduce(0, max), ownProductRate(.float32)),
      .mixed: max(rates.map(\.bfloat16).reduce(0, max), ownProductRate(.bfloat16)),
    ]
    for precision in TrainingPrecision.allCases {
      add(
        Measurement(
          "The machine's product peak",
          precision == .float32 ? "Products in float32, operations" : "Products in bfloat16, operations", .perSecond,
          [peaks[precision] ?? 0],
          note:
            "The fastest of torch's products of square matrices of 1024 and 2048 rows and of our own of 4096 x 256 x 256, 2 threads."
        ))
    }
    knownPeaks = peaks
    return peaks
  }

  /// The operations a second of our own products of 4096 x 256 x 256, one on each of two threads: the best of ten.
  private func ownProductRate(_ precision: NativeProducts.Precision) -> Double {
    let products = NativeProducts(precision: precision)
    let shape = ProductShape(rows: 4096, columns: 256, inner: 256)
    let operands = (0..<2).map { _ in
      (
        a: AlignedBuffer<Float>(count: 4096 * 256), b: AlignedBuffer<Float>(count: 256 * 256),
        c: AlignedBuffer<Float>(count: 4096 * 256)
      )
    }
    for (a, b, _) in operands {
      for i in 0..<a.count { a.base[i] = Float(i % 7) - 3 }
      for i in 0..<b.count { b.base[i] = Float(i % 5) - 2 }
    }
    let repetitions = 8
    var best = 0.0
    for _ in 0..<10 {
      let clock = ContinuousClock.now
      DispatchQueue.concurrentPerform(iterations: 2) { thread in
        let (a, b, c) = operands[thread]
        for _ in 0..<repetitions {
          products.multiply(
            shape, MatrixOperand(a.base, stride: 256), MatrixOperand(b.base, stride: 256, isTransposed: true),
            into: c.base, stride: 256, start: .zero)
        }
      }
      let seconds = (ContinuousClock.now - clock) / .seconds(1)
      best = max(best, Double(2 * repetitions) * 2 * 4096 * 256 * 256 / seconds)
    }
    return best
  }

  private mutating func compareTraining(
    _ shape: TrainingShape, _ precision: TrainingPrecision, against variant: TrainingVariant, _ stepsPerTurn: Int,
    target: Target?, peak: [TrainingPrecision: Double]
  ) throws {
    let peer = try TrainingPeer(variant, python: python)
    _ = try peer.build(shape)
    let contestant = try TrainingContestant(shape, precision)
    let unroll = variant.unroll ?? 1
    let theirCount = max(1, stepsPerTurn / unroll) * unroll
    // Turns of both sides take about as long, so that what else the machine does meets both alike.
    let ourCount = max(
      1, Int(Double(theirCount) * (try peer.steps(theirCount)).seconds / (try contestant.steps(theirCount)).seconds))
    var turns: [(ours: TrainingSteps, theirs: TrainingSteps)] = []
    for _ in 0..<repetitions(7) {
      let turn = (ours: try contestant.steps(ourCount), theirs: try peer.steps(theirCount))
      for losses in [turn.ours.losses, turn.theirs.losses] {
        guard losses.count >= 1, losses.allSatisfy({ $0.isFinite && $0 < shape.greatestLoss }) else {
          throw BenchmarkFailure("\(shape.description): the losses are \(losses.prefix(3)) …")
        }
      }
      turns.append(turn)
    }
    let group =
      "Training, \(shape.description), \(precision == .float32 ? "float32" : "mixed precision")"
      + (unroll > 1 ? ", beside \(unroll) steps in one graph" : "")
    let unit: Unit = shape.kind == .llama ? .tokensPerSecond : .perSecond
    let what = shape.kind == .llama ? "tokens" : "steps"
    let theirs = turns.map { Double(theirCount) / $0.theirs.seconds }
    let ours = turns.map { Double(ourCount) / $0.ours.seconds }
    func rows(_ name: String, _ rates: [Double], _ steps: Int, peakBytes: Int) {
      let note =
        "Forward, backward and AdamW on \(Figure.grouped(steps)) batches of random data a turn, after a turn that does not count; building and compiling are not counted. The peer is the best variant of the trial\(precision == .float32 ? " in float32" : " in any precision")."
      add(Measurement(group, "\(name), \(what)", unit, rates.map { $0 * Double(shape.unitsPerStep) }, note: note))
      let peak = peak[precision] ?? 1
      add(
        Measurement(
          group, "\(name), share of the product peak", .percent,
          rates.map { $0 * shape.productOperations / peak * 100 },
          note:
            "The operations of the step's products alone, against the peak above of both cores in the row's precision."
        ))
      add(Measurement(group, "\(name), peak memory", .bytes, [Double(peakBytes)]))
    }
    let (ourPeak, theirPeak) = (turns.last?.ours.peakBytes ?? 0, turns.last?.theirs.peakBytes ?? 0)
    rows("PyTorch: \(variant.description)", theirs, theirCount, peakBytes: theirPeak)
    rows("Wright", ours, ourCount, peakBytes: ourPeak)
    add(
      Measurement(
        group, "Wright / PyTorch", .times, zip(ours, theirs).map { $0 / $1 }, target: target,
        note: "Of each turn; the median is compared with the target."))
    add(
      Measurement(
        group, "Peak memory, Wright / PyTorch", .times, [Double(ourPeak) / Double(theirPeak)],
        target: .below(1.000_001),
        note: "VmHWM of the processes: both have everything that they need to train loaded."))
    add(try contestant.profile(3 * ourCount), threads: shape.threadCount, in: group)
  }
}

extension TrainingShape {
  /// A loss above this is no training: twice that of the uniform distribution, or of the mean square of unit values.
  fileprivate var greatestLoss: Double { kind == .llama ? 2 * Foundation.log(Double(vocabulary ?? 1)) : 2 }
}

/// Our process.
private struct TrainingContestant {
  private let process: LineProcess

  init(_ shape: TrainingShape, _ precision: TrainingPrecision) throws {
    process = try LineProcess([CommandLine.arguments[0], "trainer", "\(shape.threadCount)"])
    let request = TrainingRequest(build: .init(shape: shape, precision: precision))
    let facts = try process.ask(request, for: TrainingModelFacts.self)
    guard facts.parameters == shape.parameterCount else {
      throw BenchmarkFailure("the engine's model has \(facts.parameters) parameters, not \(shape.parameterCount)")
    }
  }

  func steps(_ count: Int) throws -> TrainingSteps {
    try process.ask(TrainingRequest(steps: count), for: TrainingSteps.self)
  }

  func profile(_ count: Int) throws -> WorkProfile {
    try process.ask(TrainingRequest(profiledSteps: count), for: WorkProfile.self)
  }
}
