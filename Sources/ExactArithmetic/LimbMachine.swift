// One thread's memory for running a LimbProgram: values in flat buffers that grow to what a program needs.
import CGMP

/// Runs a program of integer rows, one point after another; a class because it is memory, for one thread at a time.
package final class LimbMachine {
  private let machine: OpaquePointer
  private let program: LimbProgram
  private var inputsAdded = 0

  /// A machine that runs `program`.
  package init(_ program: LimbProgram) {
    self.program = program
    machine = limb_machine_create(program.width)
  }

  deinit { limb_machine_destroy(machine) }

  /// Forgets the last run; inputs are then added in order.
  package func begin() {
    limb_machine_begin(machine)
    inputsAdded = 0
  }

  /// Adds the next input.
  package func add(_ value: Int) {
    limb_machine_add_word(machine, Int64(value))
    inputsAdded += 1
  }

  /// Adds the next input.
  package func add(_ value: Integer) {
    if let word = Int(exactly: value) { return add(word) }
    let count = (value.bitLength + UInt64.bitWidth - 1) / UInt64.bitWidth
    let limbs = (0..<count).map { UInt64(value.magnitudeWord(at: $0)) }
    limb_machine_add_limbs(machine, limbs, count, value.signum() < 0 ? 1 : 0)
    inputsAdded += 1
  }

  /// Runs every layer on the inputs.
  package func run() {
    precondition(
      inputsAdded == program.inputCount, "a program runs on \(program.inputCount) inputs, not \(inputsAdded)")
    program.withView { limb_machine_run(machine, $0) }
  }

  /// Value `index` of the last layer.
  package func output(_ index: Int) -> Integer {
    precondition((0..<program.outputCount).contains(index), "an output's index lies in 0..<\(program.outputCount)")
    let size = Int(limb_machine_size(machine, index))
    if size == 0 { return 0 }
    let limbs = UnsafeBufferPointer(start: limb_machine_limbs(machine, index), count: abs(size))
    let low = limbs[0]
    if abs(size) == 1, let word = Int(exactly: low) { return Integer(size < 0 ? -word : word) }
    return Integer(limbs: limbs, isNegative: size < 0)
  }
}

extension Integer {
  /// The integer of these limbs, the least significant first.
  init(limbs: UnsafeBufferPointer<UInt64>, isNegative: Bool) {
    let storage = IntegerStorage()
    if let base = limbs.baseAddress {
      base.withMemoryRebound(to: UInt.self, capacity: limbs.count) {
        integer_set_words(storage.z, $0, limbs.count, isNegative ? 1 : 0)
      }
    }
    self.init(adopting: storage)
  }
}
