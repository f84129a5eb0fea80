// The special tokens as a tree of bytes: the longest that stands at a place of a text, in time of its length.

/// Words by their bytes.
struct PrefixTree: Sendable {
  /// The node after `node` and a byte, under the key `node << 8 | byte`; the root is 0.
  private var children: [Int: Int] = [:]
  /// The token of the word that ends at a node.
  private var tokens: [Int: Int] = [:]
  private var isFirstByte = [Bool](repeating: false, count: 256)

  init(_ words: WordList, _ chosen: [Int]) {
    for token in chosen {
      let word = words.utf8(token)
      guard let first = word.first else { continue }
      isFirstByte[Int(first)] = true
      var node = 0
      for byte in word {
        let key = node << 8 | Int(byte)
        node = children[key] ?? children.count + 1
        children[key] = node
      }
      tokens[node] = token
    }
  }

  /// The token of the longest word that stands at `position` of `text`.
  func longestMatch(_ text: UnsafeRawBufferPointer, at position: Int) -> Int? {
    guard isFirstByte[Int(text[position])] else { return nil }
    var match: Int?
    var node = 0
    for index in position..<text.count {
      guard let next = children[node << 8 | Int(text[index])] else { break }
      node = next
      if let token = tokens[node] { match = token }
    }
    return match
  }
}
