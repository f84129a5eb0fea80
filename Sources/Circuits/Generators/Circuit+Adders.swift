// Circuits that add and compare integers.

extension Circuit {
  /// An adder of two unsigned integers in which the carry ripples from bit to bit.
  ///
  /// Inputs are words `a` and `b`; the output is the word `sum`, one bit wider than they are with `carryOut`, else modulo
  /// `2^width`. Gates: `5 width - 3` with the carry; without it `5 width - 6`, or 1 where the width is 1. Depth with the
  /// carry: `2 width - 1`.
  ///
  /// - Parameters:
  ///   - width: Bits of each operand, at least 1.
  ///   - carryOut: Whether the sum has `width + 1` bits.
  public static func rippleCarryAdder(width: Int, carryOut: Bool = true) -> Circuit {
    adder(width: width, kind: .rippleCarry, carryOut: carryOut)
  }

  /// An adder of two unsigned integers with a parallel prefix network for the carries, in logarithmic depth.
  ///
  /// Inputs and outputs as in `rippleCarryAdder(width:carryOut:)`.
  public static func prefixAdder(width: Int, kind: AdderKind = .koggeStone, carryOut: Bool = true) -> Circuit {
    adder(width: width, kind: kind, carryOut: carryOut)
  }

  private static func adder(width: Int, kind: AdderKind, carryOut: Bool) -> Circuit {
    precondition(width >= 1, "an adder's operands have at least one bit")
    var logic = LogicBuilder(inputWords: [("a", width), ("b", width)], circuit: "\(kind.rawValue)-adder\(width)")
    let result = logic.add(logic.inputs(0..<width), logic.inputs(width..<2 * width), kind: kind)
    return logic.finish(words: [("sum", carryOut ? result.sum + [result.carry] : result.sum)])
  }

  /// A comparator of two integers: three outputs, `less` (a < b), `equal` and `greater`; a tree of logarithmic depth.
  ///
  /// - Parameters:
  ///   - width: Bits of each operand, at least 1.
  ///   - isSigned: Whether the operands are in two's complement.
  public static func comparator(width: Int, isSigned: Bool = false) -> Circuit {
    precondition(width >= 1, "a comparator's operands have at least one bit")
    var logic = LogicBuilder(
      inputWords: [("a", width), ("b", width)], circuit: "\(isSigned ? "signed-" : "")comparator\(width)")
    var a = logic.inputs(0..<width)
    var b = logic.inputs(width..<2 * width)
    if isSigned {
      // Adding 2^(width-1) to both keeps the order and makes it the unsigned one.
      a[width - 1] = !a[width - 1]
      b[width - 1] = !b[width - 1]
    }
    let result = logic.compare(a, b)
    let greater = logic.nor(result.less, result.equal)
    return logic.finish(words: [("less", [result.less]), ("equal", [result.equal]), ("greater", [greater])])
  }
}

extension LogicBuilder {
  /// A builder whose inputs are words, named `word[bit]` (or `word` alone where the word has one bit).
  init(inputWords: [(name: String, width: Int)], circuit: String) {
    self.init(inputCount: inputWords.reduce(0) { $0 + $1.width })
    names.circuit = circuit
    names.inputWidths = inputWords.map(\.width)
    names.inputs = inputWords.flatMap { Self.bitNames($0.name, $0.width) }
  }

  /// The circuit whose outputs are words, named as input words are.
  consuming func finish(words: [(name: String, literals: [Literal])]) -> Circuit {
    names.outputWidths = words.map(\.literals.count)
    names.outputs = words.flatMap { Self.bitNames($0.name, $0.literals.count) }
    return finish(outputs: words.flatMap(\.literals))
  }

  private static func bitNames(_ word: String, _ width: Int) -> [String] {
    width == 1 ? [word] : (0..<width).map { "\(word)[\($0)]" }
  }
}
