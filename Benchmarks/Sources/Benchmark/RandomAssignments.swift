// Reproducible inputs, the same in every process of a run.
import Randomness

/// `count` uniformly random assignments of `inputCount` inputs, from a fixed seed.
func randomAssignments(_ count: Int, inputCount: Int) -> [[Bool]] {
  var generator = Philox(seed: 20)
  return (0..<count).map { _ in (0..<inputCount).map { _ in Bool.random(using: &generator) } }
}

/// The digits 0 and 1 of `bits`, as the program reads and prints them.
func bitText(_ bits: [Bool]) -> String { bits.map { $0 ? "1" : "0" }.joined() }
