// Why a network cannot be the feedforward layer of a transformer.
import ExactArithmetic

/// A network that has no place in a transformer's block.
public struct InstallationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is possible.
  public let expected: String
  /// What the network has.
  public let found: String

  /// Both.
  public var description: String { "expected \(expected), found \(found)" }
}

extension MemorizingTransformer {
  /// Refuses networks of another form, and numbers that float32 does not have.
  func checkForm() throws(InstallationError) {
    func require(_ holds: Bool, _ expected: String, _ found: @autoclosure () -> String) throws(InstallationError) {
      if !holds { throw InstallationError(expected: expected, found: found()) }
    }
    let layers = network.hiddenLayers
    try require(layers.count <= 1, "a network of one hidden layer", "\(layers.count) hidden layers")
    try require(layers.allSatisfy { $0.activation == .relu }, "ReLU units", "threshold units")
    let units = layers.first?.rows.count ?? 0
    try require(
      units < MemorizingTransformer.maximumUnitCount,
      "fewer than \(MemorizingTransformer.maximumUnitCount) hidden units",
      "\(units)")
    try require((1...256).contains(coordinateCount), "1 to 256 coordinates", "\(coordinateCount)")
    try require(
      digitCount <= 16, "values of a coordinate that differ by at most 65535",
      "values from \(values.lowerBound) to \(values.upperBound)")
    try require(abs(values.lowerBound) < 1 << 20, "values near 0", "values from \(values.lowerBound) on")
    try require(
      !labels.isEmpty && zip(labels, labels.dropFirst()).allSatisfy { $0 < $1 }, "labels in ascending order",
      "\(labels.prefix(8))")
    switch readOut {
    case .bits:
      try require(
        labels.allSatisfy { $0 >= 0 && $0 >> network.outputs.count == 0 } && (1...24).contains(network.outputs.count),
        "labels of \(network.outputs.count) binary digits, 1 to 24", "\(labels.suffix(1))")
      try require(
        network.outputs.allSatisfy { $0.bias == 0 || $0.bias == 1 }, "outputs that are 0 or 1 where no unit is on",
        "other ones")
    case .number:
      try require(network.outputs.count == 1, "one output", "\(network.outputs.count)")
      try require(
        labels.allSatisfy { abs($0) <= 2048 }, "labels whose squares have 22 binary digits", "\(labels.suffix(1))")
    }
    for (u, row) in (layers.first?.rows ?? []).enumerated() {
      let numbers = row.terms.map { Rational($0.weight << (digitCount - 1)) } + [constant(of: row)]
      try require(
        numbers.allSatisfy { Rational(exactly: MemorizingTransformer.float($0)) == $0 },
        "weights that float32 has exactly", "others in hidden unit \(u + 1)")
    }
  }
}
