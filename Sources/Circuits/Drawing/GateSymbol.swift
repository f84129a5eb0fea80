// How a gate looks: the outline of its function, with circles where something is inverted.

/// The symbol of a function: an outline, circles at inverted inputs and output, or a box with a label.
struct GateSymbol: Equatable {
  /// The outline; a box holds a name, or a truth table in hexadecimal with the last row first.
  enum Outline: Equatable { case and, or, xor, buffer, box(String) }

  var outline: Outline
  /// Which inputs carry a circle.
  var invertedInputs: [Bool]
  /// Whether the output carries a circle.
  var isOutputInverted: Bool

  /// Whether the inputs may be drawn in any order.
  var isSymmetric: Bool {
    switch outline {
    case .and, .or, .xor: true
    case .buffer, .box: false
    }
  }

  init(_ table: TruthTable) {
    invertedInputs = [Bool](repeating: false, count: table.inputCount)
    isOutputInverted = false
    switch (table.inputCount, table.functionName) {
    case (0, _): outline = .box(table.bits == 0 ? "0" : "1")
    case (1, "BUF"): outline = .buffer
    case (1, "NOT"):
      outline = .buffer
      isOutputInverted = true
    case (2, "ANDNOT"):
      outline = .and
      invertedInputs[table.bits == 0b0010 ? 1 : 0] = true
    case (2, "ORNOT"):
      outline = .or
      invertedInputs[table.bits == 0b1011 ? 1 : 0] = true
    case (2..., let name) where name.hasPrefix("AND"): outline = .and
    case (2..., let name) where name.hasPrefix("OR"): outline = .or
    case (2..., let name) where name.hasPrefix("XOR"): outline = .xor
    case (2..., let name) where name.hasPrefix("NAND"): (outline, isOutputInverted) = (.and, true)
    case (2..., let name) where name.hasPrefix("NOR"): (outline, isOutputInverted) = (.or, true)
    case (2..., let name) where name.hasPrefix("XNOR"): (outline, isOutputInverted) = (.xor, true)
    case (3, let name) where name == "MUX" || name == "MAJ": outline = .box(name)
    case (1, _): outline = .box(table.bits == 0 ? "0" : "1")
    case (let k, let name) where k > TruthTable.wordInputCount: outline = .box(name)
    default:
      let digits = String(table.bits, radix: 16)
      outline = .box(String(repeating: "0", count: max(1, table.rowCount / 4) - digits.count) + digits)
    }
  }

  /// The colour that fills the outline.
  var fill: String {
    switch outline {
    case .and: "#dbeafe"
    case .or: "#dcfce7"
    case .xor: "#ffedd5"
    case .buffer: "#f1f5f9"
    case .box: "#ede9fe"
    }
  }

  /// The outline's path in a frame `width` wide and `height` high around the origin.
  func path(width: Double, height: Double) -> String {
    let (l, r, t, b) = (-width / 2, width / 2, -height / 2, height / 2)
    switch outline {
    case .and:
      let bend = width * 0.12
      // A cubic curve reaches three quarters of the way to its control points: it ends exactly at the right edge.
      let control = bend + (r - bend) / 0.75
      return "M\(l) \(t)H\(bend)C\(control) \(t) \(control) \(b) \(bend) \(b)H\(l)Z".replacingLongDecimals()
    case .or, .xor:
      return
        ("M\(l) \(t)C\(l + width * 0.55) \(t) \(r - width * 0.2) \(t * 0.6) \(r) 0"
        + "C\(r - width * 0.2) \(b * 0.6) \(l + width * 0.55) \(b) \(l) \(b)Q\(l + width * 0.3) 0 \(l) \(t)Z")
        .replacingLongDecimals()
    case .buffer: return "M\(l) \(t)L\(r) 0L\(l) \(b)Z".replacingLongDecimals()
    case .box: return "M\(l) \(t)H\(r)V\(b)H\(l)Z".replacingLongDecimals()
    }
  }

  /// How far right of the frame's left edge an input at height `y` meets the outline.
  func inset(at y: Double, width: Double, height: Double) -> Double {
    switch outline {
    case .or, .xor:
      // The back is the parabola of the quadratic curve: deepest, 0.15 width, in the middle.
      let u = 2 * y / height
      return 0.15 * width * (1 - u * u)
    case .and, .buffer, .box: return 0
    }
  }
}

extension String {
  /// The text with every number shortened to two decimals.
  func replacingLongDecimals() -> String {
    var result = ""
    var decimals: Int?
    for character in self {
      if character == "." {
        decimals = 0
      } else if character.isNumber, let count = decimals {
        decimals = count + 1
        if count >= 2 { continue }
      } else {
        decimals = nil
      }
      result.append(character)
    }
    return result
  }
}
