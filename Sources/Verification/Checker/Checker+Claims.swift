// A claim about a circuit: derive what the weights compute, compare it with the circuit gate by gate, and look for a counterexample where
// either fails.
import ExactArithmetic
import Transformers

extension Checker {
  /// Whether greedy decoding emits the wire values of `circuit` for all inputs under `semantics`.
  ///
  /// - Parameters:
  ///   - semantics: how the decoder's definition is read.
  ///   - circuit: the circuit.
  ///   - witness: where its wires are on the chain.
  ///   - readOut: where its outputs are read off the chain.
  ///   - effort: how hard to look for a counterexample where the claim could not be shown.
  public func check(
    _ semantics: Semantics, circuit: CircuitStatement, witness: Witness, readOut: [Int],
    effort: RefutationSearch.Effort = .init()
  ) -> Verdict {
    func search() -> RefutationSearch {
      RefutationSearch(self, semantics, circuit: circuit, witness: witness, effort: effort)
    }
    do throws(Doubt) {
      let proof = try derive(semantics)
      guard
        let fault = WitnessCheck.fault(circuit: circuit, program: proof.program, witness: witness, readOut: readOut)
      else { return .proved(proof) }
      if let counterexample = search().counterexample(to: proof.program) { return .refuted(counterexample) }
      return .undecided(fault.doubt)
    } catch {
      if let counterexample = search().counterexampleByDecoding() { return .refuted(counterexample) }
      return .undecided(error)
    }
  }

  /// The largest unit roundoff under which the weights can be shown to compute what they compute in float32, up to a factor of 2^(1/8).
  ///
  /// Numbers have the range that float16, bfloat16 and float32 share, or where the weights need more, float32's.
  ///
  /// - Parameter progress: is told how many of how many derivations are done; returns whether to go on.
  /// - Throws: `Doubt` where it cannot be shown at 2^-24 either, or when told to stop.
  public func largestUnit(
    progress: (_ done: Int, _ of: Int) -> Bool = { _, _ in true }
  ) throws(Doubt) -> (semantics: Semantics, proof: Proof) {
    // Exponents in eighths: 2^(-k / 8), k = 8 ... 192; k works and all above it are taken to.
    var range = RoundingModel(unit: 0x1p-24)
    func semantics(_ k: Int) -> Semantics {
      var model = range
      model.unit = Checker.unit(eighths: k)
      return .rounded(model)
    }
    var (fails, works) = (7, 192)
    var best: Proof
    if let proof = try? derive(semantics(works)) {
      best = proof
    } else {
      range = .float32
      best = try derive(semantics(works))
    }
    let total = 9
    var done = 1
    while works - fails > 1 {
      guard progress(done, total) else { throw Doubt("interrupted") }
      let k = (works + fails) / 2
      if let proof = try? derive(semantics(k)), proof.program == best.program {
        (works, best) = (k, proof)
      } else {
        fails = k
      }
      done += 1
    }
    _ = progress(total, total)
    return (semantics(works), best)
  }

  /// 2^(-k / 8), cut to 12 binary digits.
  private static func unit(eighths k: Int) -> Double {
    let roots = [4096.0, 3756, 3444, 3158, 2896, 2656, 2435, 2233]
    return roots[k % 8] / 4096 * Double(sign: .plus, exponent: 0 - k / 8, significand: 1)
  }
}
