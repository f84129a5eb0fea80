// Whether a model can be trained in this machine's memory, before any of it is asked for.
import Foundation

/// What training a model needs at least: parameters, the gradients of two lanes and the optimizer's two moments.
struct MemoryNeed {
  /// About how many parameters the model has.
  var parameters: Double
  var precision: TrainingConfiguration.Precision

  private var bytes: Double { parameters * 5 * (precision == .float64 ? 8 : 4) }

  /// Adds a fault where the machine has less.
  func check(_ faults: inout ConfigurationFaults) {
    let memory = Double(ProcessInfo.processInfo.physicalMemory)
    if bytes <= memory { return }
    faults.add(
      "model", expected: "a model that can be trained within this machine's \(Quantity.bytes(Int(memory))) of memory",
      found: "about \(Quantity.text(parameters)) parameters, which need \(Quantity.bytes(Int(min(bytes, 1e18))))")
  }
}
