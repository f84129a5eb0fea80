// Rows of numbers to train a perceptron on: from a task, random labels or files.
import Randomness
import Tasks
import Training

/// An example of a perceptron's: its inputs and what its outputs should be.
struct VectorExample: Hashable, Sendable {
  var inputs: [Float]
  var targets: [Float]
}

/// The examples of a perceptron's run.
struct VectorData {
  let training: ExampleSet<VectorExample>
  /// Empty where nothing is held out.
  let validation: ExampleSet<VectorExample>
  let inputCount: Int
  let targetCount: Int
  /// The digests of the files that were read.
  private(set) var digests: [String] = []

  /// The examples that a configuration names.
  init(_ configuration: TrainingConfiguration, faults: ConfigurationFaults) throws {
    let data = configuration.data
    let random = Philox(seed: data.splitSeed).split("examples")
    let all: ExampleSet<VectorExample>
    switch data.task {
    case .parity:
      let task = Parity(bitCount: data.bits)
      try checkDrawing(of: task, data, faults: faults)
      let zero: Float = data.encoding == .signs ? -1 : 0
      let example = { @Sendable (example: TokenExample) in
        VectorExample(
          inputs: example.prompt.dropLast().map { $0 == 1 ? 1 : zero }, targets: [example.answer[0] == 1 ? 1 : -1])
      }
      let split = ExampleSplit(task, trainingFraction: data.trainingFraction, seed: data.splitSeed)
      if let listed = split.training, let held = split.validation {
        all = .listed(listed.map { example(task.example(Int($0))) })
        validation = .listed(held.map { example(task.example(Int($0))) })
      } else {
        all = .drawn { example(split.trainingExample(using: &$0)) }
        validation = split.hasValidation ? .drawn { example(split.validationExample(using: &$0)) } : .listed([])
      }
      (inputCount, targetCount) = (data.bits, 1)
    case .randomLabels:
      var faults = faults
      // Each number stands in its example, and again in the batch.
      MemoryNeed.check(
        "data.points", expected: "a number of points", numbers: 2 * Double(data.points) * Double(data.dimension),
        found: "\(data.points) of \(data.dimension) numbers", &faults)
      try faults.check()
      var random = random
      all = .listed(
        (0..<data.points).map { _ in
          let inputs = (0..<data.dimension).map { _ -> Float in
            switch data.encoding {
            case .signs: random.bernoulli(0.5) ? 1 : -1
            case .zeroOne: random.bernoulli(0.5) ? 1 : 0
            case .normal: Float(random.normal())
            }
          }
          return VectorExample(inputs: inputs, targets: [random.bernoulli(0.5) ? 1 : -1])
        })
      validation = .listed([])
      (inputCount, targetCount) = (data.dimension, 1)
    default:
      let files = try [data.path, data.validationPath].compactMap(\.self).map {
        try ExampleFile<VectorLine>($0, expected: "an object like {\"input\": [1, -1], \"target\": [1]}")
      }
      let first = files[0].lines[0]
      (inputCount, targetCount) = (first.input.count, first.target.count)
      let needsSigns = configuration.loss != .square
      let tabled = Set(configuration.model.truthTables.joined()).sorted()
      let sets = try files.map { file in
        try file.lines.enumerated().map { index, line in
          if line.input.isEmpty || line.target.isEmpty || line.input.count != first.input.count
            || line.target.count != first.target.count
          {
            throw file.failure(
              index, expected: "\(max(1, first.input.count)) inputs and \(max(1, first.target.count)) targets",
              found: "\(line.input.count) and \(line.target.count)")
          }
          if needsSigns, let other = line.target.first(where: { abs($0) != 1 }) {
            throw file.failure(index, expected: "targets of +1 and -1 for this loss", found: "\(other)")
          }
          if let other = tabled.first(where: { $0 < line.input.count && abs(line.input[$0]) != 1 }) {
            throw file.failure(
              index, expected: "+1 or -1 as input \(other), of which there are truth tables",
              found: "\(line.input[other])")
          }
          return VectorExample(inputs: line.input, targets: line.target)
        }
      }
      all = .listed(sets[0])
      validation = .listed(sets.count > 1 ? sets[1] : [])
      digests = files.map(\.digest)
    }
    training = try limited(all, to: data.examples, random: random, faults: faults)
  }

  /// Examples as one batch.
  static func batch(_ examples: [VectorExample]) -> VectorBatch {
    VectorBatch(
      count: examples.count, inputs: examples.flatMap(\.inputs), targets: examples.flatMap(\.targets))
  }
}
