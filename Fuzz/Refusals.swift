// What every target of the model files asks of an error, and the folder in memory through which files are given to the readers.
import Glibc
import Transformers

/// Traps unless `error` says in a message of bounded size, which no terminal takes for commands, where something is wrong and what.
func checkRefusal(_ error: FolderError) {
  precondition(!error.faults.isEmpty && error.faults.count <= 200, "a refusal has some faults, not a flood of them")
  for fault in error.faults {
    let words = fault.description
    precondition(!fault.expected.isEmpty && !fault.found.isEmpty, "a fault says what was expected and what was found")
    precondition(words.utf8.count <= 10_000, "a message is not larger than a page")
    precondition(
      words.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control },
      "a message has no control characters")
  }
}

/// The number of inputs that the reader took, said at the end: a target whose reader refuses everything tests little.
nonisolated(unsafe) private var acceptedCount = 0
private let announcement: Void = {
  atexit { print("stat::number_of_accepted_inputs: \(acceptedCount)") }
}()

/// Counts an input that the reader took.
func countAccepted() {
  _ = announcement
  acceptedCount += 1
}

/// The folder that Scripts/fuzz made, in memory, and removes.
let folder: String = {
  guard let path = getenv("WRIGHT_FUZZ_FOLDER") else { preconditionFailure("start this program by Scripts/fuzz") }
  return String(cString: path)
}()

/// Puts `bytes` into the file called `name` of the folder.
func store(_ bytes: UnsafeRawBufferPointer, as name: String) {
  guard let file = fopen("\(folder)/\(name)", "w") else { preconditionFailure("the folder takes files") }
  let count = bytes.isEmpty ? 0 : fwrite(bytes.baseAddress, 1, bytes.count, file)
  precondition(fclose(file) == 0 && count == bytes.count, "the folder has room")
}
