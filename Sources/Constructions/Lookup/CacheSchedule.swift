// When a cached position is needed for the last time, by the program that was derived from the weights.
public import Verification

/// For each position of a chain of thought, which cached positions no later token looks up.
public struct CacheSchedule: Sendable, Equatable {
  /// `evictions[p]`: positions to drop once position p has been read, in order.
  public let evictions: [[Int32]]
  /// The largest number of positions that are held at once.
  public let peak: Int

  /// The schedule of `program`, whose operands are the same for all inputs. Linear in its size.
  ///
  /// Nothing is dropped before the prompt has been read. Where a step looks up a leading token, all of them are kept for it, and where it is not
  /// known what the end token's position looks up, everything is.
  public init(_ program: LookupProgram) {
    let form = program.form
    let (leading, count) = (form.leadingTokens.count, form.readPositionCount)
    var lastUse = Array(0..<Int32(count))
    var leadingUse: Int32 = -1
    func use(_ operands: some Sequence<Int32>, at position: Int) {
      for operand in operands {
        if operand >= 0 { lastUse[leading + Int(operand)] = Int32(position) } else { leadingUse = Int32(position) }
      }
    }
    for i in 0..<program.stepCount { use(program.operands(ofStep: i), at: form.firstAnsweringPosition + i) }
    if form.endToken != nil {
      use(program.endOperands, at: count - 1)
      if program.endOperands.isEmpty { lastUse = [Int32](repeating: Int32(count - 1), count: count) }
    }
    for p in 0..<min(leading, count) { lastUse[p] = max(lastUse[p], leadingUse) }

    var evictions = [[Int32]](repeating: [], count: count)
    // A chain of no tokens ends before its prompt's last position is read.
    if form.firstAnsweringPosition < count {
      for position in 0..<count {
        evictions[max(Int(lastUse[position]), form.firstAnsweringPosition)].append(Int32(position))
      }
    }
    var held = 0
    var peak = 0
    for position in 0..<count {
      held += 1
      peak = max(peak, held)
      held -= evictions[position].count
    }
    self.evictions = evictions
    self.peak = peak
  }
}
