// What each number format leaves of gap and margin: the checker's bounds for a model, and how much smaller or longer the construction could be.
import ExactArithmetic
public import Transformers
public import Verification

/// For each number format whether a constructed model is certified in it, by what margins, and what the construction could still bear.
///
///     let folder = try SimulationFolder("adder-llama")
///     print(try PrecisionReport(folder, circuit: CircuitStatement(circuit)).text)
///
/// The bounds of a row are those of the model itself, derived from its weights. The last two columns are about models that the
/// construction would make with other parameters; `ConstructionFamily` says why a small circuit tells what the checker would derive for them.
public struct PrecisionReport: Encodable, Sendable {
  /// How the numbers of a format may be rounded.
  public enum Rounding: String, Encodable, Sendable {
    /// To the nearest number, so that small whole numbers stay as they are; sums in any order.
    case nearest
    /// By a relative error of at most the unit roundoff; sums in any order.
    case any
    /// As in the paper's arithmetic F_{e,s}: to the nearest number, saturating, sums from left to right.
    case finite
  }

  /// What one format leaves.
  public struct Row: Encodable, Sendable {
    /// The format: `float32`, `F_{0,2}`; `largest u` for the coarsest rounding that is certified.
    public var format: String
    /// How its numbers are rounded.
    public var rounding: Rounding
    /// The unit roundoff; of F_{e,s} half the distance from 1 to the next number.
    public var unit: Double
    /// Whether the model is certified to compute its circuit.
    public var isCertified: Bool
    /// Why it is not.
    public var reason: String?
    /// The bounds, where the model is certified.
    public var bounds: Bounds?
    /// The least power of two by which scores have to lead for the construction to be certified at this T; `nil` where none up to 2^20 will do.
    public var leastScoreGain: Double?
    /// The least T at which the construction, gain as it stands, is not certified; `nil` where there is none up to `greatestWireCount`.
    public var firstFailingWireCount: Int?
  }

  /// The form of the construction.
  public let form: SimulationManifest.Form
  /// The circuit's name, empty where it has none.
  public let circuit: String
  /// The number of chain wires, T.
  public let wireCount: Int
  /// The number of operands that a token fetches, K.
  public let fanIn: Int
  /// The score by which the wanted position leads before anything rounds.
  public let scoreGain: Double
  /// The greatest T that was tried for `firstFailingWireCount`.
  public let greatestWireCount: Int
  /// One entry a format and rounding.
  public let rows: [Row]

  /// The report on a folder.
  ///
  /// - Parameters:
  ///   - folder: the folder of a constructed model.
  ///   - circuit: the circuit that it is to compute.
  ///   - progress: is told how many of how many rows are done.
  /// - Throws: `FolderError` where the manifest's blocks are not those of a simulation of its size.
  public init(
    _ folder: SimulationFolder, circuit: CircuitStatement, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(FolderError) {
    try self.init(folder.model, folder.manifest, circuit: circuit, progress: progress)
  }

  /// The report on a model.
  ///
  /// Time: a derivation of the model a row, and some hundred derivations of a circuit of few wires.
  public init(
    _ model: Model, _ manifest: SimulationManifest, circuit: CircuitStatement,
    progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
  ) throws(FolderError) {
    let target = PositionalTarget(of: model, manifest)
    let family = ConstructionFamily(
      target: target, fanIn: manifest.fanIn, tables: try ChainReading(model, manifest).wholeTables,
      hasInputs: manifest.inputCount > 0)
    let certifier = Certifier(model, manifest, circuit)
    var rows: [Row] = []
    let subjects = PrecisionReport.subjects(for: manifest)
    let total = subjects.count + 1
    for (done, subject) in subjects.enumerated() {
      progress(done, total)
      rows.append(certifier.row(subject, family))
    }
    progress(subjects.count, total)
    rows.insert(certifier.largestUnit(family), at: 6)
    progress(total, total)
    form = manifest.form
    self.circuit = manifest.circuit
    wireCount = manifest.wireCount
    fanIn = manifest.fanIn
    scoreGain = family.scoreGap
    greatestWireCount = ConstructionFamily.greatestWireCount
    self.rows = rows
  }

  /// The formats of the rows, but for the largest unit: six of hardware, and for a folder of the paper's form its own precision and those around it.
  private static func subjects(for manifest: SimulationManifest) -> [Subject] {
    var subjects: [Subject] = []
    for (name, format) in [("float32", FloatFormat.binary32), ("float16", .binary16), ("bfloat16", .bfloat16)] {
      for rounding in [Rounding.nearest, .any] {
        let model = RoundingModel(format, keepsDigits: rounding == .nearest)
        subjects.append(Subject(name: name, rounding: rounding, unit: model.unit, semantics: .rounded(model)))
      }
    }
    guard let own = manifest.precision else { return subjects }
    var formats = [own]
    if let (e, s) = own.exponentAndSignificandBits {
      formats = [(e, s - 1), (e, s), (e, s + 1), (e - 1, s), (e + 1, s)].compactMap { e, s in
        guard (0...30).contains(e), (1...30).contains(s) else { return nil }
        return FloatFormat(exponentBits: e, significandBits: s, ties: own.ties)
      }
    }
    return subjects
      + formats.map { format in
        let name = format.exponentAndSignificandBits.map { "F_{\($0.exponentBits),\($0.significandBits)}" }
        return Subject(
          name: name ?? "\(format.precision) digits", rounding: .finite,
          // From 1 on numbers are 2^(1 - precision) apart, or the least there is.
          unit: Double(
            sign: .plus, exponent: max(1 - format.precision, format.minimumExponent) - 1, significand: 1),
          semantics: .finitePrecision(format))
      }
  }
}

/// What a row is about.
private struct Subject {
  let name: String
  let rounding: PrecisionReport.Rounding
  let unit: Double
  let semantics: Semantics
}

extension PositionalTarget {
  /// What the weights of a folder are for; `nil` for those of the LLaMA form.
  fileprivate init?(of model: Model, _ manifest: SimulationManifest) {
    guard manifest.form == .li else { return nil }
    if let precision = manifest.precision {
      self = .finitePrecision(precision)
    } else if case .none = model.configuration.normalization {
      self = .float32
    } else {
      self = .gpt2
    }
  }
}

/// The claim that the rows are about.
private struct Certifier {
  private let checker: Checker
  private let manifest: SimulationManifest
  private let circuit: CircuitStatement
  private let witness: Witness?

  init(_ model: Model, _ manifest: SimulationManifest, _ circuit: CircuitStatement) {
    checker = Checker(model, form: manifest.promptForm)
    self.manifest = manifest
    self.circuit = circuit
    witness = manifest.witness(for: circuit)
  }

  /// The bounds with which the model is certified.
  private func bounds(_ semantics: Semantics) throws(Doubt) -> Bounds {
    guard let witness else {
      throw Doubt("no chain of \(manifest.wireCount) wires comes of the circuit; is it the model's?")
    }
    let proof = try checker.derive(semantics)
    if let fault = WitnessCheck.fault(
      circuit: circuit, program: proof.program, witness: witness, readOut: manifest.readOut)
    {
      throw fault.doubt
    }
    return proof.bounds
  }

  func row(_ subject: Subject, _ family: ConstructionFamily) -> PrecisionReport.Row {
    var row = PrecisionReport.Row(
      format: subject.name, rounding: subject.rounding, unit: subject.unit, isCertified: false)
    do throws(Doubt) {
      row.bounds = try bounds(subject.semantics)
      row.isCertified = true
    } catch { row.reason = error.reason }
    row.leastScoreGain = family.leastScoreGap(
      subject.semantics, wireCount: max(manifest.wireCount, family.leastWireCount))
    row.firstFailingWireCount = family.leastFailingWireCount(subject.semantics)
    return row
  }

  /// The coarsest rounding under which the model is certified: sought on the surrogate, which is quick, and then shown on the model; sought on
  /// the model where that fails.
  func largestUnit(_ family: ConstructionFamily) -> PrecisionReport.Row {
    func subject(_ semantics: Semantics) -> Subject {
      var unit = 0.0
      if case .rounded(let model) = semantics { unit = model.unit }
      return Subject(name: "largest u", rounding: .any, unit: unit, semantics: semantics)
    }
    do throws(Doubt) {
      let surrogates = family.checkers(.rounded(.float32), wireCount: max(manifest.wireCount, family.leastWireCount))
      var least: Subject?
      for surrogate in surrogates {
        let found = subject(try surrogate.checker.largestUnit().semantics)
        if found.unit < least?.unit ?? .infinity { least = found }
      }
      if let least {
        let found = row(least, family)
        if found.isCertified { return found }
      }
      return row(subject(try checker.largestUnit().semantics), family)
    } catch {
      return row(subject(.rounded(.float32)), family)
    }
  }
}
