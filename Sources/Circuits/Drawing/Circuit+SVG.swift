// A circuit as an SVG picture.

/// Why a circuit was not drawn.
public enum DrawingError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The circuit has more gates than a picture can show.
  case tooManyGates(count: Int, limit: Int)
  /// The layout needs more room than a picture can show: wires that pass columns, inputs and outputs count.
  case tooLarge(nodes: Int, limit: Int)

  /// What is too large and what would do, in one line.
  public var description: String {
    switch self {
    case .tooManyGates(let count, let limit):
      "the circuit has \(count) gates and a drawing shows at most \(limit); draw a smaller one, or raise the limit"
    case .tooLarge(let nodes, let limit):
      "the drawing would have \(nodes) parts (gates, pins, and wires that pass a level) and shows at most \(limit)"
    }
  }
}

extension Circuit {
  /// The circuit as a self-contained SVG picture: levels from left to right, gate symbols with circles at inversions, names of inputs
  /// and outputs. A wire lights up under the pointer, gates say what they compute.
  ///
  /// - Parameter gateLimit: The largest number of gates that is drawn; 40 times as many inputs, outputs and passing wires are.
  /// - Throws: `DrawingError` where the circuit is larger.
  public func svg(gateLimit: Int = 500) throws(DrawingError) -> String {
    if gateCount > gateLimit { throw .tooManyGates(count: gateCount, limit: gateLimit) }
    let parts = partsOfDrawing()
    let limit = max(gateLimit, 1).multipliedReportingOverflow(by: 40)
    let largest = limit.overflow ? Int.max : limit.partialValue
    if parts > largest { throw .tooLarge(nodes: parts, limit: largest) }
    return SVGDrawing(self).text
  }

  /// The number of nodes of the layout, without making it.
  private func partsOfDrawing() -> Int {
    let levels = levels()
    let last = (levels.max() ?? 0) + 1
    var end = levels
    for g in 0..<gateCount {
      for j in 0..<fanIn(ofGate: g) {
        let wire = operand(j, ofGate: g).index
        end[wire] = max(end[wire], levels[inputCount + g] - 1)
      }
    }
    for output in outputs { end[output.wire.index] = last - 1 }
    return zip(end, levels).reduce(wireCount + outputCount) { $0 + $1.0 - $1.1 }
  }
}
