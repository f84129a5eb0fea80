// The line as a picture: length of the chain, hidden units and weights against the size of tables, on a logarithmic axis.

extension Frontier {
  /// The rows as an SVG picture of 720 by 440 points, self-contained.
  ///
  /// - Parameter title: what stands above it; the function's name where none is given.
  public func svg(title: String? = nil) -> String {
    FrontierDrawing(self, title: title ?? (name.isEmpty ? "frontier" : name)).text
  }
}

/// One picture.
private struct FrontierDrawing {
  private(set) var text = ""
  /// The rows on the line, the memorizer last, and after them those of several layers.
  private let rows: [FrontierRow]
  private let lineCount: Int
  private let series: [Series]
  /// The powers of ten that the axis begins and ends with.
  private let decades: ClosedRange<Int>

  private struct Series {
    let name: String
    let colour: String
    let values: [Double]
  }

  private static let (width, height) = (720.0, 440.0)
  private static let (left, right, top, bottom) = (64.0, 176.0, 48.0, 56.0)

  init(_ frontier: Frontier, title: String) {
    let rows = frontier.rows + frontier.deepRows
    self.rows = rows
    lineCount = frontier.rows.count
    series = [
      Series(name: "tokens of the chain", colour: "#1d4ed8", values: rows.map { Double($0.stepCount) }),
      Series(name: "hidden units", colour: "#b91c1c", values: rows.map { Double($0.hiddenUnitCount) }),
      Series(name: "weights, not zero", colour: "#047857", values: rows.map { Double($0.nonZeroParameterCount) }),
      Series(name: "weights, all", colour: "#6b7280", values: rows.map { Double($0.parameterCount) }),
    ]
    let largest = series.flatMap(\.values).max() ?? 1
    decades = 0...max(1, FrontierDrawing.digits(largest))
    draw(title)
  }

  /// The least n with x <= 10^n.
  private static func digits(_ x: Double) -> Int {
    var (n, power) = (0, 1.0)
    while power < x {
      n += 1
      power *= 10
    }
    return n
  }

  private func x(_ index: Int) -> Double {
    let span = FrontierDrawing.width - FrontierDrawing.left - FrontierDrawing.right
    return FrontierDrawing.left + span * (Double(index) + 0.5) / Double(max(1, rows.count))
  }

  private func y(_ value: Double) -> Double {
    let span = FrontierDrawing.height - FrontierDrawing.top - FrontierDrawing.bottom
    return FrontierDrawing.height - FrontierDrawing.bottom
      - span * FrontierDrawing.logarithm(max(1, value)) / Double(decades.upperBound)
  }

  /// log10 without a mathematics library: whole decades, and the rest by repeated squaring to 2^-20.
  private static func logarithm(_ value: Double) -> Double {
    var (x, result) = (value, 0.0)
    while x >= 10 {
      x /= 10
      result += 1
    }
    var part = 0.5
    for _ in 0..<20 {
      x *= x
      if x >= 10 {
        x /= 10
        result += part
      }
      part /= 2
    }
    return result
  }

  private func number(_ x: Double) -> String { "\((x * 10).rounded() / 10)" }

  private static func escaped(_ text: String) -> String {
    text.replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
  }

  private mutating func draw(_ title: String) {
    let (width, height) = (FrontierDrawing.width, FrontierDrawing.height)
    let (left, right) = (FrontierDrawing.left, width - FrontierDrawing.right)
    text = """
      <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(number(width)) \(number(height))" font-family="Helvetica, Arial, sans-serif" font-size="12">
      <rect width="100%" height="100%" fill="white"/>
      <text x="\(number(left))" y="26" font-size="15">\(FrontierDrawing.escaped(title))</text>

      """
    for n in decades {
      let y = y(FrontierDrawing.power(n))
      text +=
        "<line x1=\"\(number(left))\" y1=\"\(number(y))\" x2=\"\(number(right))\" y2=\"\(number(y))\" stroke=\"#e5e7eb\"/>\n"
      text +=
        "<text x=\"\(number(left - 8))\" y=\"\(number(y + 4))\" text-anchor=\"end\">10<tspan dy=\"-5\" font-size=\"9\">\(n)</tspan></text>\n"
    }
    let base = height - FrontierDrawing.bottom
    func put(_ text: String, _ i: Int, _ dy: Double, _ style: String = "") -> String {
      "<text x=\"\(number(x(i)))\" y=\"\(number(base + dy))\" text-anchor=\"middle\"\(style)>\(text)</text>\n"
    }
    for (i, row) in rows.enumerated() {
      if row.construction == .memorizer {
        text += put("one", i, 16) + put("token", i, 29)
      } else {
        text += put("\(row.tableInputs)", i, 16)
        if row.layerCount > 1 { text += put("\(row.layerCount) layers", i, 29, " font-size=\"9\"") }
      }
      if !row.isSound { text += put("not shown", i, -4, " fill=\"#b91c1c\" font-size=\"9\"") }
    }
    text +=
      "<text x=\"\(number((left + right) / 2))\" y=\"\(number(height - 10))\" text-anchor=\"middle\">most inputs of a table, k</text>\n"
    var taken: [Double] = []
    for line in series {
      let points = line.values.prefix(lineCount).enumerated().map { "\(number(x($0.offset))),\(number(y($0.element)))" }
      text +=
        "<polyline points=\"\(points.joined(separator: " "))\" fill=\"none\" stroke=\"\(line.colour)\" stroke-width=\"2\"/>\n"
      for (i, value) in line.values.enumerated() {
        text +=
          "<circle cx=\"\(number(x(i)))\" cy=\"\(number(y(value)))\" r=\"3.5\" fill=\"\(line.colour)\"><title>\(line.name): \(Int(value))</title></circle>\n"
      }
      if line.name == series[0].name {
        for (i, value) in line.values.enumerated() {
          text +=
            "<text x=\"\(number(x(i)))\" y=\"\(number(y(value) - 8))\" text-anchor=\"middle\" font-size=\"10\" fill=\"\(line.colour)\">\(Int(value))</text>\n"
        }
      }
      // Labels stand at the lines' ends, each at least 16 points from the others.
      var place = y(line.values.last ?? 1) + 4
      while taken.contains(where: { abs($0 - place) < 16 }) { place += 4 }
      taken.append(place)
      text += "<text x=\"\(number(right + 8))\" y=\"\(number(place))\" fill=\"\(line.colour)\">\(line.name)</text>\n"
    }
    text += "</svg>\n"
  }

  private static func power(_ n: Int) -> Double { (0..<n).reduce(1.0) { x, _ in x * 10 } }
}
