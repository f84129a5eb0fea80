// Distinct names for the wires and outputs of a circuit, spelt so that BLIF and bench can read them back.

/// Names for a file whose signals have names. A gate's wire that is an output is called like it; an output that is an input, a complemented
/// wire or a wire with an output already needs a signal of its own.
struct WrittenNames {
  /// Names of wires that have one.
  private var named: [UInt32: String] = [:]
  /// Each output's name, and whether it is a signal of its own rather than the wire it reads.
  private(set) var outputs: [(name: String, isOwnSignal: Bool)] = []
  /// What other wires' names begin with, before their number; no given name is such a name.
  private var prefix = "n"
  private let wireCount: Int

  init(_ circuit: Circuit) {
    wireCount = circuit.wireCount
    var taken: Set<String> = []
    var nextSuffix: [String: Int] = [:]
    func distinct(_ name: String) -> String {
      let spelt = WrittenNames.spelt(name)
      var candidate = spelt
      var count = nextSuffix[spelt, default: 2]
      // The suffixes of a name are tried once each, however often it comes.
      while WrittenNames.reserved.contains(candidate.lowercased()) || taken.contains(candidate) {
        candidate = "\(spelt)_\(count)"
        count += 1
      }
      if candidate != spelt { nextSuffix[spelt] = count }
      taken.insert(candidate)
      return candidate
    }
    for i in 0..<circuit.inputCount { named[UInt32(i)] = distinct(circuit.inputName(i)) }
    var isOutput: Set<UInt32> = []
    for (i, output) in circuit.outputs.enumerated() {
      let wire = output.wire
      if circuit.isInput(wire), !output.isComplemented,
        WrittenNames.spelt(circuit.outputName(i)) == named[wire.rawValue]
      {
        // The output is the input of the same name.
        outputs.append((named[wire.rawValue] ?? "", false))
        continue
      }
      let name = distinct(circuit.outputName(i))
      let isOwn = circuit.isInput(wire) || output.isComplemented || !isOutput.insert(wire.rawValue).inserted
      if !isOwn { named[wire.rawValue] = name }
      outputs.append((name, isOwn))
    }
    for (wire, name) in circuit.names.wires.sorted(by: { $0.key < $1.key })
    where Int(wire) < circuit.wireCount && named[wire] == nil {
      named[wire] = distinct(name)
    }
    func isOurs(_ name: String, _ prefix: String) -> Bool {
      name.hasPrefix(prefix) && name.utf8.dropFirst(prefix.utf8.count).allSatisfy(ByteScanner.isDigit)
    }
    while taken.contains(where: { isOurs($0, prefix) }) { prefix += "_" }
  }

  private static let reserved: Set<String> = ["vdd", "gnd"]

  /// The name without bytes that end a name somewhere.
  private static func spelt(_ name: String) -> String {
    if name.isEmpty { return "_" }
    let bytes = name.utf8.map { byte -> UInt8 in
      switch byte {
      case 0...0x20, 0x7F, UInt8(ascii: "#"), UInt8(ascii: "\\"), UInt8(ascii: "="), UInt8(ascii: "("),
        UInt8(ascii: ")"), UInt8(ascii: ","), UInt8(ascii: "\""):
        UInt8(ascii: "_")
      default: byte
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends the name of a wire, or of the writer's own signal `number - wireCount` past the circuit's wires.
  func put(_ number: Int, _ out: inout OutputBuffer) {
    if let name = named[UInt32(number)] {
      out.put(name)
    } else {
      out.put(prefix)
      out.put(number)
    }
  }
}
