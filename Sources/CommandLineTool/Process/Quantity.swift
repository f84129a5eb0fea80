// Numbers as people read them.

/// Numbers as texts.
enum Quantity {
  /// An integer below a million with commas, otherwise rounded with a unit: `135,841`, `2.71M`.
  static func text(_ number: Int) -> String {
    abs(number) < 1_000_000 ? exact(number) : text(Double(number))
  }

  /// Three significant digits with a unit: `805`, `5.12M`.
  static func text(_ number: Double) -> String {
    guard number.isFinite else { return "\(number)" }
    guard abs(number) < 1e15 else { return scientific(number) }
    var (value, unit) = (number, 0)
    while abs(value) >= 999.5, unit < 4 {
      value /= 1000
      unit += 1
    }
    return decimals(value) + ["", "k", "M", "G", "T"][unit]
  }

  /// Two or three digits and a power of ten: `4.71e173`.
  private static func scientific(_ number: Double) -> String {
    let parts = "\(number)".split(separator: "e")
    // Numbers from 2^53 on are written with an exponent.
    guard parts.count == 2, let digits = Double(parts[0]) else { return "\(number)" }
    return "\(decimals(digits))e\(parts[1].drop { $0 == "+" })"
  }

  /// An integer with commas between thousands.
  static func exact(_ number: Int) -> String {
    var digits: [Character] = []
    for (place, digit) in String(number.magnitude).reversed().enumerated() {
      if place > 0, place % 3 == 0 { digits.append(",") }
      digits.append(digit)
    }
    return (number < 0 ? "-" : "") + String(digits.reversed())
  }

  /// A number of bytes: `512 B`, `69.6 MB`.
  static func bytes(_ count: Int) -> String {
    var (value, unit) = (Double(count), 0)
    while value >= 999.5, unit < 4 {
      value /= 1000
      unit += 1
    }
    return (unit == 0 ? "\(count)" : decimals(value)) + [" B", " kB", " MB", " GB", " TB"][unit]
  }

  /// How long something took: `0.37 ms`, `1.2 s`.
  static func seconds(_ seconds: Double) -> String {
    seconds < 1 ? "\(decimals(seconds * 1000)) ms" : "\(text(seconds)) s"
  }

  /// How long something takes since `start`.
  static func seconds(since start: ContinuousClock.Instant) -> String {
    seconds((ContinuousClock.now - start) / .seconds(1))
  }

  /// A time that is left: `0:07`, `12:30`, `3:05:00`.
  static func duration(_ seconds: Double) -> String {
    guard seconds.isFinite, seconds < 3.6e6 else { return "a long time" }
    let whole = Int(seconds.rounded(.up))
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    return whole < 3600
      ? "\(whole / 60):\(two(whole % 60))" : "\(whole / 3600):\(two(whole / 60 % 60)):\(two(whole % 60))"
  }

  /// Three significant digits of a number below 1000, without zeros at the end.
  private static func decimals(_ value: Double) -> String {
    let scale = abs(value) >= 99.95 ? 1.0 : abs(value) >= 9.995 ? 10 : 100
    let rounded = (value * scale).rounded() / scale
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }
}
