// The precision report: which formats certify small models, how its rows compare, and what the text says.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import Testing
import Verification

private func report(
  _ circuit: Circuit, _ target: PositionalTarget?, against other: Circuit? = nil
) throws -> PrecisionReport {
  let simulation = try target.map { try CircuitSimulation(of: circuit, target: $0) } ?? CircuitSimulation(of: circuit)
  return try PrecisionReport(simulation.model(), simulation.manifest, circuit: CircuitStatement(other ?? circuit))
}

extension PrecisionReport {
  fileprivate func row(_ format: String, _ rounding: Rounding) throws -> Row {
    try #require(rows.first { $0.format == format && $0.rounding == rounding }, "no row \(format) \(rounding)")
  }
}

private let constant = PositionalTarget.finitePrecision(FloatFormat(exponentBits: 0, significandBits: 2))
private let targets = [nil, PositionalTarget.gpt2, .float32, constant]
private let adder = Circuit.rippleCarryAdder(width: 4)

/// Expects the same bounds, but for the last digits of sums, which are formed in no fixed order.
private func expectEqual(_ found: Bounds?, _ expected: Bounds?) {
  guard let found, let expected else {
    #expect(found == nil && expected == nil)
    return
  }
  #expect(found.excess(over: expected) == nil && expected.excess(over: found) == nil)
}

@Suite struct PrecisionReportTests {
  /// For each form the rows of hardware that certify an adder of 25 wires, y or n, and the first lengths that fail: float32, float16 and
  /// bfloat16, each nearest and any. Lengths one below or at a power of two are those at which codes grow by a bit; at the
  /// others the greatest rotary angle, which grows with the length, can be seen beside a sum.
  private static let table: [(target: PositionalTarget?, certified: String, failing: [Int?])] = [
    (nil, "yyyyyn", [nil, nil, 1 << 20 - 1, 1 << 17 - 1, 32_376_486_335_983_709, 3]),
    (.gpt2, "yyynyn", [nil, nil, 1 << 31 + 1, 3, 1 << 37 + 1, 3]),
    (.float32, "yyyyyn", [nil, nil, nil, 1 << 9 + 1, nil, 9]),
    (constant, "yynnnn", [114, 114, 20, 18, 3, 3]),
  ]

  @Test(arguments: table.indices)
  func hardwareFormatsCertifyAsTheTableSays(_ index: Int) throws {
    let (target, certified, failing) = Self.table[index]
    let report = try report(adder, target)
    let rows = try ["float32", "float16", "bfloat16"].flatMap { format in
      [try report.row(format, .nearest), try report.row(format, .any)]
    }
    #expect(String(rows.map { $0.isCertified ? "y" : "n" }) == certified)
    #expect(rows.map(\.firstFailingWireCount) == failing)
    #expect(report.wireCount == 25 && report.fanIn == 2)
  }

  @Test func boundsAreRoundedToTheSideOnWhichTheyStayTrue() {
    let cases: [(Double, FloatingPointRoundingRule, String)] = [
      (512, .down, "512"), (511.99997, .down, "511.9"), (511.99997, .up, "512"), (0.013271, .up, "0.01328"),
      (0, .up, "0"), (1.999_999, .down, "1.999"), (1234.5, .down, "1234"), (1_048_576, .down, "1048576"),
      (3.2e-9, .up, "3.2e-9"), (3.2001e-9, .up, "3.201e-9"), (-2.5, .toNearestOrEven, "-2.5"), (0.25, .down, "0.25"),
      (1.5e30, .down, "1.5e30"), (.infinity, .down, "infinite"),
    ]
    for (x, rule, text) in cases { #expect(PrecisionReport.number(x, rule) == text) }
  }

  @Test(arguments: targets.indices)
  func nearestBearsAllThatAnyRoundingBears(_ target: Int) throws {
    let report = try report(adder, targets[target])
    for format in ["float32", "float16", "bfloat16"] {
      let (nearest, any) = (try report.row(format, .nearest), try report.row(format, .any))
      #expect(nearest.unit == any.unit)
      expect(any, isNoBetterThan: nearest)
    }
    // bfloat16 has float32's range and a coarser unit; float16's range is smaller.
    for rounding in [PrecisionReport.Rounding.nearest, .any] {
      expect(try report.row("bfloat16", rounding), isNoBetterThan: try report.row("float32", rounding))
    }
  }

  private func expect(_ worse: PrecisionReport.Row, isNoBetterThan row: PrecisionReport.Row) {
    let place = "\(worse.format) \(worse.rounding) and \(row.format) \(row.rounding)"
    #expect(row.isCertified || !worse.isCertified, "\(place)")
    #expect(worse.leastScoreGain ?? .infinity >= row.leastScoreGain ?? .infinity, "\(place)")
    #expect(worse.firstFailingWireCount ?? .max <= row.firstFailingWireCount ?? .max, "\(place)")
    guard let bounds = row.bounds, let others = worse.bounds else { return }
    #expect(others.layers[0].scoreGap.value <= bounds.layers[0].scoreGap.value, "\(place)")
    #expect(others.layers[0].leak.value >= bounds.layers[0].leak.value, "\(place)")
    #expect(others.tokenMargin.value <= bounds.tokenMargin.value, "\(place)")
  }

  @Test(arguments: targets.indices)
  func columnsAboutOtherModelsAgreeWithThoseAboutThisOne(_ target: Int) throws {
    let report = try report(adder, targets[target])
    for row in report.rows {
      // Certified at this T and gain: so that T is below the first that fails, and the gain at least the least.
      #expect((row.reason == nil) == row.isCertified && (row.bounds != nil) == row.isCertified)
      let place = "\(row.format) \(row.rounding)"
      guard row.isCertified else {
        #expect(row.firstFailingWireCount ?? .max <= report.wireCount, "\(place)")
        continue
      }
      #expect(row.firstFailingWireCount ?? .max > report.wireCount, "\(place)")
      // The least gain is a power of two, and that of constant precision is none: 7.5.
      #expect(row.leastScoreGain ?? .infinity < 2 * report.scoreGain, "\(place)")
    }
  }

  @Test(arguments: [nil, PositionalTarget.gpt2])
  func pastTheLargestUnitNothingIsCertified(_ target: PositionalTarget?) throws {
    let row = try report(adder, target).row("largest u", .any)
    #expect(row.isCertified)
    let simulation =
      try target.map { try CircuitSimulation(of: adder, target: $0) } ?? CircuitSimulation(of: adder)
    let checker = Checker(simulation.model(), form: simulation.manifest.promptForm)
    // Units are tried in steps of 2^(1/8).
    #expect(throws: Doubt.self) { try checker.derive(.rounded(RoundingModel(unit: row.unit * 1.1))) }
    let bounds = try checker.derive(.rounded(RoundingModel(unit: row.unit))).bounds
    expectEqual(row.bounds, bounds)
  }

  @Test(arguments: targets.indices)
  func theBoundsAreThoseOfTheChecker(_ target: Int) throws {
    let simulation =
      try targets[target].map { try CircuitSimulation(of: adder, target: $0) } ?? CircuitSimulation(of: adder)
    let checker = Checker(simulation.model(), form: simulation.manifest.promptForm)
    let report = try report(adder, targets[target])
    for (name, format) in [("float32", FloatFormat.binary32), ("float16", .binary16), ("bfloat16", .bfloat16)] {
      for rounding in [PrecisionReport.Rounding.nearest, .any] {
        let model = RoundingModel(format, keepsDigits: rounding == .nearest)
        let bounds = try? checker.derive(.rounded(model)).bounds
        expectEqual(try report.row(name, rounding).bounds, bounds)
      }
    }
  }

  @Test func hardwareFormatsHaveTheirRanges() {
    let (single, half) = (RoundingModel(.binary32, keepsDigits: false), RoundingModel(.binary16, keepsDigits: true))
    let brain = RoundingModel(.bfloat16, keepsDigits: true)
    #expect(single == .float32)
    #expect(half.unit == 0x1p-11 && half.smallestNormal == 0x1p-14 && half.largest == 65504 && half.keptBits == 11)
    #expect(brain.unit == 0x1p-8 && brain.smallestNormal == 0x1p-126 && brain.keptBits == 8)
    #expect(brain.largest == Double(Float(bitPattern: 0x7F7F_0000)))
  }

  @Test func anotherCircuitIsCertifiedInNoFormat() throws {
    var builder = CircuitBuilder(inputCount: 2)
    let sum = builder.gate(.xor, Wire(0), Wire(1))
    let circuit = builder.circuit(outputs: [Literal(sum)])
    var others = CircuitBuilder(inputCount: 2)
    let product = others.gate(.and, Wire(0), Wire(1))
    for target in targets {
      let own = try report(circuit, target)
      #expect(own.rows.contains { $0.isCertified })
      let refused = try report(circuit, target, against: others.circuit(outputs: [Literal(product)]))
      #expect(!refused.rows.contains { $0.isCertified })
      #expect(refused.rows.allSatisfy { $0.reason?.isEmpty == false })
      let longer = try report(circuit, target, against: adder)
      #expect(longer.rows.allSatisfy { $0.reason?.contains("is it the model's?") == true })
    }
  }

  @Test func aFolderOfThePaperHasRowsOfItsPrecisionAndThoseAround() throws {
    let names = try report(adder, constant).rows.filter { $0.rounding == .finite }.map(\.format)
    #expect(names == ["F_{0,1}", "F_{0,2}", "F_{0,3}", "F_{1,2}"])
    let own = try report(adder, constant).row("F_{0,2}", .finite)
    #expect(own.isCertified && own.unit == 0x1p-3 && own.firstFailingWireCount == nil)
    let coarser = try report(adder, constant).row("F_{0,1}", .finite)
    #expect(!coarser.isCertified)
    let half = try report(adder, .finitePrecision(.binary16)).rows.filter { $0.rounding == .finite }
    #expect(half.map(\.format) == ["11 digits"] && half[0].unit == 0x1p-11 && half[0].isCertified)
  }

  @Test func theTextHasAllColumnsInFewCharacters() throws {
    for target in targets {
      let report = try report(adder, target)
      let lines = report.text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      for column in [
        "format", "rounding", "certified", "score gap", "leak bound", "head margin", "least gain", "fails from T",
      ] {
        #expect(lines[1].contains(column))
      }
      let table = lines[1...report.rows.count + 1]
      #expect(Set(table.map(\.count)).count == 1 && table.allSatisfy { $0.count <= 120 })
      for (line, row) in zip(table.dropFirst(), report.rows) {
        #expect(line.hasPrefix(row.format) && line.contains(row.isCertified ? " yes " : " no "))
        if let reason = row.reason { #expect(lines.contains("\(row.format) \(row.rounding.rawValue): \(reason)")) }
      }
      #expect(lines.contains { $0.hasPrefix("nearest: ") && $0.contains("any: ") && $0.count <= 120 })
    }
  }

  @Test func theJSONHasAllNumbers() throws {
    let report = try report(adder, constant)
    let object = try #require(
      JSONSerialization.jsonObject(with: JSONEncoder().encode(report)) as? [String: Any])
    #expect(object["wireCount"] as? Int == report.wireCount && object["fanIn"] as? Int == 2)
    #expect(object["greatestWireCount"] as? Int == 1 << 62 - 2 && object["scoreGain"] as? Double == 7.5)
    let rows = try #require(object["rows"] as? [[String: Any]])
    #expect(rows.count == report.rows.count)
    for (found, row) in zip(rows, report.rows) {
      #expect(found["format"] as? String == row.format && found["unit"] as? Double == row.unit)
      #expect(found["isCertified"] as? Bool == row.isCertified && found["reason"] as? String == row.reason)
      #expect((found["bounds"] != nil) == row.isCertified)
      #expect(found["leastScoreGain"] as? Double == row.leastScoreGain)
      #expect(found["firstFailingWireCount"] as? Int == row.firstFailingWireCount)
    }
  }
}
