// Signals, closed pipes, and the progress bar: what depends on how the program was started.
import Foundation
import Testing

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

@Suite(.serialized)
struct InterruptionTests {
  let folder: Scratch

  init() throws { folder = try Scratch() }

  /// Starts the program, waits until `isReady`, sends the signal, and returns how it ended.
  private func interrupt(
    _ arguments: [String], by signal: Int32, when isReady: () throws -> Bool
  ) throws -> (code: Int32, wasReady: Bool) {
    let process = Program.process(arguments, in: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    var wasReady = false
    while process.isRunning {
      if try isReady() {
        wasReady = true
        kill(process.processIdentifier, signal)
        break
      }
    }
    process.waitUntilExit()
    return (process.terminationStatus, wasReady)
  }

  @Test(arguments: zip([SIGINT, SIGTERM], [130, 143] as [Int32]))
  func aSignalWhileACircuitIsWrittenLeavesNothing(_ signal: Int32, _ code: Int32) throws {
    let (ending, wasReady) = try interrupt(
      ["circuit", "generate", "array-multiplier", "--width", "512", "-o", "big.blif"], by: signal
    ) { try folder.names.contains { $0.contains("partial") } }
    #expect(wasReady)
    #expect(ending == code)
    #expect(try folder.names == [])
  }

  @Test func aSignalWhileAFolderIsWrittenLeavesNothing() throws {
    #expect(try Program.run(["circuit", "generate", "sha256", "-o", "sha.aig"], in: folder).code == 0)
    let (ending, wasReady) = try interrupt(["construct", "sha.aig", "-o", "model"], by: SIGINT) {
      try folder.names.contains { $0.contains("partial") }
    }
    #expect(wasReady)
    #expect(ending == 130)
    #expect(try folder.names == ["sha.aig"])
  }

  @Test(arguments: ["llama", "li"])
  func aSignalWhileWeightsAreMadeEndsTheProgramAndLeavesNothing(_ form: String) throws {
    #expect(try Program.run(["circuit", "generate", "sha256", "-o", "sha.aig"], in: folder).code == 0)
    let process = Program.process(["construct", "sha.aig", "-o", "model", "--form", form], in: folder)
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // The cost model is printed before the weights are made.
    let text = try output.fileHandleForReading.read(upToCount: 10)
    kill(process.processIdentifier, SIGINT)
    process.waitUntilExit()
    #expect(text == Data("wires, T  ".utf8))
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 130)
    #expect(try folder.names == ["sha.aig"])
  }

  @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/env")))
  func aSignalThatIsIgnoredFromOutsideStaysIgnored() throws {
    #expect(try Program.run(["circuit", "generate", "sha256", "-o", "sha.aig"], in: folder).code == 0)
    let arguments = ["--ignore-signal=HUP", Program.path, "construct", "sha.aig", "-o", "model"]
    let process = Program.process(arguments, in: folder)
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    _ = try output.fileHandleForReading.read(upToCount: 10)
    kill(process.processIdentifier, SIGHUP)
    process.waitUntilExit()
    #expect(process.terminationReason == .exit)
    #expect(process.terminationStatus == 0)
    #expect(try folder.names == ["model", "sha.aig"])
  }

  @Test func aSignalLeavesTheOldFileAsItWas() throws {
    try folder.write("big.blif", "old")
    let (ending, _) = try interrupt(
      ["circuit", "generate", "array-multiplier", "--width", "512", "-o", "big.blif"], by: SIGINT
    ) { try folder.names.count > 1 }
    #expect(ending == 130)
    #expect(try folder.names == ["big.blif"])
    #expect(try String(contentsOfFile: folder.path("big.blif"), encoding: .utf8) == "old")
  }

  @Test func aClosedPipeEndsTheProgramQuietly() throws {
    let process = Program.process(
      ["circuit", "generate", "array-multiplier", "--width", "128", "-o", "-", "--to", "aag"], in: folder)
    let (output, error) = (Pipe(), Pipe())
    process.standardOutput = output
    process.standardError = error
    try process.run()
    try output.fileHandleForWriting.close()
    _ = try output.fileHandleForReading.read(upToCount: 10)
    try output.fileHandleForReading.close()
    process.waitUntilExit()
    #expect(process.terminationReason == .uncaughtSignal)
    #expect(process.terminationStatus == SIGPIPE)
    try error.fileHandleForWriting.close()
    #expect(try error.fileHandleForReading.readToEnd() ?? Data() == Data())
  }

  /// Both sides of a new pseudoterminal. The C library's functions for this are not in Swift's module of it, so the kernel is asked.
  private static func pseudoterminal() -> (control: Int32, terminal: Int32)? {
    let (unlock, number) = (UInt(0x4004_5431), UInt(0x8004_5430))  // TIOCSPTLCK, TIOCGPTN
    let control = open("/dev/ptmx", O_RDWR | O_NOCTTY)
    var (lock, place): (Int32, Int32) = (0, 0)
    guard control >= 0, ioctl(control, unlock, &lock) == 0, ioctl(control, number, &place) == 0 else { return nil }
    let terminal = open("/dev/pts/\(place)", O_RDWR | O_NOCTTY)
    return terminal >= 0 ? (control, terminal) : nil
  }

  /// Runs a check of about a second with standard error on a terminal, and returns what it wrote there.
  private func onATerminal(_ more: [String] = [], terminal: String = "xterm") throws -> String {
    let generate = ["circuit", "generate", "ripple-carry-adder", "--width", "16", "-o", "a.aag"]
    #expect(try Program.run(generate, in: folder).code == 0)
    #expect(try Program.run(["construct", "a.aag", "-o", "model", "--force"], in: folder).code == 0)
    let (control, terminalSide) = try #require(Self.pseudoterminal())
    let process = Program.process(
      ["check", "model", "--circuit", "a.aag", "--engine", "dense", "--assignments", "6000"] + more, in: folder)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle(fileDescriptor: terminalSide)
    process.environment = ProcessInfo.processInfo.environment.merging(["TERM": terminal]) { $1 }
    try process.run()
    close(terminalSide)
    // Reading ends with an error when the last writer has closed its side.
    var text: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while true {
      let count = read(control, &buffer, buffer.count)
      if count <= 0 { break }
      text += buffer[..<count]
    }
    close(control)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
    return String(decoding: text, as: UTF8.self)
  }

  @Test func aTerminalGetsABarWithRateAndRemainingTime() throws {
    let text = try onATerminal()
    #expect(text.contains("checking ["))
    #expect(text.contains("/s"))
    #expect(text.contains(" left"))
    #expect(text.hasSuffix("\r\u{1B}[K"), "the bar is gone at the end")
  }

  @Test func aDumbTerminalAndQuietGetNoBar() throws {
    #expect(try onATerminal(terminal: "dumb") == "")
    #expect(try onATerminal(["--quiet"]) == "")
  }
}
