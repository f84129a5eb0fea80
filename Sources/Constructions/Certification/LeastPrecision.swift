// The least significand with which the paper's form is certified in finite precision: found by trying, format after format.
public import Circuits
public import ExactArithmetic
public import Verification

/// The smallest s for which the transformer of Li et al. that is written down for F_{e,s} is certified to evaluate a circuit in F_{e,s}.
///
///     let least = LeastPrecision(of: .rippleCarryAdder(width: 16), exponentBits: 0)
///     print(least.significandBits)  // 2
///
/// Nothing is presumed: for s = 1, 2, ... the weights are written down, the checker runs every local case of them in the format, and the program
/// that it finds is compared with the circuit gate by gate. `PositionalCircuitLayout.leastSignificandBits` is the prediction for gates of every
/// truth table.
public struct LeastPrecision: Sendable {
  /// The number of chain wires, T.
  public let wireCount: Int
  /// The number of operands that a token fetches, K.
  public let fanIn: Int
  /// e.
  public let exponentBits: Int
  /// The least s; `nil` where none up to the limit is certified.
  public let significandBits: Int?
  /// The bounds with which it is.
  public let bounds: Bounds?
  /// Why each smaller s is not, from 1 on.
  public let reasons: [String]

  /// The least s for `circuit`, whose gates stay as they are where `options` say so.
  ///
  /// Time: s derivations, O(T) each in the number of gates.
  public init(
    of circuit: Circuit, exponentBits: Int, options: CircuitChain.Options = .init(), limit: Int = 8,
    ties: FloatFormat.Ties = .towardZero
  ) {
    precondition((1...30).contains(limit), "a format of 2s significand digits has s in 1...30")
    let chain = CircuitChain(circuit, options: options)
    let statement = CircuitStatement(circuit)
    wireCount = chain.wireCount
    fanIn = chain.fanIn
    self.exponentBits = exponentBits
    var reasons: [String] = []
    var found: (s: Int, bounds: Bounds)?
    for s in 1...limit {
      let format = FloatFormat(exponentBits: exponentBits, significandBits: s, ties: ties)
      do throws(Doubt) {
        found = (s, try LeastPrecision.bounds(chain, statement, in: format))
        break
      } catch { reasons.append(error.reason) }
    }
    significandBits = found?.s
    bounds = found?.bounds
    self.reasons = reasons
  }

  /// The bounds with which the form written for `format` is certified in it.
  private static func bounds(
    _ chain: CircuitChain, _ circuit: CircuitStatement, in format: FloatFormat
  ) throws(Doubt) -> Bounds {
    let simulation = PositionalCircuitSimulation(chain, target: .finitePrecision(format))
    let form = PromptForm(
      tokens: .values, inputCount: chain.inputCount, wireCount: chain.wireCount,
      leadingTokens: [Int](repeating: 0, count: simulation.layout.leadingTokenCount), endToken: nil)
    let proof = try Checker(simulation.model(), form: form).derive(.finitePrecision(format))
    guard let witness = Witness.derived(from: circuit, wireCount: chain.wireCount) else {
      throw Doubt("no chain of \(chain.wireCount) wires comes of the circuit")
    }
    if let fault = WitnessCheck.fault(
      circuit: circuit, program: proof.program, witness: witness, readOut: chain.readOut.map(\.code))
    {
      throw fault.doubt
    }
    return proof.bounds
  }
}
