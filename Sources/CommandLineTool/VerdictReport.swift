// What certify and verify print.
import Constructions
import Verification

/// A verdict on a claim, for people and as JSON.
struct VerdictReport: Encodable {
  enum Answer: String, Encodable {
    case proved, refuted, undecided
    /// The certificate is not about these files, or states what is not so.
    case refused
  }

  /// The semantics of the claim.
  struct Meaning: Encodable {
    var name: String
    /// In words.
    var sentence: String
    /// The unit roundoff of nearest and rounded.
    var unit: Double?
    /// The digits of nearest.
    var bits: Int?

    init(_ semantics: Semantics) {
      name = semantics.name
      sentence = semantics.sentence
      if case .rounded(let model) = semantics { (unit, bits) = (model.unit, model.keptBits) }
    }
  }

  /// An assignment under which the weights are wrong.
  struct Refutation: Encodable {
    var inputs: String
    /// The step whose token is wrong, from 1; one more than there are for the end token.
    var step: Int
    var expected: String
    var found: String

    init(_ counterexample: Counterexample, _ manifest: SimulationManifest) {
      inputs = BitText(widths: [], count: counterexample.inputs.count, isHexadecimal: false).text(counterexample.inputs)
      step = counterexample.emittedIndex + 1
      expected = manifest.word(ofToken: counterexample.expected)
      found = manifest.word(ofToken: counterexample.found)
    }
  }

  var verdict: Answer
  var folder: String
  /// Why, in a sentence.
  var reason: String
  var semantics: Meaning?
  var counterexample: Refutation?
  var bounds: Bounds?
  var certificate: String?
  var certificateBytes: Int?
  var seconds = 0.0
  /// The certificate in words.
  var summary: String?
  /// Whether `wright run` decodes in the arithmetic of the claim.
  var isReplayable = true

  private enum CodingKeys: String, CodingKey {
    case verdict, folder, reason, semantics, counterexample, bounds, certificate, certificateBytes, seconds
  }

  init(_ verdict: Answer, _ folder: String, _ reason: String) {
    self.verdict = verdict
    self.folder = folder
    self.reason = reason
  }

  var text: String {
    var text = "\(verdict.rawValue): \(folder): \(reason)\n"
    if let semantics, summary == nil { text += "under \(semantics.sentence)\n" }
    if let counterexample {
      text +=
        "step \(counterexample.step): expected \(counterexample.expected), found \(counterexample.found)\n"
        + (isReplayable
          ? "replay: wright run \(folder) --input \(counterexample.inputs) --tokens\n"
          : "inputs \(counterexample.inputs), in float32; wright run keeps to the precision that the folder is written for\n")
    }
    if let summary { text += summary }
    if let certificate, let certificateBytes {
      text += "\(certificate): \(Quantity.bytes(certificateBytes))\n"
    }
    return text + "\(Quantity.seconds(seconds))\n"
  }
}
