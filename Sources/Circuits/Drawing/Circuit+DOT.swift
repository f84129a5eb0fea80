// A circuit in Graphviz's language.

extension Circuit {
  /// The circuit as a Graphviz digraph, inputs left and outputs right; a complemented read ends in a small circle.
  ///
  /// Names may hold any characters. Nodes are `w<number>` for wires and `y<number>` for outputs, so the text is stable under renaming.
  public func dot() -> String {
    var text = "digraph \(Self.quoted(names.circuit.isEmpty ? "circuit" : names.circuit)) {\n"
    text += "  rankdir=LR;\n  node [fontname=\"Helvetica\", fontsize=11];\n  edge [arrowsize=0.6];\n"
    text += "  { rank=source;\n"
    for i in 0..<inputCount { text += "    w\(i) [shape=plaintext, label=\(Self.quoted(inputName(i)))];\n" }
    text += "  }\n"
    for g in 0..<gateCount {
      let wire = UInt32(inputCount + g)
      let table = table(ofGate: g)
      var label = table.functionName
      if label.hasPrefix("LUT"), table.inputCount <= TruthTable.wordInputCount {
        label += "\n0x" + String(table.bits, radix: 16)
      }
      if let name = names.wires[wire] { label += "\n" + name }
      text += "  w\(wire) [shape=box, style=rounded, label=\(Self.quoted(label))];\n"
      for j in 0..<fanIn(ofGate: g) { text += "  \(operand(j, ofGate: g)) -> w\(wire);\n" }
    }
    text += "  { rank=sink;\n"
    for i in outputs.indices { text += "    y\(i) [shape=plaintext, label=\(Self.quoted(outputName(i)))];\n" }
    text += "  }\n"
    for (i, output) in outputs.enumerated() {
      text += "  \(output.wire) -> y\(i)\(output.isComplemented ? " [arrowhead=odot]" : "");\n"
    }
    return text + "}\n"
  }

  /// A string of Graphviz's language that shows `text` as it stands.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case _ where scalar.value < 32 || scalar.value == 127: quoted += "\u{FFFD}"
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
