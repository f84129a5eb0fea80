// The exit codes of the program, and the one place where an error becomes a message and a code.
import ArgumentParser
import Circuits
import Constructions
import Tensors
import Training
import Transformers
import Verification

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// How the program ends; the numbers are those of sysexits.h where it has one.
enum ExitStatus: Int32 {
  case success = 0
  /// Something was compared and is not equal.
  case falseCheck = 1
  /// The arguments make no sense (EX_USAGE).
  case usage = 64
  /// An input was refused (EX_DATAERR).
  case refusedInput = 65
  /// The program is at fault (EX_SOFTWARE).
  case internalError = 70
  /// An output cannot be created (EX_CANTCREAT).
  case cannotCreate = 73
  /// Reading or writing failed half-way (EX_IOERR).
  case inputOutput = 74

  /// The list that `wright --help` shows.
  static let documentation = """
    EXIT CODES:
      0    success
      1    a check found tokens that differ, or a claim was refuted or not decided
      64   usage: the arguments make no sense
      65   an input file, folder or value was refused, or training led to numbers that are not finite
      70   internal error
      73   an output cannot be created
      74   reading or writing failed
      130  interrupted (143 when terminated); nothing half-written stays
    """
}

/// An end with a message and a code.
struct Failure: Error, CustomStringConvertible {
  let status: ExitStatus
  let description: String

  init(_ status: ExitStatus, _ description: String) {
    self.status = status
    self.description = description
  }

  /// A refused input: where, what was expected, what was found.
  static func refused(_ place: String, expected: String, found: String) -> Failure {
    Failure(.refusedInput, "\(place): expected \(expected), found \(found)")
  }

  /// A checkpoint that cannot be written, or one that cannot be used.
  init(_ error: CheckpointError) {
    switch error {
    case .unwritable: self.init(.inputOutput, error.description)
    case .inUse: self.init(.cannotCreate, error.description)
    default: self.init(.refusedInput, error.description)
    }
  }

  /// Runs `body`; a folder that cannot be written is an output that cannot be created, not a refused input. Numbers that its type cannot hold are the
  /// latter.
  static func writingFolder<R>(_ body: () throws -> R) throws -> R {
    do { return try body() } catch let error as FolderError {
      let isOfNumbers = error.faults.contains { if case .tensor = $0.place { true } else { false } }
      throw Failure(isOfNumbers ? .refusedInput : .cannotCreate, error.description)
    }
  }

  /// The message and the code of an error of the libraries or the program; `nil` for those of the command line's parser and unknown ones.
  init?(describing error: any Error) {
    switch error {
    case let error as Failure: self = error
    case let error as CircuitFileError: self.init(.refusedInput, error.description)
    case let error as FolderError: self.init(.refusedInput, error.description)
    case let error as CertificateError: self.init(.refusedInput, error.description)
    case let error as GeneratorError: self.init(.usage, error.description)
    case let error as DrawingError: self.init(.refusedInput, error.description)
    case let error as TokenizerError: self.init(.refusedInput, error.description)
    case let error as ModelError: self.init(.refusedInput, error.description)
    case let error as EngineRefusal: self.init(.refusedInput, error.description)
    case let error as ChainFault: self.init(.refusedInput, error.description)
    case let error as CheckpointError: self.init(error)
    case let error as TrainingError: self.init(.refusedInput, error.description)
    case let error as MatrixProductsError: self.init(.refusedInput, "products: \(error.description)")
    default: return nil
    }
  }
}

extension ExitStatus {
  /// Says what happened on standard error and ends the program.
  static func end(with error: any Error) -> Never {
    if let code = error as? ExitCode { exit(code.rawValue) }  // whoever threw it has said why
    let known = Failure(describing: error)
    // ArgumentParser knows its own errors and requests for help; to it, any other error is a plain failure.
    if known == nil, Wright.exitCode(for: error).rawValue != EXIT_FAILURE { Wright.exit(withError: error) }
    let failure = known ?? Failure(.internalError, "\(error)")
    ProgressBar.clear()
    StandardError.write("wright: error: \(failure.description)\n")
    exit(failure.status.rawValue)
  }
}
