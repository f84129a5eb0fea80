// A line on a terminal's standard error that says how far the work is; nothing in a pipe.
import Synchronization

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// A progress bar with rate and remaining time, redrawn ten times a second at most.
///
///     var bar = ProgressBar("checking", total: assignments, unit: "assignments", isQuiet: options.quiet)
///     bar.update(done)
///     bar.finish()
///
/// There is none where standard error is no terminal, where `TERM` is unset or `dumb`, and with `--quiet`. It has no colors, so there is nothing that
/// `NO_COLOR` would switch off.
struct ProgressBar {
  private let title: String
  private let total: Int
  private let unit: String
  private let isShown: Bool
  private var start: ContinuousClock.Instant
  /// What was done before the clock started.
  private var doneBefore = 0
  private var nextDraw: ContinuousClock.Instant

  /// Whether a bar stands on the terminal now.
  private static let isOnScreen = Atomic<Bool>(false)

  init(_ title: String, total: Int, unit: String, isQuiet: Bool) {
    self.title = title
    self.total = total
    self.unit = unit
    let terminal = getenv("TERM").map { String(cString: $0) } ?? ""
    isShown = !isQuiet && isatty(STDERR_FILENO) == 1 && terminal != "dumb" && !terminal.isEmpty
    start = .now
    // What is done at once needs no bar.
    nextDraw = start + .milliseconds(200)
  }

  /// Begins to measure the rate, with `done` of the total done already.
  mutating func begin(at done: Int) {
    doneBefore = done
    start = .now
  }

  /// Says that `done` of the total are done; `detail` stands at the end of the line.
  mutating func update(_ done: Int, detail: @autoclosure () -> String = "") {
    guard isShown else { return }
    let now = ContinuousClock.now
    guard now >= nextDraw else { return }
    nextDraw = now + .milliseconds(100)
    let seconds = (now - start) / .seconds(1)
    let line = ProgressBar.line(
      title: title, done: done, total: total, unit: unit, seconds: seconds, width: ProgressBar.terminalWidth(),
      doneBefore: doneBefore, detail: detail())
    ProgressBar.isOnScreen.store(true, ordering: .relaxed)
    StandardError.write("\r\(line)\u{1B}[K")
  }

  /// Removes the bar.
  func finish() { ProgressBar.clear() }

  /// Removes the bar that stands on the terminal, if one does, so that something else can be printed.
  static func clear() {
    if isOnScreen.exchange(false, ordering: .relaxed) { StandardError.write("\r\u{1B}[K") }
  }

  /// The text of the bar, at most `width - 1` columns.
  static func line(
    title: String, done: Int, total: Int, unit: String, seconds: Double, width: Int, doneBefore: Int = 0,
    detail: String = ""
  ) -> String {
    let share = total > 0 ? min(1, max(0, Double(done) / Double(total))) : 0
    let rate = seconds > 0 ? Double(done - doneBefore) / seconds : 0
    var tail = " \(Int(share * 100))%  \(Quantity.text(done))/\(Quantity.text(total)) \(unit)  \(Quantity.text(rate))/s"
    if rate > 0, done < total { tail += "  \(Quantity.duration(Double(total - done) / rate)) left" }
    if !detail.isEmpty { tail += "  \(detail)" }
    let room = width - 1 - title.count - tail.count - 3
    guard room >= 5 else { return String("\(title)\(tail)".prefix(max(0, width - 1))) }
    let cells = min(room, 30)
    let full = Int(share * Double(cells))
    return "\(title) [\(String(repeating: "#", count: full))\(String(repeating: ".", count: cells - full))]\(tail)"
  }

  private static func terminalWidth() -> Int {
    var size = winsize()
    guard ioctl(STDERR_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return 80 }
    return Int(size.ws_col)
  }
}
