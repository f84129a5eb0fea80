// Lines of metrics, what of them stays when a run is taken up, and what a run says on the way.
import Foundation
import Testing
import Training

@Suite struct MetricsTests {
  @Test func aLineIsJSONWhateverItsNamesAndNumbers() throws {
    let line = MetricsLine(
      step: 12, values: [("a\"\\\n\u{1}ä", 0.1), ("none", .nan), ("infinite", -.infinity), ("large", 1e300)])
    let object = try #require(
      try JSONSerialization.jsonObject(with: Data(line.json.utf8)) as? [String: Any])
    #expect(object["step"] as? Int == 12)
    #expect(object["a\"\\\n\u{1}ä"] as? Double == 0.1 && object["large"] as? Double == 1e300)
    #expect(object["none"] is NSNull && object["infinite"] is NSNull)
    #expect(object.count == 5)
  }

  static let file = "{\"step\":1,\"x\":1}\n{\"step\":5}\n{\"step\":5,\"y\":2}\n{\"step\":12}\n"

  @Test(arguments: [
    (file, 0, 0), (file, 1, 17), (file, 4, 17), (file, 5, 45), (file, 11, 45), (file, 12, 57), (file, 99, 57),
    (file + "{\"step\":1", 99, 57), (file + "rubbish\n", 99, 57), ("", 5, 0), ("{\"step\":1", 5, 0), ("\n\n", 5, 0),
    ("{\"step\":2}\n\n{\"step\":x}\n", 5, 11),
  ])
  func whatCameAfterTheStepGoes(text: String, step: Int, length: Int) {
    #expect(MetricsLog.lengthOfLines(in: Data(text.utf8), toStep: step) == length)
  }

  @Test(arguments: [
    (0, "0.0"), (1.0, "1.0"), (0.012344, "0.01234"), (12.345678, "12.35"), (999.96, "1000.0"), (12344.6, "12340"),
    (-0.5, "-0.5"), (1.23449e9, "1.234e9"), (4.5678e-7, "4.568e-7"), (.infinity, "inf"),
  ])
  func numbersAreShort(value: Double, text: String) { #expect(ProgressReport.short(value) == text) }

  @Test(arguments: [(0, "0 s"), (59.4, "59 s"), (60, "1:00"), (125, "2:05"), (3725, "1:02:05")])
  func durationsAreClockTimes(seconds: Double, text: String) { #expect(ProgressReport.duration(seconds) == text) }

  /// Twenty steps of half a second each, with an evaluation in the middle.
  private func report(isTerminal: Bool) -> String {
    var text = ""
    let report = ProgressReport(RunPlan(stepCount: 20, unit: "examples"), isTerminal: isTerminal) { text += $0 }
    var state = TrainingState()
    for step in 1...20 {
      state.step = step
      state.weight += 50
      state.seconds += 0.5
      report.observe(
        .stepped(
          StepReport(step: step, loss: 1 / Double(step), learningRate: 1, gradientNorm: 1, weight: 50), state))
      if step == 10 { report.observe(.evaluated(step: 10, values: ["loss": 0.25, "accuracy": 0.5])) }
    }
    report.observe(.ended(.finished, state))
    return text
  }

  @Test func aFileGetsPlainLines() {
    #expect(
      report(isTerminal: false) == """
        step 1/20  loss 1.0
        step 10: accuracy 0.5, loss 0.25
        step 20/20  loss 0.05  100.0 examples/s  0 s left
        finished after 20 steps

        """)
  }

  @Test func aTerminalGetsABar() {
    let text = report(isTerminal: true)
    #expect(text.components(separatedBy: "\r\u{1B}[K").count - 1 == 20 + 2)
    #expect(text.contains("[############............] step 10/20  loss 0.1  100.0 examples/s  5 s left"))
    #expect(text.hasSuffix("\r\u{1B}[Kfinished after 20 steps\n"))
  }
}
