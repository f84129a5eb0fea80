// A folder that is gone after the test.
import Foundation

/// Calls `body` with the path of a folder of its own that does not exist yet; it is removed afterwards.
func withTemporaryFolder<R>(_ body: (String) throws -> R) throws -> R {
  let url = FileManager.default.temporaryDirectory.appending(path: "training-\(UUID().uuidString)")
  defer { try? FileManager.default.removeItem(at: url) }
  return try body(url.path)
}

/// The names in a folder, sorted.
func names(in folder: String) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
}

/// The lines of a file of metrics without what depends on the time.
func timelessLines(ofMetrics path: String) throws -> [String] {
  try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n").map { line in
    let object = try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
    var values = object ?? ["not an object": String(line)]
    values["seconds"] = nil
    for name in values.keys where name.hasSuffix("PerSecond") { values[name] = nil }
    return String(
      decoding: try JSONSerialization.data(withJSONObject: values, options: [.sortedKeys]), as: UTF8.self)
  }
}
