// How a run ended, as a person and as a program reads it.
import Training

/// What `result.json` and `--json` say.
struct TrainingResult: Encodable {
  /// The best evaluation by the stopping rule.
  struct Best: Encodable {
    var metric: String
    var value: Double
    var step: Int
  }

  /// finished, stoppedEarly, exhausted or interrupted.
  var ending: String
  /// Why the stopping rule ended the run.
  var stopReason: String?
  var steps: Int
  /// The loss of the last step's batches.
  @FiniteOrNull var loss: Double?
  /// The last evaluation.
  @FiniteOrNull var metrics: [String: Double]
  var best: Best?
  var seconds: Double
  /// Tokens whose loss counted, or examples; as the name of the rate says.
  var unit: String
  var count: Double
  var unitsPerSecond: Double
  var parameters: Int
  var trainedParameters: Int
  var products: String
  var precision: String
  var threads: Int
  /// The step of the checkpoint from which the run was taken up last.
  var resumedAt: Int?
  var folder: String
  var model: String?
  /// The seed, by which replicas are told apart.
  var seed: UInt64

  /// The result as a table.
  var text: String {
    var rows = [("ended", "\(Self.words[ending] ?? ending) after \(Quantity.exact(steps)) steps")]
    if let loss { rows.append(("loss", Self.number(loss))) }
    rows += metrics.sorted { $0.key < $1.key }.map { ($0.key, Self.number($0.value)) }
    if let best {
      rows.append(("best", "\(best.metric) \(Self.number(best.value)) at step \(Quantity.exact(best.step))"))
    }
    rows.append(
      ("time", "\(Quantity.seconds(seconds)), \(Quantity.text(unitsPerSecond)) \(unit)/s by \(products) products"))
    rows.append(("parameters", Quantity.exact(parameters)))
    if let model { rows.append(("model", model)) }
    return table(rows)
  }

  private static let words = [
    "finished": "finished", "stoppedEarly": "stopped early", "exhausted": "ran out of batches",
    "interrupted": "interrupted",
  ]

  /// Four significant digits, or in words what has none.
  static func number(_ value: Double) -> String {
    if value.isNaN { return "not a number" }
    if value.isInfinite { return value < 0 ? "minus infinity" : "infinity" }
    if value == 0 { return "0" }
    var scale = 1.0
    while abs(value) * scale < 1000, scale < 1e12 { scale *= 10 }
    return "\((value * scale).rounded() / scale)".replacing(/\.0$/, with: "")
  }
}
