// A memorizing network as a perceptron in float32, and how many points it still has right there.
import Constructions
import ExactArithmetic
import Tensors
import Training

/// The network in the class of models that training has.
struct PerceptronExport {
  /// What is said of it.
  struct Report: Encodable {
    var widths: [Int]
    /// The points whose output, computed in float32 and rounded to the nearest label, is the label.
    var right: Int
    var points: Int
    /// The greatest distance of an output from its label.
    var greatestError: Double

    var text: String {
      "\(Quantity.exact(right)) of \(Quantity.exact(points)) points right in float32, summed as here, off by \(Quantity.text(greatestError)) at most"
    }
  }

  let report: Report
  private let objective: PerceptronObjective
  private let parameters: AlignedBuffer<Float>

  /// The most weights, zeros included.
  private static let limit = 1 << 28

  init(_ network: IntegerNetwork, _ data: MemorizationData, place: String) throws {
    guard network.hiddenLayers.allSatisfy({ $0.activation == .relu }) else {
      throw Failure.refused(place, expected: "a network of ReLU units", found: "threshold units")
    }
    guard network.size.dense <= PerceptronExport.limit else {
      throw Failure.refused(
        place, expected: "at most \(PerceptronExport.limit) weights with zeros", found: "\(network.size.dense)")
    }
    let widths = [network.inputCount] + network.hiddenLayers.map(\.rows.count) + [network.outputs.count]
    let objective = PerceptronObjective(PerceptronConfiguration(widths: widths))
    let parameters = AlignedBuffer<Float>(count: objective.layout.bufferCount)
    let places = Dictionary(uniqueKeysWithValues: objective.layout.parameters.map { ($0.name, $0) })
    for index in widths.indices.dropLast() {
      guard let weight = places["layers.\(index).weight"], let bias = places["layers.\(index).bias"] else { continue }
      let columns = widths[index]
      func put(_ number: Rational, _ offset: Int) throws {
        let value = Float(number)
        guard Rational(exactly: value) == number else {
          throw Failure.refused(
            place, expected: "weights that float32 has exactly",
            found: "\(number.isInteger ? "one of \(number.bitCount) bits" : "a fraction") in layer \(index)")
        }
        parameters.base[offset] = value
      }
      if index < network.hiddenLayers.count {
        for (r, row) in network.hiddenLayers[index].rows.enumerated() {
          for term in row.terms { try put(Rational(term.weight), weight.offset + r * columns + term.column) }
          try put(Rational(row.bias), bias.offset + r)
        }
      } else {
        for (r, row) in network.outputs.enumerated() {
          for term in row.terms { try put(term.weight, weight.offset + r * columns + term.column) }
          try put(row.bias, bias.offset + r)
        }
      }
    }
    report = PerceptronExport.measure(objective, parameters, data)
    (self.objective, self.parameters) = (objective, parameters)
  }

  func write(to path: String, overwrites: Bool) throws {
    try PerceptronFolder.write(objective, parameters: parameters, to: path, overwrites: overwrites)
  }

  private static func measure(
    _ objective: PerceptronObjective, _ parameters: AlignedBuffer<Float>, _ data: MemorizationData
  ) -> Report {
    let labels = Set(data.labels).sorted().map { Double($0) }
    var (right, greatest) = (0, 0.0)
    let products = NativeProducts()
    for start in stride(from: 0, to: data.pointCount, by: 1024) {
      let rows = start..<min(start + 1024, data.pointCount)
      let inputs = rows.flatMap { data.point($0).map { Float($0) } }
      let outputs = objective.outputs(for: inputs, parameters: parameters, products: products)
      for (i, row) in rows.enumerated() {
        let (found, label) = (Double(outputs.elements[i]), Double(data.labels[row]))
        greatest = max(greatest, abs(found - label))
        let nearest = labels.min { abs($0 - found) < abs($1 - found) }
        if nearest == label { right += 1 }
      }
    }
    return Report(
      widths: objective.configuration.widths, right: right, points: data.pointCount, greatestError: greatest)
  }
}

extension Rational {
  /// The binary digits of numerator and denominator.
  fileprivate var bitCount: Int { numerator.bitLength + (isInteger ? 0 : denominator.bitLength) }
}
