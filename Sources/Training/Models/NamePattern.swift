// Names with stars in them, by which configurations mean several parameters at once.

/// A name in which `*` stands for any run of characters, none included.
struct NamePattern {
  private let pieces: [Substring]

  init(_ pattern: String) {
    pieces = pattern.split(separator: "*", omittingEmptySubsequences: false)
  }

  /// Whether the whole of `name` is meant.
  func matches(_ name: String) -> Bool {
    guard let first = pieces.first, let last = pieces.last, pieces.count > 1 else { return name == pieces.first ?? "" }
    guard name.hasPrefix(first), name.hasSuffix(last), name.utf8.count >= first.utf8.count + last.utf8.count else {
      return false
    }
    // Each piece at its first possible place: what is left for the later ones is then longest.
    var rest = Substring(name).dropFirst(first.count).dropLast(last.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let place = rest.firstRange(of: piece) else { return false }
      rest = rest[place.upperBound...]
    }
    return true
  }
}
