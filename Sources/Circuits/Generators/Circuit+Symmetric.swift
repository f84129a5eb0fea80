// Circuits of symmetric functions: parity and majority.

/// In which order an associative operation is applied to a sequence.
public enum ReductionShape: String, Sendable, CaseIterable, Codable {
  /// From left to right, in linear depth.
  case chain
  /// As a balanced tree, in logarithmic depth.
  case tree
}

extension Circuit {
  /// The parity of `count` inputs, in `count - 1` XOR gates.
  ///
  /// - Parameters:
  ///   - count: The number of inputs, at least 1.
  ///   - shape: A chain of depth `count - 1` or a tree of depth `ceil(log2(count))`.
  public static func parity(_ count: Int, shape: ReductionShape = .tree) -> Circuit {
    precondition(count >= 1, "parity of at least one input")
    var logic = LogicBuilder(inputWords: [("x", count)], circuit: "parity\(count)")
    let inputs = logic.inputs(0..<count)
    let result =
      switch shape {
      case .tree: logic.xor(inputs)
      case .chain: inputs.dropFirst().reduce(inputs[0]) { logic.xor($0, $1) }
      }
    return logic.finish(words: [("parity", [result])])
  }

  /// Whether more than half of `count` inputs are true: a population count by full adders, then a comparison with a constant.
  ///
  /// Fewer than `6 count` gates and depth O(log^2 count).
  ///
  /// - Parameter count: The number of inputs, at least 1; a tie is no majority.
  public static func majority(_ count: Int) -> Circuit {
    precondition(count >= 1, "majority of at least one input")
    var logic = LogicBuilder(inputWords: [("x", count)], circuit: "majority\(count)")
    let total = logic.populationCount(logic.inputs(0..<count))
    let half = logic.constant(word: UInt64(count / 2), width: total.count)
    let result = logic.compare(half, total).less
    return logic.finish(words: [("majority", [result])])
  }
}
