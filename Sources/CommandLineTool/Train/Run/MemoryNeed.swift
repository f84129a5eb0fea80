// Whether a model and its examples fit this machine's memory, before any of it is asked for.
import Foundation

/// What training a model needs at least: parameters, the gradients of two lanes and the optimizer's two moments.
struct MemoryNeed {
  /// About how many parameters the model has.
  var parameters: Double
  var precision: TrainingConfiguration.Precision
  /// The keys that the number follows from, and how many times as large as usual each is.
  var sizes: [(key: String, factor: Double)]

  private var bytes: Double { parameters * 5 * (precision == .float64 ? 8 : 4) }

  /// Adds a fault of a key that asks for more numbers of four bytes than the machine has room for.
  static func check(
    _ key: String, expected: String, numbers: Double, found: String, _ faults: inout ConfigurationFaults
  ) {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    if numbers * 4 <= memory { return }
    faults.add(
      key, expected: "\(expected) that fits this machine's \(Quantity.bytes(Int(memory))) of memory",
      found: "\(found), which need \(Quantity.bytes(Int(min(numbers * 4, 1e18))))")
  }

  /// Adds a fault of the key that is the most to blame where the machine has less.
  func check(_ faults: inout ConfigurationFaults) {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    if bytes <= memory { return }
    let written = sizes.filter { faults.wasWritten($0.key) }
    faults.add(
      written.max { $0.factor < $1.factor }?.key ?? "model",
      expected: "a model that can be trained within this machine's \(Quantity.bytes(Int(memory))) of memory",
      found: "about \(Quantity.text(parameters)) parameters, which need \(Quantity.bytes(Int(min(bytes, 1e18))))")
  }
}
