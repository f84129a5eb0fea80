// Whether the chains of a model are a circuit's: its tables of tokens against the simulated wires.
public import Transformers
import Verification

/// Judges models by what dense float32 attention emits under every assignment of a simulation.
///
/// As long as all tokens so far are right, the next one is what its table says for the true values of the wires. So the first
/// wrong token of any run is an entry of a table that differs from the circuit under that run's assignment, and where no entry does, all runs are
/// right, token by token.
public struct ChainJudge: Sendable {
  /// What is said of a model.
  public enum Judgement: Sendable, Hashable {
    /// Under every assignment, every emitted token and every output is the circuit's.
    case equal
    /// Some token is not.
    case different(Difference)
    /// Some output is not, although all tokens are right.
    case differentOutput(inputs: [Bool])
    /// The model could not be tabulated.
    case notJudged(DenseTabulation.Obstacle)
  }

  /// A wrong token: what the model emits after the right tokens before it. It is the run's first but where an earlier one is wrong too.
  public struct Difference: Sendable, Hashable {
    /// The assignment.
    public var inputs: [Bool]
    /// The position after which the token is wrong.
    public var position: Int
    /// The token that the circuit says.
    public var expected: Int
    /// The token that the model emits.
    public var found: Int
  }

  /// What should be said.
  public let simulation: WireSimulation
  /// Tables that were compared before, and the assignment where each differs: mutants share most tables.
  private var known: [DenseTabulation.Answer: Int?] = [:]
  /// Tables that are remembered at most; a few hundred bytes each.
  private static let maximumKnownCount = 1 << 18

  /// A judge by the given simulation.
  public init(_ simulation: WireSimulation) { self.simulation = simulation }

  /// Judges a model.
  public mutating func judge(_ model: Model) -> Judgement {
    let tabulation: DenseTabulation
    do {
      tabulation = try DenseTabulation(model, form: simulation.form)
    } catch {
      return .notJudged(error)
    }
    // Tables first: they are quick.
    for answer in tabulation.answers {
      guard let assignment = firstDifference(answer) else { continue }
      return different(answer.position, assignment, found: answer.token(simulation.wireValues(assignment)))
    }
    do throws(DenseTabulation.Obstacle) {
      for answer in tabulation.openAnswers {
        guard let assignment = try simulation.firstDifference(answer) else { continue }
        let found = try answer.token(simulation.wireValues(assignment))
        return different(answer.position, assignment, found: found)
      }
    } catch {
      return .notJudged(error)
    }
    return simulation.outputDifference.map { .differentOutput(inputs: simulation.inputs($0)) } ?? .equal
  }

  private func different(_ position: Int, _ assignment: Int, found: Int) -> Judgement {
    .different(
      Difference(
        inputs: simulation.inputs(assignment), position: position,
        expected: simulation.expectedToken(after: position, assignment) ?? -1, found: found))
  }

  private mutating func firstDifference(_ answer: DenseTabulation.Answer) -> Int? {
    if let before = known[answer] { return before }
    let difference = simulation.firstDifference(answer)
    if known.count >= ChainJudge.maximumKnownCount { known.removeAll(keepingCapacity: true) }
    known[answer] = .some(difference)
    return difference
  }
}
