// What a run says while it goes on: a bar where someone looks on, plain lines where the text goes to a file.

#if canImport(Glibc)
  internal import Glibc
#elseif canImport(Musl)
  internal import Musl
#else
  internal import Darwin
#endif

/// Tells the progress of a run: loss, speed and remaining time.
///
/// Pass ``observe(_:)`` to ``Trainer/run(_:resumes:evaluate:observe:isInterrupted:)``. On a terminal there is one line that is written anew ten times a second; otherwise a
/// line every ten seconds. Speed and remaining time are those of this process, not of earlier ones.
public final class ProgressReport {
  /// Where the text goes.
  private let write: (String) -> Void
  private let isTerminal: Bool
  private let plan: RunPlan
  private let interval: Double
  private var start: (step: Int, weight: Double, seconds: Double)?
  private var last = -Double.infinity
  private var hasBar = false

  /// A report on standard error.
  public convenience init(_ plan: RunPlan) {
    self.init(plan, isTerminal: isatty(2) == 1) { text in
      let bytes = Array(text.utf8)
      // Nobody misses a progress report that cannot be written.
      try? bytes.withUnsafeBytes { try writeAll($0, to: 2, by: systemWrite) }
    }
  }

  /// A report to somewhere else.
  package init(_ plan: RunPlan, isTerminal: Bool, write: @escaping (String) -> Void) {
    self.plan = plan
    self.isTerminal = isTerminal
    self.write = write
    interval = isTerminal ? 0.1 : 10
  }

  /// Takes note of what happened.
  public func observe(_ event: TrainingEvent) {
    switch event {
    case .resumed(let path, let step, let skipped):
      for fault in skipped { say("passed over: \(fault)") }
      say("taken up at step \(step) from \(path)")
    case .stepped(let report, let state):
      let start = self.start ?? (report.step, state.weight, state.seconds)
      self.start = start
      guard state.seconds - last >= interval || report.step == plan.stepCount else { return }
      last = state.seconds
      let line = Self.line(report, state, since: start, plan)
      if isTerminal {
        write("\r\u{1B}[K\(Self.bar(report.step, of: plan.stepCount)) \(line)")
        hasBar = true
      } else {
        write(line + "\n")
      }
    case .evaluated(let step, let values):
      let text = values.sorted { $0.key < $1.key }.map { "\($0.key) \(Self.short($0.value))" }
      say("step \(step): \(text.joined(separator: ", "))")
    case .saved: break
    case .ended(let ending, let state):
      switch ending {
      case .finished: say("finished after \(state.step) steps")
      case .stoppedEarly:
        let best = state.stopping.best.map { ", best \(Self.short($0)) at step \(state.stopping.bestStep)" } ?? ""
        say("stopped by its rule after \(state.step) steps\(best)")
      case .exhausted: say("no more batches after \(state.step) steps")
      case .interrupted: say("interrupted after \(state.step) steps")
      }
    }
  }

  /// A line of its own, above the bar.
  private func say(_ text: String) {
    write((hasBar ? "\r\u{1B}[K" : "") + text + "\n")
    hasBar = false
  }

  static func line(
    _ report: StepReport, _ state: TrainingState, since start: (step: Int, weight: Double, seconds: Double),
    _ plan: RunPlan
  ) -> String {
    var text = "step \(report.step)/\(plan.stepCount)  loss \(short(report.loss))"
    let seconds = state.seconds - start.seconds
    if seconds > 0 {
      text += "  \(short((state.weight - start.weight) / seconds)) \(plan.unit)/s"
      let remaining = Double(plan.stepCount - report.step) * seconds / Double(max(1, report.step - start.step))
      text += "  \(duration(remaining)) left"
    }
    return text
  }

  private static func bar(_ step: Int, of count: Int) -> String {
    let width = 24
    let filled = count == 0 ? width : min(width, width * step / count)
    return "[" + String(repeating: "#", count: filled) + String(repeating: ".", count: width - filled) + "]"
  }

  /// A number in four digits: 0.01234, 12.34, 12340, 1.234e9.
  package static func short(_ value: Double) -> String {
    if !value.isFinite || value == 0 { return "\(value)" }
    let exponent = Int(log10(abs(value)).rounded(.down))
    if !(-4..<8).contains(exponent) {
      let scaled = (value / pow(10, Double(exponent)) * 1000).rounded() / 1000
      return "\(scaled)e\(exponent)"
    }
    let scale = pow(10, Double(3 - exponent))
    let rounded = (value * scale).rounded() / scale
    return exponent >= 3 ? "\(Int(rounded))" : "\(rounded)"
  }

  /// Seconds as hours, minutes and seconds: 3 s, 2:05, 1:02:05.
  package static func duration(_ seconds: Double) -> String {
    let whole = Int(min(max(0, seconds), 1e9).rounded())
    if whole < 60 { return "\(whole) s" }
    func two(_ n: Int) -> String { n < 10 ? "0\(n)" : "\(n)" }
    let (hours, minutes) = (whole / 3600, whole / 60 % 60)
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(whole % 60))" : "\(minutes):\(two(whole % 60))"
  }
}
