// wright.json: what a folder's tokens mean. Together with the weights it is all that a run needs.
import Circuits
public import ExactArithmetic
import Transformers

/// What the tokens of a constructed model mean: how inputs become a prompt and how outputs are read off a chain of thought.
public struct SimulationManifest: Codable, Sendable, Equatable {
  /// The two constructions.
  public enum Form: String, Codable, Sendable, CaseIterable {
    /// Tokens carry (wire, value); rotary positions.
    case llama
    /// Tokens are 0 and 1; the circuit stands in the absolute positions (Li et al.).
    case li
  }

  /// A named block of columns of the residual stream.
  public struct Block: Codable, Sendable, Equatable {
    /// The name of the block.
    public var name: String
    /// The number of columns.
    public var size: Int
    /// What its columns say, for people; programs go by the name.
    public var meaning: String?
  }

  /// The version of this file's layout.
  public var version = 1
  /// The construction.
  public var form: Form
  /// The finite precision that the weights are written for and every operation of a run rounds to; `nil` for float32.
  public var precision: FloatFormat?
  /// The circuit's name, empty where it has none.
  public var circuit: String
  /// The number of inputs.
  public var inputCount: Int
  /// The number of chain wires, T: inputs and steps.
  public var wireCount: Int
  /// The number of operands that a token fetches, K.
  public var fanIn: Int
  /// Names of the inputs, or empty.
  public var inputNames: [String]
  /// Names of the outputs, or empty.
  public var outputNames: [String]
  /// Widths of the words that the inputs form, or empty.
  public var inputWidths: [Int]
  /// Widths of the words that the outputs form, or empty.
  public var outputWidths: [Int]
  /// Where each output is read: -1 for constant false, -2 for constant true, else 2 * wire + (1 if complemented).
  public var readOut: [Int]
  /// Whether inverters, buffers and constants were folded away.
  public var foldsInverters: Bool
  /// Whether gates that no output depends on were left out.
  public var dropsDeadGates: Bool
  /// The residual stream's columns, in order; a GPT-2 holds their negatives after them.
  public var residualStream: [Block]

  /// The name of the file in a model folder.
  public static let fileName = "wright.json"
  /// The most bytes of the file that are read: a circuit of a million named inputs and outputs fits.
  public static let sizeLimit = 64 << 20

  init(
    form: Form, precision: FloatFormat?, chain: CircuitChain, circuit: Circuit, options: CircuitChain.Options,
    stream: ResidualStream
  ) {
    self.form = form
    self.precision = precision
    self.circuit = circuit.names.circuit
    inputCount = chain.inputCount
    wireCount = chain.wireCount
    fanIn = chain.fanIn
    inputNames = circuit.names.inputs
    outputNames = circuit.names.outputs
    inputWidths = circuit.names.inputWidths
    outputWidths = circuit.names.outputWidths
    readOut = chain.readOut.map(\.code)
    foldsInverters = options.foldsInverters
    dropsDeadGates = options.dropsDeadGates
    residualStream = stream.subspaces.map { Block(name: $0.name, size: $0.size, meaning: $0.meaning) }
  }

  /// The number of outputs.
  public var outputCount: Int { readOut.count }
  /// The number of gates that the chain of thought evaluates, one token each.
  public var stepCount: Int { wireCount - inputCount }
  /// The tokens of a prompt before the inputs: `<s>`, or a 0 for a positional form without inputs.
  public var leadingTokenCount: Int { form == .llama ? 1 : inputCount == 0 ? 1 : 0 }
  /// The tokens that a run emits: one a gate, and `</s>` for the LLaMA form.
  public var emittedTokenCount: Int { stepCount + (form == .llama ? 1 : 0) }

  /// The token that says that wire `w` has value `value`.
  public func token(wire w: Int, value: Bool) -> Int {
    form == .llama ? 2 * w + (value ? 1 : 0) : value ? 1 : 0
  }

  /// The word of a token, as the folder's tokenizer has it: `w12=1`, or `1` in the positional form.
  public func word(ofToken token: Int) -> String {
    switch form {
    case .li: "\(token)"
    case .llama:
      token == 2 * wireCount ? "<s>" : token == 2 * wireCount + 1 ? "</s>" : "w\(token >> 1)=\(token & 1)"
    }
  }

  /// The precision as the paper writes it, F_{e,s}, where it is one of the paper's; `nil` for float32.
  public var precisionName: String? {
    precision.map { format in
      format.exponentAndSignificandBits.map { "F_{\($0.exponentBits),\($0.significandBits)}" } ?? "\(format)"
    }
  }

  /// The prompt for an assignment of the inputs.
  public func prompt(_ inputs: [Bool]) -> [Int] {
    precondition(inputs.count == inputCount, "one value for each input")
    let leading = [Int](repeating: form == .llama ? 2 * wireCount : 0, count: leadingTokenCount)
    return leading + inputs.enumerated().map { token(wire: $0.offset, value: $0.element) }
  }

  /// The values of all chain wires, read off the tokens of a run, prompt included.
  ///
  /// - Throws: `ChainFault` at the first token that is missing or speaks of another wire.
  public func wireValues(ofTokens tokens: some Collection<Int>) throws(ChainFault) -> [Bool] {
    var values: [Bool] = []
    values.reserveCapacity(wireCount)
    for token in tokens.dropFirst(leadingTokenCount).prefix(wireCount) {
      let value = token & 1 != 0
      guard token == self.token(wire: values.count, value: value) else {
        throw ChainFault(wire: values.count, token: token)
      }
      values.append(value)
    }
    guard values.count == wireCount else { throw ChainFault(wire: values.count, token: nil) }
    return values
  }

  /// The circuit's outputs, read off the values of the chain wires.
  public func outputs(ofWireValues values: [Bool]) -> [Bool] {
    readOut.map { $0 < 0 ? $0 == -2 : values[$0 >> 1] != ($0 & 1 != 0) }
  }

  /// The first thing in the manifest that cannot be, in words, or `nil`.
  package var violatedInvariant: String? {
    guard version == 1 else { return "version \(version); this program reads version 1" }
    guard inputCount >= 0, wireCount >= inputCount, wireCount < 1 << 30 else { return "impossible wire counts" }
    guard precision == nil || form == .li else { return "a finite precision of the form \(form.rawValue)" }
    let greatest = form == .llama ? LlamaCircuitLayout.maximumFanIn : PositionalCircuitLayout.maximumFanIn
    guard (1...greatest).contains(fanIn) else { return "fan-in \(fanIn); 1 to \(greatest) are possible" }
    guard readOut.allSatisfy({ $0 >= -2 && $0 < 2 * wireCount }) else {
      return "a read-out of a wire that is not there"
    }
    for (names, count) in [(inputNames, inputCount), (outputNames, outputCount)]
    where !names.isEmpty && names.count != count {
      return "\(names.count) names for \(count) pins"
    }
    for (widths, count) in [(inputWidths, inputCount), (outputWidths, outputCount)] {
      if let width = widths.first(where: { !(0...count).contains($0) }) { return "a word of \(width) of \(count) bits" }
    }
    // The sum of the sizes cannot overflow: a file has no room for 2^32 blocks.
    if let block = residualStream.first(where: { !(1...Int(Int32.max)).contains($0.size) }) {
      return "a block of \(block.size) columns"
    }
    return nil
  }
}

/// A chain of thought that does not say what a circuit simulation says at this place.
public struct ChainFault: Error, Sendable, Equatable, CustomStringConvertible {
  /// The wire whose value was due.
  public let wire: Int
  /// The token that stood there, or `nil` where the chain ended.
  public let token: Int?

  /// What was expected and what was found.
  public var description: String {
    "expected the value of wire \(wire), found \(token.map { "token \($0), which speaks of another wire" } ?? "the end of the chain")"
  }
}
