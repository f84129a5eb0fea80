// Runs a certifier on many mutants of a model and its circuit, and an independent judge on those that it certifies.
public import Circuits
import Dispatch
import Synchronization
public import Transformers
import Verification

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A study of what a certifier lets pass.
///
///     let study = MutationStudy(model, manifest, circuit, using: &generator)
///     let report = study.run { model, circuit in checker.certifies(model, circuit) }
///     print(report.total.wrong)   // 0 for a sound certifier
///
/// A mutant of the weights is claimed to compute the circuit as it is; a mutant of the circuit is claimed to be computed by the weights as they are.
/// Each is either refused by the certifier, or certified and then compared with the circuit by `ChainJudge`, under all assignments or
/// a sample of them.
public struct MutationStudy: Sendable {
  /// What a study looks at.
  public struct Options: Sendable {
    /// At most so many mutants of weights, of rows, and of the circuit.
    public var mutantLimit = 100_000
    /// At most so many assignments that certified mutants are compared under; all of them where there are not more.
    public var assignmentLimit = 1_000_000
    /// The number of threads; by default that of the processors.
    public var threadCount: Int?

    /// 100 000 mutants of each group and 10^6 assignments.
    public init() {}
  }

  /// The model.
  public let model: Model
  /// The circuit that it is claimed to compute.
  public let circuit: Circuit
  /// The mutants.
  public let selection: MutantSelection
  /// The assignments that certified mutants are compared under.
  public let assignments: AssignmentBlock

  private let chain: CircuitChain
  private let simulation: WireSimulation
  private let threadCount: Int

  /// Why there can be no study.
  public struct Refusal: Error, Sendable, Equatable, CustomStringConvertible {
    /// A sentence.
    public let description: String
  }

  /// A study of `model`, whose tokens mean what `manifest` says, and of `circuit`, which it was made from.
  ///
  /// - Parameters:
  ///   - model: a model in float32.
  ///   - manifest: what its tokens mean.
  ///   - circuit: the circuit.
  ///   - options: how much is looked at.
  ///   - generator: where the choice of mutants and assignments comes from; the same numbers give the same report.
  /// - Throws: `Refusal` where the circuit cannot be the one that the model was made from, or the model is not for float32.
  public init(
    _ model: Model, _ manifest: SimulationManifest, _ circuit: Circuit, options: Options = Options(),
    using generator: inout some RandomNumberGenerator
  ) throws(Refusal) {
    if manifest.precision != nil {
      throw Refusal(description: "the model is written for \(manifest.precisionName ?? ""); mutants are run in float32")
    }
    chain = CircuitChain(circuit, options: manifest.chainOptions)
    if let difference = manifest.difference(from: chain, circuit) { throw Refusal(description: difference) }
    let form = manifest.promptForm
    let configuration = model.configuration
    if let fault = form.fault(
      vocabularySize: configuration.vocabularySize, positionCount: configuration.maximumPositionCount)
    {
      throw Refusal(description: fault)
    }
    self.model = model
    self.circuit = circuit
    selection = MutantSelection(model, circuit, limit: options.mutantLimit, using: &generator)
    assignments = WireSimulation.assignments(
      inputCount: circuit.inputCount, count: options.assignmentLimit, using: &generator)
    simulation = WireSimulation(circuit, chain, form: form, assignments: assignments)
    threadCount = max(1, options.threadCount ?? Int(sysconf(Int32(_SC_NPROCESSORS_ONLN))))
  }

  /// Looks at every mutant.
  ///
  /// - Parameters:
  ///   - certifies: whether a model is certified to compute a circuit; called from several threads.
  ///   - progress: is told how many mutants are done, never twice at once, and says whether to go on.
  /// - Returns: the table; the same for every number of threads.
  public func run(
    certifies: @Sendable (Model, Circuit) -> Bool, progress: @Sendable (Int) -> Bool = { _ in true }
  ) -> MutationReport {
    var judge = ChainJudge(simulation)
    var report = MutationReport(originalIsCertified: certifies(model, circuit), original: judge.judge(model))
    let mutants = selection.mutants
    let first = judge
    let next = Atomic(0)
    let isStopped = Atomic(false)
    let done = Mutex(0)
    let outcomes = Mutex([MutantOutcome?](repeating: nil, count: mutants.count))
    DispatchQueue.concurrentPerform(iterations: min(threadCount, max(1, mutants.count))) { _ in
      var judge = first
      while !isStopped.load(ordering: .relaxed) {
        let i = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard i < mutants.count else { break }
        let outcome = outcome(of: mutants[i], certifies, &judge)
        outcomes.withLock { $0[i] = outcome }
        let goesOn = done.withLock { done in
          done += 1
          return progress(done)
        }
        if !goesOn { isStopped.store(true, ordering: .relaxed) }
      }
    }
    report.add(mutants, outcomes.withLock { $0 })
    return report
  }

  /// What becomes of one mutant.
  private func outcome(
    of mutant: Mutant, _ certifies: (Model, Circuit) -> Bool, _ judge: inout ChainJudge
  ) -> MutantOutcome {
    if mutant.kind.changesCircuit {
      let changed = mutant.applied(to: circuit)
      guard certifies(model, changed) else { return .refused }
      // The claim is about the changed circuit's wires, under the same names.
      var judge = ChainJudge(
        WireSimulation(changed, chain, form: simulation.form, assignments: assignments))
      return .certified(judge.judge(model))
    }
    let changed = mutant.applied(to: model, selection.tensors)
    return certifies(changed, circuit) ? .certified(judge.judge(changed)) : .refused
  }
}
