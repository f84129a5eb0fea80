// A memorizing network as the feedforward layer of a LLaMA, and what is certified of it on the memorized points.
import Constructions
import ExactArithmetic
import Transformers
import Verification

/// The network within a transformer.
struct TransformerExport {
  /// What is said of it.
  struct Report: Encodable {
    var parameters: Int
    var hiddenUnits: Int
    var vocabulary: Int
    /// The points whose label is said by a run in float32.
    var right: Int
    var points: Int
    /// Whether the label's token wins at every point for any rounding no worse than float32's, and why that is not known.
    var certified: Bool
    var doubt: String?
    var tokenMargin: Double?

    var text: String {
      let verdict =
        certified
        ? "certified on every point for float32's rounding" : "not certified: \(doubt ?? "no reason is known")"
      return
        "\(Quantity.exact(parameters)) parameters, \(Quantity.exact(right)) of \(Quantity.exact(points)) points right in float32, \(verdict)"
    }
  }

  let report: Report
  private let transformer: MemorizingTransformer
  private let model: Model

  init(_ network: IntegerNetwork, _ data: MemorizationData, place: String) throws {
    func integers(_ numbers: [Rational], _ what: String) throws -> [Int] {
      try numbers.map { number in
        guard number.isInteger, let value = Int(exactly: number.numerator) else {
          throw Failure.refused(place, expected: "\(what) that are integers", found: "\(number)")
        }
        return value
      }
    }
    let points = try (0..<data.pointCount).map { try integers(data.point($0), "coordinates") }
    let labels = try integers(data.labels, "labels")
    let values = points.reduce(into: (least: 0, greatest: 0)) { range, point in
      range = (min(range.least, point.min() ?? 0), max(range.greatest, point.max() ?? 0))
    }
    let transformer: MemorizingTransformer
    do {
      transformer = try MemorizingTransformer(
        network, values: values.least...max(values.greatest, values.least + 1),
        readOut: .number(Set(labels).sorted()))
    } catch {
      throw Failure(.refusedInput, "\(place): \(error.description)")
    }
    let model = transformer.model()
    let cases = zip(points, labels).compactMap { point, label in
      transformer.token(label: label).map { PromptCheck.Case(prompt: transformer.prompt(point), expected: [$0]) }
    }
    let verdict = PromptCheck(model).check(.rounded(.float32), cases)
    var report = Report(
      parameters: model.parameterCount, hiddenUnits: model.configuration.intermediateSize,
      vocabulary: transformer.vocabularySize,
      right: try TransformerExport.countRight(model, cases), points: data.pointCount, certified: false)
    switch verdict {
    case .proved(let evidence): (report.certified, report.tokenMargin) = (true, evidence.tokenMargin)
    case .refuted(let number, _, let found):
      let said = transformer.label(ofToken: found).map { "label \($0)" } ?? "no label"
      report.doubt = "row \(number + 1) gets \(said)"
    case .undecided(let number, let doubt): report.doubt = "row \(number + 1): \(doubt.reason)"
    }
    self.report = report
    (self.transformer, self.model) = (transformer, model)
  }

  /// The prompts that a run continues as expected.
  private static func countRight(_ model: Model, _ cases: [PromptCheck.Case]) throws -> Int {
    let engine = try Engine(model)
    var right = 0
    for start in stride(from: 0, to: cases.count, by: 16) {
      let part = Array(cases[start..<min(start + 16, cases.count)])
      let found = engine.makeSession(batchSize: part.count).generate(
        after: part.map(\.prompt), maximumNewTokens: 1, stopAt: [])
      for (text, example) in zip(found, part) where text == example.expected { right += 1 }
    }
    return right
  }

  func write(to path: String, overwrites: Bool) throws {
    let options = ModelFolder.WriteOptions(policy: .exactOnly, overwrites: overwrites)
    var generation = GenerationSettings(model.configuration)
    generation.maximumLength = nil
    generation.maximumNewTokens = 1
    try ModelFolder.write(
      model, to: path, options: options, tokenizer: try transformer.tokenizer(), generation: generation)
  }
}
