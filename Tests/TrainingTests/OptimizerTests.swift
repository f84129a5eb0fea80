// Updates against PyTorch's, what they leave alone, and noise that can be cut anywhere.
import Foundation
import Randomness
import Tensors
import TestSupport
import Testing
import Training

/// Ten updates of each optimizer by PyTorch; made by Tests/Python/make_optimizer_goldens.py.
private struct OptimizerGolden: Decodable {
  struct Course: Decodable {
    var float64: [[Double]]
    var float32: [[Double]]
  }
  var learningRate: Double
  var weights: [Double]
  var gradients: [[Double]]
  var cases: [String: Course]

  static func read() throws -> OptimizerGolden {
    let url = repositoryRoot.appending(path: "Tests/Python/goldens/optimizers.json")
    return try JSONDecoder().decode(OptimizerGolden.self, from: Data(contentsOf: url))
  }
}

@Suite struct OptimizerTests {
  static let cases: [(name: String, settings: OptimizerSettings, clipping: GradientClipping?)] = [
    ("adamW", OptimizerSettings(.adamW(beta1: 0.9, beta2: 0.95), weightDecay: 0.1, decays: .all), nil),
    ("adamW of defaults, clipped", OptimizerSettings(.adamW()), .norm(1.5)),
    ("adam", OptimizerSettings(.adam(beta1: 0.8, beta2: 0.99, epsilon: 1e-6), weightDecay: 0.2, decays: .all), nil),
    ("sgd", OptimizerSettings(.sgd(), weightDecay: 0.1, decays: .all), nil),
    ("sgd with momentum", OptimizerSettings(.sgd(momentum: 0.9), weightDecay: 0.1, decays: .all), nil),
    ("sgd with dampening", OptimizerSettings(.sgd(momentum: 0.8, dampening: 0.3)), nil),
    (
      "sgd with nesterov", OptimizerSettings(.sgd(momentum: 0.9, nesterov: true), weightDecay: 0.1, decays: .all), nil
    ),
    ("signSGD", OptimizerSettings(.signSGD(), weightDecay: 0.1, decays: .all), nil),
    ("signSGD with momentum", OptimizerSettings(.signSGD(momentum: 0.9)), nil),
  ]

  private static var layout: ParameterLayout {
    var layout = ParameterLayout()
    layout.addMatrix("matrix", rows: 5, columns: 7)
    layout.addVector("vector", count: 9)
    return layout
  }

  private static func spread<Scalar: TensorScalar>(_ numbers: [Double], into buffer: AlignedBuffer<Scalar>) {
    for i in 0..<35 { buffer.base[i] = Scalar(numbers[i]) }
    for i in 35..<44 { buffer.base[48 + i - 35] = Scalar(numbers[i]) }
  }

  /// The greatest distance from a course of PyTorch's, relative where numbers exceed 1; and from 0 in the gaps.
  private static func distance<Scalar: TensorScalar>(
    _ settings: OptimizerSettings, _ clipping: GradientClipping?, _ golden: OptimizerGolden, to course: [[Double]],
    as scalar: Scalar.Type
  ) -> Double {
    let optimizer = Optimizer<Scalar>(settings, layout: layout)
    let parameters = AlignedBuffer<Scalar>(count: layout.bufferCount)
    let gradients = AlignedBuffer<Scalar>(count: layout.bufferCount)
    spread(golden.weights, into: parameters)
    var worst = 0.0
    for (gradient, expected) in zip(golden.gradients, course) {
      spread(gradient, into: gradients)
      optimizer.update(
        parameters, by: gradients, learningRate: golden.learningRate,
        gradientScale: clipping?.scale(forNorm: gradients.norm()) ?? 1)
      let target = AlignedBuffer<Scalar>(count: layout.bufferCount)
      spread(expected, into: target)
      for i in 0..<layout.bufferCount {
        let error = abs(Double(parameters.base[i]) - Double(target.base[i])) / max(1, abs(Double(target.base[i])))
        worst = error.isNaN ? .infinity : max(worst, error)
      }
    }
    return worst
  }

  private func momentsOfAParameterWithoutAGradient<Scalar: TensorScalar>(
    _ rule: UpdateRule, updates: Int, in type: Scalar.Type
  ) -> [Scalar] {
    let optimizer = Optimizer<Scalar>(OptimizerSettings(rule), layout: Self.layout)
    let (parameters, gradients) = (AlignedBuffer<Scalar>(count: 64), AlignedBuffer<Scalar>(count: 64))
    for i in 0..<64 { gradients.base[i] = 1 }
    optimizer.update(parameters, by: gradients, learningRate: 1e-3)
    gradients.clear()
    for _ in 0..<updates { optimizer.update(parameters, by: gradients, learningRate: 1e-3) }
    return optimizer.moments.map { $0.base[0] }
  }

  /// The definition, with the powers computed in every update; 0.5^t vanishes beside 1 from t = 54 on, 0.9^t from 356 on.
  @Test(arguments: [(0.5, 0.9), (0.9, 0.5), (0.0, 0.5), (0.5, 0.999)])
  func correctionsThatHaveVanishedStayAway(beta1: Double, beta2: Double) {
    let optimizer = Optimizer<Double>(
      OptimizerSettings(.adamW(beta1: beta1, beta2: beta2, epsilon: 1e-8)), layout: Self.layout)
    let (parameters, gradients) = (AlignedBuffer<Double>(count: 64), AlignedBuffer<Double>(count: 64))
    var (m, v, p) = (0.0, 0.0, 0.0)
    for t in 1...500 {
      let g = Double(t % 7) - 2.5
      gradients.base[0] = g
      optimizer.update(parameters, by: gradients, learningRate: 1e-3)
      m += (1 - beta1) * (g - m)
      v = beta2 * v + (1 - beta2) * g * g
      p -= 1e-3 * (m / (1 - pow(beta1, Double(t)))) / ((v / (1 - pow(beta2, Double(t)))).squareRoot() + 1e-8)
      #expect(abs(parameters.base[0] - p) <= 1e-13, "update \(t)")
    }
  }

  @Test(arguments: [
    UpdateRule.adamW(beta1: 0.9, beta2: 0.95), .sgd(momentum: 0.9), .signSGD(momentum: 0.9),
  ])
  func momentsThatDecayComeToZeroAndAreNeverSubnormal(rule: UpdateRule) {
    // 0.9^n is subnormal in float32 from n = 830 or so on, 0.95^n from 1700; in float64 eight times as many updates lead there.
    for updates in [500, 810, 830, 1000, 1700, 2000] {
      for moment in momentsOfAParameterWithoutAGradient(rule, updates: updates, in: Float.self) {
        #expect(!moment.isSubnormal)
      }
    }
    #expect(momentsOfAParameterWithoutAGradient(rule, updates: 700, in: Float.self).allSatisfy { $0 > 0 })
    #expect(momentsOfAParameterWithoutAGradient(rule, updates: 2000, in: Float.self).allSatisfy { $0 == 0 })
    #expect(momentsOfAParameterWithoutAGradient(rule, updates: 16_000, in: Double.self).allSatisfy { $0 == 0 })
  }

  @Test(arguments: cases.indices) func tenUpdatesAreThoseOfPyTorch(index: Int) throws {
    let golden = try OptimizerGolden.read()
    let (name, settings, clipping) = Self.cases[index]
    let course = try #require(golden.cases[name])
    #expect(golden.gradients.count == 10)
    #expect(Self.distance(settings, clipping, golden, to: course.float64, as: Double.self) < 1e-12)
    #expect(Self.distance(settings, clipping, golden, to: course.float32, as: Float.self) < 1e-6)
  }

  @Test(arguments: cases.indices) func aSlightlyOtherUpdateIsToldApart(index: Int) throws {
    var golden = try OptimizerGolden.read()
    let (name, settings, clipping) = Self.cases[index]
    let course = try #require(golden.cases[name])
    golden.learningRate *= 1.000_1
    #expect(Self.distance(settings, clipping, golden, to: course.float64, as: Double.self) > 1e-12)
    #expect(Self.distance(settings, clipping, golden, to: course.float32, as: Float.self) > 1e-6)
  }

  static let rules: [OptimizerSettings] =
    cases.map(\.settings) + [
      OptimizerSettings(.noisyGradientDescent(deviation: 0.5), weightDecay: 0.1),
      OptimizerSettings(.adamW(epsilon: 0), weightDecay: 0.1),
    ]

  @Test(arguments: rules) func frozenParametersAndGapsKeepTheirBits(settings: OptimizerSettings) {
    var layout = ParameterLayout()
    layout.addMatrix("frozen", rows: 3, columns: 3, isTrainable: false)
    layout.addMatrix("trained", rows: 3, columns: 5)
    layout.addVector("frozen vector", count: 4, isTrainable: false)
    layout.addVector("trained vector", count: 3)
    let optimizer = Optimizer<Float>(settings, layout: layout, noise: Philox(seed: 1))
    let parameters = AlignedBuffer<Float>(count: layout.bufferCount)
    let gradients = AlignedBuffer<Float>(count: layout.bufferCount)
    for parameter in layout.parameters {
      for i in parameter.range {
        parameters.base[i] = Float(i) - 20.5
        gradients.base[i] = 1 + Float(i % 3)
      }
    }
    let before = AlignedBuffer(copying: parameters)
    for _ in 0..<3 { optimizer.update(parameters, by: gradients, learningRate: 0.1) }
    var trained = Set<Int>()
    for parameter in layout.parameters where parameter.isTrainable { trained.formUnion(parameter.range) }
    for i in 0..<layout.bufferCount {
      #expect((parameters.base[i].bitPattern != before.base[i].bitPattern) == trained.contains(i), "number \(i)")
    }
  }

  @Test func weightDecaySparesVectorsUnlessItIsToldNotTo() {
    let layout = Self.layout
    for (decays, expected) in [(DecayedParameters.matrices, Float(1)), (.all, 1 - 0.1 * 0.5)] {
      let optimizer = Optimizer<Float>(
        OptimizerSettings(.adamW(), weightDecay: 0.5, decays: decays), layout: layout)
      let parameters = AlignedBuffer<Float>(count: layout.bufferCount)
      parameters.fill(1)
      optimizer.update(parameters, by: AlignedBuffer(count: layout.bufferCount), learningRate: 0.1)
      #expect(parameters.base[0] == Float(1 - 0.1 * 0.5))
      #expect(parameters.base[48] == expected)
    }
  }

  @Test(arguments: rules) func threadsChangeNoBit(settings: OptimizerSettings) {
    var layout = ParameterLayout()
    layout.addMatrix("large", rows: 641, columns: 911)
    func result(threadCount: Int) -> [UInt32] {
      let parameters = AlignedBuffer<Float>(count: layout.bufferCount)
      let gradients = AlignedBuffer<Float>(count: layout.bufferCount)
      let optimizer = Optimizer<Float>(settings, layout: layout, noise: Philox(seed: 3))
      var random = SplitMix64(seed: 1)
      for _ in 0..<2 {
        for i in 0..<641 * 911 { gradients.base[i] = Float(Int32(truncatingIfNeeded: random.next())) * 0x1p-31 }
        let scale = GradientClipping.norm(10).scale(forNorm: gradients.norm(threadCount: threadCount))
        optimizer.update(
          parameters, by: gradients, learningRate: 0.01, gradientScale: scale, threadCount: threadCount)
      }
      return parameters.elements.map(\.bitPattern)
    }
    #expect(result(threadCount: 1) == result(threadCount: 3))
  }

  @Test func noiseIsNormalAndAFunctionOfUpdateAndPlace() {
    func noise(rows: Int, updates: Int, seed: UInt64) -> [Double] {
      var layout = ParameterLayout()
      layout.addMatrix("w", rows: rows, columns: 16)
      let optimizer = Optimizer<Double>(
        OptimizerSettings(.noisyGradientDescent(deviation: 2)), layout: layout, noise: Philox(seed: seed))
      let parameters = AlignedBuffer<Double>(count: layout.bufferCount)
      for _ in 0..<updates {
        parameters.fill(0)
        optimizer.update(parameters, by: AlignedBuffer(count: layout.bufferCount), learningRate: 1)
      }
      return Array(parameters.elements)
    }
    let draws = noise(rows: 1000, updates: 2, seed: 5)
    let mean = draws.reduce(0, +) / 16000
    let variance = draws.reduce(0) { $0 + $1 * $1 } / 16000
    #expect(abs(mean) < 4 * 2 / 16000.0.squareRoot())
    #expect(abs(variance / 4 - 1) < 4 * (2 / 16000.0).squareRoot())
    #expect(Array(draws[..<160]) == noise(rows: 10, updates: 2, seed: 5))
    #expect(draws[..<160] != noise(rows: 10, updates: 1, seed: 5)[...])
    #expect(draws[..<160] != noise(rows: 10, updates: 2, seed: 6)[...])
  }

  @Test func noiseOfNoDeviationIsPlainDescent() {
    let golden = try? OptimizerGolden.read()
    let course = golden?.cases["sgd"]
    let settings = OptimizerSettings(.noisyGradientDescent(deviation: 0), weightDecay: 0.1, decays: .all)
    if let golden, let course {
      #expect(Self.distance(settings, nil, golden, to: course.float64, as: Double.self) < 1e-12)
    } else {
      Issue.record("the golden file is part of the repository")
    }
  }

  @Test(arguments: [
    (OptimizerSettings(.adamW(beta1: 1)), "beta1 lies in 0 ..< 1, not at 1.0"),
    (OptimizerSettings(.adam(beta2: -0.1)), "beta2 lies in 0 ..< 1, not at -0.1"),
    (OptimizerSettings(.adam(epsilon: -1)), "epsilon is at least 0, not -1.0"),
    (OptimizerSettings(weightDecay: -1), "weight decay is at least 0, not -1.0"),
    (OptimizerSettings(.sgd(nesterov: true)), "Nesterov's correction needs momentum and no dampening"),
    (OptimizerSettings(.signSGD(momentum: 1)), "the momentum of sign-SGD lies in 0 ..< 1, not at 1.0"),
    (OptimizerSettings(.noisyGradientDescent(deviation: .nan)), "the deviation of noise is at least 0, not nan"),
  ])
  func wrongNumbersAreNamed(settings: OptimizerSettings, fault: String) { #expect(settings.fault == fault) }
}

@Suite struct GradientClippingTests {
  @Test func aSmallNormIsLeftAlone() {
    #expect(GradientClipping.norm(2).scale(forNorm: 1.5) == 1)
    #expect(GradientClipping.norm(2).scale(forNorm: 4) == 2 / (4 + 1e-6))
    #expect(GradientClipping.value(2).scale(forNorm: 4) == 1)
  }

  @Test(arguments: [1, 31, 32, 33, 1000, 65_536, 65_537, 300_001]) func theNormIsTheRootOfTheSumOfSquares(count: Int) {
    let buffer = AlignedBuffer<Float>(count: count)
    var random = SplitMix64(seed: count)
    for i in 0..<count { buffer.base[i] = Float(random.next() % 1000) / 8 - 60 }
    let expected = buffer.elements.reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
    #expect(abs(buffer.norm() - expected) <= 1e-13 * expected)
    #expect(buffer.norm().bitPattern == buffer.norm(threadCount: 2).bitPattern)
    buffer.base[count - 1] = .nan
    #expect(buffer.norm(threadCount: 2).isNaN)
    buffer.base[count - 1] = .greatestFiniteMagnitude
    #expect(buffer.norm().isFinite)
  }

  @Test func valuesAreMovedToTheNearestBound() {
    let buffer = AlignedBuffer<Double>(count: 5)
    for (i, x) in [-3, -0.5, 0, 0.75, 8].enumerated() { buffer.base[i] = x }
    Double.clamp(buffer.base, to: 0.75, count: 5)
    #expect(Array(buffer.elements) == [-0.75, -0.5, 0, 0.75, 0.75])
  }
}
