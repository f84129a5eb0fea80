// Drawings are well formed for any names, show everything, and refuse what is too large.
import Circuits
import Foundation
import Testing

struct DrawingTests {
  @Test func writePictures() throws {
    guard let folder = ProcessInfo.processInfo.environment["WRIGHT_DRAWINGS"] else { return }
    var generator = TestGenerator(seed: 1)
    let circuits: [(String, Circuit)] = [
      ("adder4", .rippleCarryAdder(width: 4)), ("sklansky8", .prefixAdder(width: 8, kind: .sklansky)), ("majority7", .majority(7)),
      ("decoder3", .decoder(width: 3)), ("mux4", .multiplexer(selectWidth: 2, width: 2)), ("wild", .wild(inputs: 5, gates: 20, outputs: 5, using: &generator)),
      ("random", .random(size: 30, inputs: 6, fanIn: 1...4, using: &generator)), ("mult4", .arrayMultiplier(width: 4)),
    ]
    for (name, circuit) in circuits {
      try circuit.svg().write(toFile: "\(folder)/\(name).svg", atomically: true, encoding: .utf8)
      try circuit.dot().write(toFile: "\(folder)/\(name).dot", atomically: true, encoding: .utf8)
    }
  }
}
