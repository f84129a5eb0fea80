// The files of this checkout, as the checks see them: those that git knows, or all but build products in a plain export.
import Foundation
import TestSupport

/// A checkout of the repository: the paths that belong to it, relative to its root.
struct Checkout {
  let root: URL

  /// The paths that git tracks, or `nil` in an export without git.
  let tracked: [String]?

  /// The sorted paths of the files that belong to the checkout: tracked ones, and new ones that git does not ignore.
  let paths: [String]

  /// This checkout.
  static let current = Checkout(root: repositoryRoot)

  init(root: URL) {
    self.root = root
    tracked = Self.git(["ls-files", "-z"], in: root)
    let known = Self.git(["ls-files", "-z", "--cached", "--others", "--exclude-standard"], in: root)
    paths = (known ?? Self.everyPath(in: root))
      // A tracked file may be deleted and not yet committed.
      .filter { FileManager.default.fileExists(atPath: root.appending(path: $0).path) }
      .sorted()
  }

  /// The text of a file, or `nil` for one that is not UTF-8 text.
  func text(_ path: String) -> String? {
    guard let data = try? Data(contentsOf: root.appending(path: path)), !data.contains(0) else { return nil }
    return String(data: data, encoding: .utf8)
  }

  /// The text files among the paths that satisfy the condition.
  func files(where isIncluded: (String) -> Bool) -> [SourceFile] {
    paths.filter(isIncluded).compactMap { path in text(path).map { SourceFile(path: path, text: $0) } }
  }

  /// The answer of a git command that prints paths, each ended by a zero byte; `nil` where git cannot answer.
  private static func git(_ arguments: [String], in root: URL) -> [String]? {
    // A folder inside someone else's repository is an export all the same: only a checkout has its own `.git`.
    guard FileManager.default.fileExists(atPath: root.appending(path: ".git").path) else { return nil }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", root.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    let answer = output.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: answer, as: UTF8.self).split(separator: "\0").map(String.init)
  }

  /// Every regular file below the root, except in folders that hold products or git's own files.
  private static func everyPath(in root: URL) -> [String] {
    let products: Set<String> = [".git", ".swiftpm", "__pycache__", ".ipynb_checkpoints", "out"]
    guard let walk = FileManager.default.enumerator(atPath: root.path) else { return [] }
    var found: [String] = []
    while let path = walk.nextObject() as? String {
      let name = path.split(separator: "/").last.map(String.init) ?? path
      if products.contains(name) || name.hasPrefix(".build") {
        walk.skipDescendants()
      } else if name != "Package.resolved", walk.fileAttributes?[.type] as? FileAttributeType == .typeRegular {
        found.append(path)
      }
    }
    return found
  }
}

/// A text file of the repository.
struct SourceFile {
  /// Its path relative to the root.
  let path: String
  let text: String

  init(path: String, text: String) {
    self.path = path
    self.text = text
  }

  /// The last component of the path.
  var name: String { String(path.split(separator: "/").last ?? "") }

  /// Whether it is source code that somebody reads and maintains here: of a program, a test, a benchmark or a script.
  static func isSource(_ path: String) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    guard ["Sources/", "Tests/", "Benchmarks/", "Scripts/", ".ci/"].contains(where: path.hasPrefix) else {
      return false
    }
    if [".swift", ".c", ".h", ".py", ".sh"].contains(where: name.hasSuffix) { return true }
    return (path.hasPrefix("Scripts/") || path.hasPrefix(".ci/")) && !name.contains(".")  // scripts bear no extension
  }
}
