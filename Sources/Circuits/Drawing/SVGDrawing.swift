// Writes a layered layout as SVG.

/// The picture of one circuit.
struct SVGDrawing {
  private static let gateWidth = 40.0
  private static let portPitch = 14.0
  private static let bubble = 3.5
  private static let margin = 24.0

  private let circuit: Circuit
  private let layout: LayeredLayout
  private let symbols: [GateSymbol]
  /// The left edge of each column.
  private let columnLeft: [Double]
  private let labelWidth: (inputs: Double, outputs: Double)

  init(_ circuit: Circuit) {
    self.circuit = circuit
    let symbols = (0..<circuit.gateCount).map { GateSymbol(circuit.table(ofGate: $0)) }
    self.symbols = symbols
    let layout = LayeredLayout(
      circuit, gateHeight: { Self.bodyHeight(symbols[$0], circuit.fanIn(ofGate: $0)) + 18 }, pinHeight: 24,
      passHeight: 16)
    self.layout = layout
    // About seven units a character at this size of text.
    func width(_ names: [String]) -> Double { 7.2 * Double(names.map(\.count).max() ?? 0) + 16 }
    labelWidth = (
      width((0..<circuit.inputCount).map(circuit.inputName)), width((0..<circuit.outputCount).map(circuit.outputName))
    )
    // A gap is wider the more steeply wires cross it.
    var left = [Self.margin + labelWidth.inputs]
    for c in layout.columns.indices.dropFirst() {
      let rises = layout.columns[c].flatMap { node in
        layout.nodes[node].sources.map { abs(layout.nodes[$0].y - layout.nodes[node].y) }
      }
      let steepest = rises.max() ?? 0
      left.append(left[c - 1] + Self.gateWidth + min(150, 44 + 0.22 * steepest))
    }
    columnLeft = left
  }

  /// The height of a gate's outline.
  private static func bodyHeight(_ symbol: GateSymbol, _ inputs: Int) -> Double {
    switch symbol.outline {
    case .buffer: 22
    case .and, .or, .xor, .box: max(28, Double(inputs) * portPitch)
    }
  }

  /// The whole document.
  var text: String {
    let width = (columnLeft.last ?? 0) + Self.gateWidth / 2 + labelWidth.outputs + Self.margin
    let height = layout.height + 2 * Self.margin
    let size = "\(Self.short(width)) \(Self.short(height))"
    var text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(size)" width="\(Self.short(width))" \
      height="\(Self.short(height))" font-family="DejaVu Sans, Helvetica, Arial, sans-serif" font-size="12">
      <title>\(Self.escaped(circuit.names.circuit.isEmpty ? "circuit" : circuit.names.circuit))</title>
      <style>
      .wire path { fill: none; stroke: #64748b; stroke-width: 1.3 }
      .wire circle { fill: #64748b }
      .wire:hover path { stroke: #dc2626; stroke-width: 2.2 }
      .gate path, .gate circle { stroke: #1e293b; stroke-width: 1.4; stroke-linejoin: round }
      text { fill: #0f172a }
      </style>
      <rect width="100%" height="100%" fill="#ffffff"/>

      """
    text += wires()
    for (i, node) in layout.nodes.enumerated() { text += drawing(i, node) }
    return text + "</svg>\n"
  }

  // MARK: Places

  private func centre(_ node: LayeredLayout.Node) -> (x: Double, y: Double) {
    (columnLeft[node.column] + Self.gateWidth / 2, node.y + Self.margin)
  }

  /// Where a wire leaves a node.
  private func exit(_ index: Int) -> (x: Double, y: Double) {
    let node = layout.nodes[index]
    let (x, y) = centre(node)
    switch node.kind {
    case .input: return (x, y)
    case .gate(let g): return (x + Self.gateWidth / 2 + (symbols[g].isOutputInverted ? 2 * Self.bubble : 0), y)
    case .pass: return (x + Self.gateWidth / 2, y)
    case .output: return (x, y)
    }
  }

  /// The place of operand `j` on a gate's left side: symmetric gates take wires in the order in which they come from above.
  private func port(_ j: Int, _ g: Int, _ node: LayeredLayout.Node) -> Double {
    let k = node.sources.count
    guard symbols[g].isSymmetric else { return (Double(j) - Double(k - 1) / 2) * Self.portPitch }
    let order = (0..<k).sorted { (layout.nodes[node.sources[$0]].y, $0) < (layout.nodes[node.sources[$1]].y, $1) }
    let place = order.firstIndex(of: j) ?? j
    return (Double(place) - Double(k - 1) / 2) * Self.portPitch
  }

  /// Where operand `j` enters a node.
  private func entry(_ node: LayeredLayout.Node, _ j: Int) -> (x: Double, y: Double) {
    let (x, y) = centre(node)
    switch node.kind {
    case .gate(let g):
      let dy = port(j, g, node)
      let height = Self.bodyHeight(symbols[g], node.sources.count)
      let inset = symbols[g].inset(at: dy, width: Self.gateWidth, height: height)
      // XOR's second back stands in front of the outline.
      let front = symbols[g].outline == .xor ? -5.0 : 0
      let bubble = symbols[g].invertedInputs[j] ? -2 * Self.bubble : 0
      return (x - Self.gateWidth / 2 + inset + front + bubble, y + dy)
    case .output(let i): return (x - (circuit.outputs[i].isComplemented ? 2 * Self.bubble : 0), y)
    case .pass: return (x - Self.gateWidth / 2, y)
    case .input: return (x, y)
    }
  }

  // MARK: Parts

  /// All wires, one group for each, so that a wire lights up as a whole.
  private func wires() -> String {
    var paths = [String](repeating: "", count: circuit.wireCount)
    var readers = [Int](repeating: 0, count: layout.nodes.count)
    for (i, node) in layout.nodes.enumerated() {
      if case .pass(let wire) = node.kind {
        let (x, y) = centre(node)
        let half = Self.gateWidth / 2
        paths[wire] += "<path d=\"M\(Self.short(x - half)) \(Self.short(y))H\(Self.short(x + half))\"/>"
      }
      for (j, source) in node.sources.enumerated() {
        readers[source] += 1
        let (from, to) = (exit(source), entry(layout.nodes[i], j))
        let bend = (to.x - from.x) * 0.5
        let (fromX, fromY, toX, toY) = (Self.short(from.x), Self.short(from.y), Self.short(to.x), Self.short(to.y))
        paths[wire(of: source)] +=
          "<path d=\"M\(fromX) \(fromY)C\(Self.short(from.x + bend)) \(fromY) "
          + "\(Self.short(to.x - bend)) \(toY) \(toX) \(toY)\"/>"
      }
    }
    for (i, count) in readers.enumerated() where count > 1 {
      let (x, y) = exit(i)
      paths[wire(of: i)] += "<circle cx=\"\(Self.short(x))\" cy=\"\(Self.short(y))\" r=\"2.4\"/>"
    }
    var text = ""
    for (wire, path) in paths.enumerated() where !path.isEmpty {
      text += "<g class=\"wire\"><title>\(Self.escaped(name(ofWire: wire)))</title>\(path)</g>\n"
    }
    return text
  }

  /// The wire that a node carries.
  private func wire(of index: Int) -> Int {
    switch layout.nodes[index].kind {
    case .input(let i): i
    case .gate(let g): circuit.inputCount + g
    case .pass(let wire): wire
    case .output(let i): circuit.outputs[i].wire.index
    }
  }

  private func name(ofWire wire: Int) -> String {
    wire < circuit.inputCount ? circuit.inputName(wire) : circuit.names.wires[UInt32(wire)] ?? "w\(wire)"
  }

  private func drawing(_ index: Int, _ node: LayeredLayout.Node) -> String {
    let (x, y) = centre(node)
    let baseline = Self.short(y + 4.2)
    switch node.kind {
    case .pass: return ""
    case .input(let i):
      return "<text x=\"\(Self.short(x - 10))\" y=\"\(baseline)\" text-anchor=\"end\">"
        + "\(Self.escaped(circuit.inputName(i)))</text>\(pin(x, y))\n"
    case .output(let i):
      var text = circuit.outputs[i].isComplemented ? circle(x - Self.bubble, y, class: "gate") : ""
      text += "\(pin(x + 3, y))<text x=\"\(Self.short(x + 12))\" y=\"\(baseline)\">"
      return text + "\(Self.escaped(circuit.outputName(i)))</text>\n"
    case .gate(let g):
      let symbol = symbols[g]
      let height = Self.bodyHeight(symbol, node.sources.count)
      let path = symbol.path(width: Self.gateWidth, height: height)
      let operands = (0..<circuit.fanIn(ofGate: g)).map { name(ofWire: circuit.operand($0, ofGate: g).index) }
      let function = circuit.table(ofGate: g).functionName
      let caption = "\(name(ofWire: circuit.inputCount + g)) = \(function)(\(operands.joined(separator: ", ")))"
      var text = "<g class=\"gate\"><title>\(Self.escaped(caption))</title>"
      text += "<path transform=\"translate(\(Self.short(x)) \(Self.short(y)))\" d=\"\(path)\" fill=\"\(symbol.fill)\"/>"
      if symbol.outline == .xor {
        let (left, top, bottom) = (x - Self.gateWidth / 2 - 5, y - height / 2, y + height / 2)
        let bend = Self.short(left + Self.gateWidth * 0.3)
        text += "<path fill=\"none\" d=\"M\(Self.short(left)) \(Self.short(top))"
        text += "Q\(bend) \(Self.short(y)) \(Self.short(left)) \(Self.short(bottom))\"/>"
      }
      for j in node.sources.indices where symbol.invertedInputs[j] {
        let at = entry(node, j)
        text += circle(at.x + Self.bubble, at.y)
      }
      if symbol.isOutputInverted { text += circle(x + Self.gateWidth / 2 + Self.bubble, y) }
      if case .box(let label) = symbol.outline { text += boxed(label, x, y) }
      return text + "</g>\n"
    }
  }

  /// A box's label, four characters a line.
  private func boxed(_ label: String, _ x: Double, _ y: Double) -> String {
    let characters = Array(label)
    let lines = stride(from: 0, to: characters.count, by: 4).map {
      String(characters[$0..<min($0 + 4, characters.count)])
    }
    return lines.enumerated().map { i, line in
      let baseline = y + 4 + 13 * (Double(i) - Double(lines.count - 1) / 2)
      return "<text x=\"\(Self.short(x))\" y=\"\(Self.short(baseline))\" text-anchor=\"middle\">\(line)</text>"
    }.joined()
  }

  /// The dot of an input or output.
  private func pin(_ x: Double, _ y: Double) -> String {
    "<circle cx=\"\(Self.short(x))\" cy=\"\(Self.short(y))\" r=\"3\"/>"
  }

  /// The circle of an inversion.
  private func circle(_ x: Double, _ y: Double, class name: String? = nil) -> String {
    let circle = "<circle cx=\"\(Self.short(x))\" cy=\"\(Self.short(y))\" r=\"\(Self.bubble)\" fill=\"#ffffff\"/>"
    return name.map { "<g class=\"\($0)\">\(circle)</g>" } ?? circle
  }

  // MARK: Text

  /// A number with at most one decimal.
  private static func short(_ value: Double) -> String {
    let tenths = (value * 10).rounded()
    let whole = Int(tenths) / 10
    let rest = abs(Int(tenths) % 10)
    let sign = tenths < 0 && whole == 0 && rest > 0 ? "-" : ""
    return rest == 0 ? "\(whole)" : "\(sign)\(whole).\(rest)"
  }

  /// Text as XML shows it; characters that XML cannot hold are replaced.
  private static func escaped(_ text: String) -> String {
    var escaped = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": escaped += "&amp;"
      case "<": escaped += "&lt;"
      case ">": escaped += "&gt;"
      case "\"": escaped += "&quot;"
      case _ where scalar.value < 32 || scalar.value == 0xFFFE || scalar.value == 0xFFFF: escaped += "\u{FFFD}"
      default: escaped.unicodeScalars.append(scalar)
      }
    }
    return escaped
  }
}
