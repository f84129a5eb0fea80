// The precision report as a table for people.
import Verification

extension PrecisionReport {
  /// The table, at most 120 columns wide, below it why rows are not certified, and what the words mean.
  public var text: String {
    var lines = [
      "\(circuit.isEmpty ? "circuit" : circuit): \(form.rawValue) form, T = \(PrecisionReport.grouped(wireCount)) wires, "
        + "K = \(fanIn), score gain \(PrecisionReport.number(scoreGain))"
    ]
    lines += PrecisionReport.aligned([PrecisionReport.header] + rows.map(cells))
    let refused = rows.filter { !$0.isCertified }
    if !refused.isEmpty { lines.append("") }
    for row in refused {
      lines.append("\(row.format) \(row.rounding.rawValue): \(row.reason ?? "no reason")")
    }
    lines += [""] + PrecisionReport.legend
    if rows.contains(where: { $0.rounding == .finite }) { lines.append(PrecisionReport.finiteLegend) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static let header = [
    "format", "rounding", "u", "certified", "score gap", "leak bound", "head margin", "least gain", "fails from T =",
  ]

  private static let legend = [
    "nearest: results round to the nearest number of the format; any: by a factor of at most 1 + u; sums in any order.",
    "score gap: the least lead of a wanted position, rounding subtracted; leak bound: at most T exp(-gap), 0 where exp is 0.",
    "head margin: the least lead of the right token. least gain: the least power of two by which scores have to lead at this T.",
    "fails from T =: the least number of wires at which this construction is not certified; none up to 2^62.",
  ]

  private static let finiteLegend =
    "finite: F_{e,s} has numbers of 2s digits and e exponent bits; they round to nearest and saturate; sums from left to right."

  private func cells(_ row: Row) -> [String] {
    let layers = row.bounds?.layers ?? []
    let gap = layers.map(\.scoreGap.value).min()
    let leak = layers.map(\.leak.value).max()
    return [
      row.format, row.rounding.rawValue, PrecisionReport.power(row.unit), row.isCertified ? "yes" : "no",
      gap.map(PrecisionReport.number) ?? "-", leak.map(PrecisionReport.number) ?? "-",
      row.bounds.map { PrecisionReport.number($0.tokenMargin.value) } ?? "-",
      row.leastScoreGain.map(PrecisionReport.number) ?? "none",
      row.firstFailingWireCount.map(PrecisionReport.grouped) ?? "none",
    ]
  }

  /// Rows as lines: the first two columns to the left, the others to the right.
  private static func aligned(_ rows: [[String]]) -> [String] {
    let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return column < 2 ? cell + space : space + cell
      }.joined(separator: "  ")
    }
  }

  /// 2^-8, where it is one; 0.0123 elsewhere.
  private static func power(_ x: Double) -> String {
    x.isNormal && x.significandBitPattern == 0 ? "2^\(x.exponent)" : number(x)
  }

  /// Four significant digits, without zeros at the end; infinity in a word.
  static func number(_ x: Double) -> String {
    guard x.isFinite else { return x.isNaN ? "nan" : "infinite" }
    guard x != 0 else { return "0" }
    var exponent = 0
    var digits = abs(x)
    while digits >= 10 { (digits, exponent) = (digits / 10, exponent + 1) }
    while digits < 1 { (digits, exponent) = (digits * 10, exponent - 1) }
    var whole = Int((digits * 1000).rounded())
    if whole == 10_000 { (whole, exponent) = (1000, exponent + 1) }
    let sign = x < 0 ? "-" : ""
    func trimmed(_ text: String) -> String {
      guard text.contains(".") else { return text }
      var text = text
      while text.last == "0" { text.removeLast() }
      if text.last == "." { text.removeLast() }
      return text
    }
    func point(_ digits: String, after places: Int) -> String {
      trimmed(digits.prefix(places) + (places < digits.count ? "." + digits.dropFirst(places) : ""))
    }
    let text = "\(whole)"
    if (0...3).contains(exponent) { return sign + point(text, after: exponent + 1) }
    if (4...6).contains(exponent), x == x.rounded() { return sign + "\(Int(abs(x)))" }
    if (-3 ... -1).contains(exponent) {
      return sign + trimmed("0." + String(repeating: "0", count: -1 - exponent) + text)
    }
    return sign + point(text, after: 1) + "e\(exponent)"
  }

  /// 1234567 as 1,234,567.
  private static func grouped(_ number: Int) -> String {
    var digits = Array(String(number))
    for place in stride(from: digits.count - 3, to: 0, by: -3) { digits.insert(",", at: place) }
    return String(digits)
  }
}
