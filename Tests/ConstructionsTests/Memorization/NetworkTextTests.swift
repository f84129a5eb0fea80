// Tests of the plain text of networks: one text a network, and a line and column for everything else.
import Constructions
import ExactArithmetic
import TestSupport
import Testing

private let example = """
  wright integer network 1
  inputs 2
  layer relu 3
  -1 0:1 1:1
  0 =
  0
  layer threshold 1
  -5 0:2 2:-3
  outputs 1
  1/2 0:-7/3
  end

  """

@Suite struct NetworkTextTests {
  @Test func theDocumentedTextIsReadAndWrittenBack() throws {
    let network = try IntegerNetwork(text: example)
    #expect(network.text == example)
    #expect(network.hiddenLayers.map(\.activation) == [.relu, .threshold])
    // ReLU(x + y - 1), ReLU(x + y), 0; [2 h0 - 5 >= 0]; 1/2 - 7/3.
    #expect(network.outputs(at: [2, 2]) == [Rational(-11, 6)])
    #expect(network.outputs(at: [1, 2]) == [Rational(1, 2)])
  }

  @Test(arguments: [0, 64, 500])
  func everyNetworkIsReadBackAsItself(largeBits: Int) throws {
    var generator = SplitMix64(seed: 7 + largeBits)
    for _ in 0..<200 {
      let depth = Int.random(in: 0...4, using: &generator)
      let network = try drawnNetwork(
        inputs: Int.random(in: 1...4, using: &generator),
        widths: (0..<depth).map { _ in Int.random(in: 1...4, using: &generator) },
        outputs: Int.random(in: 1...2, using: &generator), largeBits: largeBits, using: &generator)
      #expect(try IntegerNetwork(text: network.text) == network)
    }
  }

  /// What is written in place of what in the example, and the fault.
  @Test(arguments: [
    ("network 1", "network 2", 1, 1), ("inputs 2", "inputs 0", 2, 8), ("inputs 2", "inputs 02", 2, 8),
    ("inputs 2", "inputs 99999999999999999999", 2, 8), ("inputs 2", "inputs 2 ", 2, 9), ("relu", "gelu", 3, 7),
    ("relu 3", "relu 0", 3, 12), ("relu 3", "relu 2", 6, 1), ("relu 3", "relu 4", 7, 1), ("-1 0:1", "-1  0:1", 4, 4),
    ("-1 0:1", "+1 0:1", 4, 1), ("-1 0:1", "-0 0:1", 4, 1), ("-1 0:1", "-01 0:1", 4, 2), ("-1 0:1", "- 0:1", 4, 2),
    ("0:1 1:1", "1:1 0:1", 4, 8), ("0:1 1:1", "0:1 0:1", 4, 8), ("0:1 1:1", "0:1 2:1", 4, 8),
    ("0:1 1:1", "0:0 1:1", 4, 6), ("0:1 1:1", "0:1 1:", 4, 10), ("0:1 1:1", "0:1 1", 4, 9),
    ("0:1 1:1", "0:1 1:1/2", 4, 11), ("-1 0:1 1:1", "-1 =", 4, 4), ("0 =", "0 0:1 1:1", 5, 3), ("0 =", "0 ==", 5, 4),
    ("\n0\n", "\n0\n\n", 7, 1), ("1/2 0", "2/4 0", 10, 1), ("1/2 0", "1/1 0", 10, 1), ("1/2 0", "1/0 0", 10, 1),
    ("1/2 0", "1/-2 0", 10, 1), ("0:-7/3", "1:-7/3", 10, 5), ("end\n", "end", 11, 4), ("end\n", "end\nend\n", 12, 1),
    ("end\n", "", 11, 1), ("\n", "\r\n", 1, 25),
  ])
  func anyOtherTextIsRefusedWithItsPlace(old: String, new: String, line: Int, column: Int) throws {
    var text = example
    if old == "\n" {
      text = text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\r\n")
    } else {
      let place = try #require(text.firstRange(of: old))
      text.replaceSubrange(place, with: new)
    }
    let error = #expect(throws: MemorizationTextError.self) { try IntegerNetwork(text: text) }
    #expect(error?.line == line && error?.column == column, "\(String(describing: error))")
  }

  @Test func everyTruncationIsRefused() {
    let bytes = Array(example.utf8)
    for count in bytes.indices {
      #expect(throws: MemorizationTextError.self) { try IntegerNetwork(text: Array(bytes[..<count])) }
    }
  }

  @Test func everyOtherByteIsRefusedOrChangesTheNetwork() throws {
    let bytes = Array(example.utf8)
    let network = try IntegerNetwork(text: bytes)
    for place in bytes.indices {
      for byte in [UInt8(0), 0x0A, 0x20, 0x2D, 0x30, 0x31, 0x39, 0x3A, 0x3D, 0xC3, 0xFF] where byte != bytes[place] {
        var changed = bytes
        changed[place] = byte
        // One text a network: what is still read is another network, and written as it was read.
        if let other = try? IntegerNetwork(text: changed) {
          #expect(other != network && Array(other.text.utf8) == changed)
        }
      }
    }
  }

  @Test func declaredSizesAreHeldAgainstTheLimits() {
    var limits = IntegerNetwork.TextLimits()
    limits.width = 2
    #expect(throws: MemorizationTextError.self) { try IntegerNetwork(text: example, limits: limits) }
    limits = IntegerNetwork.TextLimits()
    limits.layers = 1
    #expect(throws: MemorizationTextError.self) { try IntegerNetwork(text: example, limits: limits) }
    limits = IntegerNetwork.TextLimits()
    limits.digits = 3
    let long = example.replacing("-5 0:2", with: "-5000 0:2")
    #expect(throws: MemorizationTextError.self) { try IntegerNetwork(text: long, limits: limits) }
    // A header alone costs nothing, however much it promises.
    let hostile = "wright integer network 1\ninputs 16777216\nlayer relu 16777216\n"
    #expect(throws: MemorizationTextError.self) { try IntegerNetwork(text: hostile) }
  }
}
