// `wright memorize`: networks that remember every row of a table, exactly.
public import ArgumentParser
public import Constructions

/// The subcommand and its two parts; writing is what it does without being told.
struct Memorize: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "memorize",
    abstract: "Write down a network that memorizes a table, or check one on every row.",
    discussion: """
      DATA is a text with a point and its label on each line, separated by commas, the label last; numbers may be decimal or fractions such as 3/7, \
      and the first line may name the columns. Every hypothesis of a construction is checked on the data; one that does not hold is named with the rows \
      that break it (exit code 65).

      EXAMPLE:
        wright memorize points.csv --construction zhang -o points-zhang
        wright memorize check points-zhang points.csv
      """,
    subcommands: [MemorizeWrite.self, MemorizeCheck.self], defaultSubcommand: MemorizeWrite.self)
}

/// Reading of data and folders, with messages that name the file.
enum MemorizeInput {
  /// The points and labels of a file.
  static func data(_ path: String) throws -> MemorizationData {
    let bytes = try InputFileContents.read(path, expecting: "a file of points and labels")
    do {
      return try MemorizationData(text: bytes)
    } catch {
      throw Failure(.refusedInput, "\(path), \(error.description)")
    }
  }

  /// A memorizer's folder.
  static func folder(_ path: String) throws -> MemorizerFolder {
    func read(_ name: String) throws -> [UInt8] {
      try InputFileContents.read("\(path)/\(name)", expecting: "a file of a folder that wright memorize wrote")
    }
    do {
      return try MemorizerFolder(
        network: read(MemorizerFolder.networkName), manifest: read(MemorizerFolder.manifestName), path: path)
    } catch let error as MemorizerFolderError {
      throw Failure(.refusedInput, error.description)
    }
  }
}

extension MemorizationConstruction: ExpressibleByArgument {}
