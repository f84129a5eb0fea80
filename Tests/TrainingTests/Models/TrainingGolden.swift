// What PyTorch says about training the fixtures: Tests/Python/make_training_goldens.py made the files and states the versions.
import Foundation
import TestSupport
import Training
import Transformers

/// The golden numbers of one fixture.
struct TrainingGolden {
  static let names = ["plain_untied", "llama3rope_tied"]

  struct AdamW: Decodable {
    var lr: Double
    var betas: [Double]
    var eps: Double
    var weight_decay: Double
    var batches: [[[Int]]]
    var losses_f64: [Double]
    var losses_f32: [Double]
  }

  private struct Content: Decodable {
    var tokens: [[Int]]
    var loss: Double
    var gradients: [String: Data]
    var adamw: AdamW
  }

  let folder: String
  let batch: TokenBatch
  let loss: Double
  let gradients: [String: [Double]]
  let adamW: AdamW

  init(_ name: String) throws {
    folder = (sharedData?.appending(path: "llama-fixtures/\(name)").path) ?? ""
    let file = repositoryRoot.appending(path: "Tests/Python/goldens/training-\(name).json")
    let content = try JSONDecoder().decode(Content.self, from: Data(contentsOf: file))
    batch = TokenBatch(texts: content.tokens)
    loss = content.loss
    adamW = content.adamw
    gradients = content.gradients.mapValues { data in
      data.withUnsafeBytes { bytes in
        (0..<bytes.count / 8).map {
          Double(bitPattern: UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: 8 * $0, as: UInt64.self)))
        }
      }
    }
  }

  /// The decoder in the fixture's folder, and what trains it.
  func decoder() throws -> (DecoderObjective, Model) {
    let model = try ModelFolder.read(folder)
    return (try DecoderObjective(model.configuration), model)
  }

  /// The loss in the fixture's own expected.json.
  func fixtureLoss() throws -> Double {
    struct Expected: Decodable { var loss_f64: Double }
    let file = URL(fileURLWithPath: folder + "/expected.json")
    return try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file)).loss_f64
  }
}
