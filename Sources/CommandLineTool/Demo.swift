// `wright demo`: SHA-256 in the weights of a LLaMA, from the circuit to the digest.
import ArgumentParser
import Circuits
import Constructions
import Crypto
import Transformers
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The subcommand.
struct Demo: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "demo",
    abstract: "Hash a message with a LLaMA whose weights are SHA-256.",
    discussion: """
      Generates the circuit of SHA-256's compression function, constructs the LLaMA, certifies that it computes the circuit for all inputs, \
      decodes the message's blocks greedily, and compares the digest read off the tokens with swift-crypto's. Then adds two numbers with a smaller model by dense attention.

      EXAMPLE:
        wright demo "hello"
      """)

  @Argument(help: "The message; blocks of 64 bytes are chained.")
  var message = "abc"

  @OptionGroup var report: ReportOptions

  /// What `--json` prints.
  struct Report: Encodable {
    var message: String
    var blocks: Int
    var digest: String
    var expectedDigest: String
    var gates: Int
    var cost: SimulationCost
    var tokens: Int
    var indexedTokensPerSecond: Double
    /// How many of the first tokens dense attention was run on as well.
    var denseTokensCompared: Int
    var denseTokensAreEqual: Bool
    var sum: String
    var expectedSum: String
    var denseTokens: Int
    var denseTokensPerSecond: Double
    /// Whether the weights were shown to compute the circuit for all inputs.
    var certified: Bool
    var equal: Bool
  }

  /// How many tokens of SHA-256's chain are decoded by dense attention too.
  static let densePrefix = 200

  /// The bytes of an argument as they were given; as text, those that are not UTF-8 were replaced.
  private static func bytes(ofArgument text: String) -> [UInt8] {
    for argument in UnsafeBufferPointer(start: CommandLine.unsafeArgv, count: Int(CommandLine.argc)).reversed() {
      guard let argument else { continue }
      let given = UnsafeRawBufferPointer(start: argument, count: strlen(argument))
      if String(decoding: given, as: UTF8.self) == text { return Array(given) }
    }
    return Array(text.utf8)
  }

  func run() throws {
    let bytes = Demo.bytes(ofArgument: message)
    say("SHA-256's compression function, from FIPS 180-4")
    let circuit = Circuit.sha256Compression()
    say(
      "  \(Quantity.exact(circuit.inputCount)) inputs, \(Quantity.exact(circuit.gateCount)) gates, depth \(circuit.depth)"
    )
    let start = ContinuousClock.now
    let simulation = CircuitSimulation(of: circuit)
    let manifest = simulation.manifest
    say("a LLaMA that evaluates it, one token a gate")
    for line in Construct.text(simulation).split(separator: "\n") { say("  \(line)") }
    let model = simulation.model()
    say("  written down in \(Quantity.seconds(since: start))")
    let certified = try certify(model, manifest, circuit)
    var runner = try ChainRunner(model, manifest, engine: nil)
    if let fallback = runner.fallback { say("  running \(runner.engine.adverb): \(fallback)") }

    let blocks = SHA256Message.blocks(of: bytes)
    say(
      "the padded message: \(BitText.number(blocks.count, "block")), each a prompt of \(manifest.inputCount + 1) tokens"
    )
    var state = SHA256Message.initialState
    var decoding = Duration.zero
    var firstText: [Int32] = []
    var bar = ProgressBar(
      "hashing", total: blocks.count * manifest.emittedTokenCount, unit: "tokens", isQuiet: report.quiet)
    for (i, block) in blocks.enumerated() {
      let inputs = SHA256Message.inputs(block: block, state: state)
      let clock = ContinuousClock.now
      let text = try runner.tokens(for: [inputs]) { bar.update(i * manifest.emittedTokenCount + $0) }[0]
      decoding += ContinuousClock.now - clock
      state = SHA256Message.state(fromOutputs: try runner.outputs(ofTokens: text))
      if i == 0 { firstText = text }
    }
    bar.finish()
    show(firstText, manifest)
    let rate = Double(runner.emittedTokenCount) / max(decoding / .seconds(1), 1e-9)
    say("  \(Quantity.exact(runner.emittedTokenCount)) tokens, \(Quantity.text(rate)) tokens/s")

    let digest = Demo.hexadecimal(SHA256Message.digest(of: state))
    let expected = Demo.hexadecimal(Array(SHA256.hash(data: bytes)))
    say("digest read off the tokens  \(digest)")
    say("swift-crypto                \(expected)  \(digest == expected ? "equal" : "DIFFERENT")")

    let (isEqual, compared) = try comparePrefix(&runner, firstText, first: manifest.inputCount + 1)
    let sum = try add(digest: SHA256Message.digest(of: state))
    let result = Report(
      message: message, blocks: blocks.count, digest: digest, expectedDigest: expected, gates: circuit.gateCount,
      cost: simulation.cost, tokens: runner.emittedTokenCount, indexedTokensPerSecond: rate,
      denseTokensCompared: compared, denseTokensAreEqual: isEqual, sum: sum.text, expectedSum: sum.expected,
      denseTokens: sum.tokens, denseTokensPerSecond: sum.rate,
      certified: certified, equal: digest == expected && isEqual && sum.text == sum.expected)
    if report.json { try report.print(result) { "" } }
    if !result.equal || !certified { throw ExitCode(ExitStatus.falseCheck.rawValue) }
  }

  /// Shows that the weights compute the circuit for all inputs, before any is run.
  private func certify(_ model: Model, _ manifest: SimulationManifest, _ circuit: Circuit) throws -> Bool {
    let start = ContinuousClock.now
    let statement = CircuitStatement(circuit)
    let checker = Checker(model, form: manifest.promptForm)
    guard let witness = manifest.witness(for: statement) else {
      throw Failure(.internalError, "no chain of \(manifest.wireCount) wires comes of the circuit")
    }
    for semantics in Demo.semantics {
      switch checker.check(semantics, circuit: statement, witness: witness, readOut: manifest.readOut) {
      case .proved: continue
      case .refuted: say("  REFUTED under \(semantics.sentence)")
      case .undecided(let doubt): say("  NOT CERTIFIED under \(semantics.sentence): \(doubt)")
      }
      return false
    }
    say(
      "  certified in \(Quantity.seconds(since: start)): for all 2^\(circuit.inputCount) inputs every token is its gate's value, on any runtime that "
        + "rounds to nearest in bfloat16 or finer, up to float32, or each operation by at most 2^-12 in any way")
    return true
  }

  /// The roundings that the demonstration is certified for.
  private static let semantics: [Semantics] = [
    .rounded(.nearest(bits: 8)), .rounded(RoundingModel(unit: 0x1p-12)),
  ]

  /// A line of the story, at once; none with `--json`.
  private func say(_ line: String) {
    if report.json { return }
    do { try StandardOutput.print(line + "\n") } catch { ExitStatus.end(with: error) }
  }

  /// Pieces of the chain, an eighth of it apart.
  private func show(_ tokens: [Int32], _ manifest: SimulationManifest) {
    let prompt = manifest.leadingTokenCount + manifest.inputCount
    let count = tokens.count - prompt
    for eighth in 0...8 {
      let from = max(0, min(count - 6, eighth * count / 8))
      let words = tokens[(prompt + from)..<(prompt + from + 6)].map { manifest.word(ofToken: Int($0)) }
      let number = Quantity.exact(from + 1)
      say(
        "  token \(String(repeating: " ", count: max(0, 7 - number.count)))\(number)  \(words.joined(separator: " "))")
    }
  }

  /// Decodes the beginning of the chain by dense attention as well.
  private func comparePrefix(
    _ runner: inout ChainRunner, _ tokens: [Int32], first: Int
  ) throws -> (isEqual: Bool, count: Int) {
    let prompt = tokens[..<first].map { Int($0) }
    let count = min(Demo.densePrefix, tokens.count - first)
    let clock = ContinuousClock.now
    let text = try runner.denseEngine().makeSession().generate(after: [prompt], maximumNewTokens: count, stopAt: [])[0]
    let isEqual = text == tokens[first..<(first + count)].map { Int($0) }
    say(
      "dense attention on the first \(count) tokens: \(isEqual ? "equal" : "DIFFERENT") (\(Quantity.seconds(since: clock)))"
    )
    return (isEqual, count)
  }

  /// Adds the first two words of 64 bits of the digest, with an adder's LLaMA by dense attention.
  private func add(digest: [UInt8]) throws -> (text: String, expected: String, tokens: Int, rate: Double) {
    let words = [0, 8].map { start in digest[start..<(start + 8)].reduce(UInt64(0)) { $0 << 8 | UInt64($1) } }
    let circuit = Circuit.rippleCarryAdder(width: 64, carryOut: false)
    let simulation = CircuitSimulation(of: circuit)
    say("a smaller one, by dense attention: a 64-bit adder, \(Quantity.exact(simulation.cost.stepCount)) gates")
    var runner = try ChainRunner(simulation, engine: .dense)
    let inputs: [Bool] = words.flatMap { (word: UInt64) -> [Bool] in (0..<64).map { word >> UInt64($0) & 1 != 0 } }
    let clock = ContinuousClock.now
    let tokens = try runner.tokens(for: [inputs])
    let rate = Double(runner.emittedTokenCount) / max((ContinuousClock.now - clock) / .seconds(1), 1e-9)
    let outputs = try runner.outputs(ofTokens: tokens[0])
    let sum = outputs.enumerated().reduce(UInt64(0)) { $1.element ? $0 | 1 << UInt64($1.offset) : $0 }
    let expected = words[0] &+ words[1]
    let texts = (words + [sum, expected]).map(Demo.hexadecimal)
    say("  \(texts[0]) + \(texts[1]) = \(texts[2])  \(sum == expected ? "equal" : "DIFFERENT")")
    say("  \(Quantity.exact(runner.emittedTokenCount)) tokens, \(Quantity.text(rate)) tokens/s")
    return (texts[2], texts[3], runner.emittedTokenCount, rate)
  }

  private static func hexadecimal(_ bytes: [UInt8]) -> String {
    bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }

  private static func hexadecimal(_ word: UInt64) -> String {
    let digits = String(word, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
