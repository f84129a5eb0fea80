// What is wrong with a configuration, all of it at once, each fault with its place.

/// Faults as they are found, and the places of the keys that were read.
struct ConfigurationFaults {
  /// One fault.
  struct Fault: Equatable {
    var place: ConfigurationPlace
    var text: String
  }

  /// What the configuration is called where a key was never written.
  let source: String
  private(set) var faults: [Fault] = []
  private var places: [String: ConfigurationPlace] = [:]

  init(source: String) { self.source = source }

  /// Remembers where a key stands.
  mutating func note(_ path: String, at place: ConfigurationPlace) { places[path] = place }

  /// Whether a key was written.
  func wasWritten(_ path: String) -> Bool { places[path] != nil }

  /// Adds a fault of a key; it stands where the key does, or the nearest mapping around it.
  mutating func add(_ path: String, expected: String, found: String, at place: ConfigurationPlace? = nil) {
    var known = place ?? places[path]
    var around = path
    while known == nil, let dot = around.lastIndex(of: ".") {
      around = String(around[..<dot])
      known = places[around]
    }
    let text = (path.isEmpty ? "" : "\(path): ") + "expected \(expected), found \(found)"
    faults.append(Fault(place: known ?? ConfigurationPlace(source: source), text: printable(text)))
  }

  /// Ends with all faults, in the order of the file.
  func check() throws {
    if faults.isEmpty { return }
    let sorted = faults.enumerated().sorted { a, b in
      let (first, second) = (a.element.place, b.element.place)
      return (first.line ?? .max, first.column ?? 0, a.offset) < (second.line ?? .max, second.column ?? 0, b.offset)
    }
    let lines = sorted.map { "\($0.element.place.text): \($0.element.text)" }
    throw Failure(.refusedInput, lines.joined(separator: "\nwright: error: "))
  }
}

/// The one of `names` that somebody who wrote `word` may have meant: at most a third of its letters away.
func likelyName(for word: String, among names: [String]) -> String? {
  func simple(_ text: String) -> [Character] { text.lowercased().filter { $0 != "_" && $0 != "-" }.map { $0 } }
  let written = simple(word)
  guard written.count <= 64 else { return nil }
  let candidates = names.map { (name: $0, distance: editDistance(written, simple($0))) }
  guard let best = candidates.min(by: { $0.distance < $1.distance }) else { return nil }
  return best.distance * 3 <= max(3, best.name.count) && best.distance < best.name.count ? best.name : nil
}

/// How many letters have to be put in, left out, replaced or swapped with their neighbour to come from `a` to `b`.
private func editDistance(_ a: [Character], _ b: [Character]) -> Int {
  var rows = [Array(0...b.count)]
  for i in 0..<a.count {
    var row = [i + 1]
    for j in 0..<b.count {
      var best = min(rows[i][j + 1] + 1, row[j] + 1, rows[i][j] + (a[i] == b[j] ? 0 : 1))
      if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { best = min(best, rows[i - 1][j - 1] + 1) }
      row.append(best)
    }
    rows.append(row)
  }
  return rows[a.count][b.count]
}
