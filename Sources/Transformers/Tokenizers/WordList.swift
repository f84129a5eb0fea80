// A vocabulary as packed bytes: 272,000 words take two arrays, not 272,000 strings.

/// The words of a vocabulary by token.
public struct WordList: Sendable, Equatable {
  /// The UTF-8 bytes of all words, one after another.
  let bytes: [UInt8]
  /// Word i stands at `starts[i]..<starts[i + 1]`.
  let starts: [Int]

  init(bytes: [UInt8], starts: [Int]) {
    precondition(starts.first == 0 && starts.last == bytes.count, "the words cover the bytes")
    (self.bytes, self.starts) = (bytes, starts)
  }

  /// The given words; the token of each is its index.
  public init(_ words: [String]) {
    self.init(count: words.count) { index, bytes in bytes.append(contentsOf: words[index].utf8) }
  }

  /// `count` words, of which `append` writes each as UTF-8 at the end of the bytes that it is given.
  public init(count: Int, appending append: (Int, inout [UInt8]) -> Void) {
    precondition(count >= 0, "a number of words is not negative")
    var bytes: [UInt8] = []
    var starts = [0]
    starts.reserveCapacity(count + 1)
    for index in 0..<count {
      append(index, &bytes)
      precondition(bytes.count >= starts[index], "a word is appended after the others")
      starts.append(bytes.count)
    }
    self.init(bytes: bytes, starts: starts)
  }

  /// The number of words.
  public var count: Int { starts.count - 1 }

  /// The word of `token`.
  public subscript(token: Int) -> String { String(decoding: utf8(token), as: UTF8.self) }

  /// The UTF-8 bytes of the word of `token`.
  public func utf8(_ token: Int) -> ArraySlice<UInt8> {
    precondition(0 <= token && token < count, "a token of the vocabulary")
    return bytes[starts[token]..<starts[token + 1]]
  }
}

/// The way back from a word to its token: an open-addressed hash table.
///
/// The hash is Swift's, seeded anew in every process, so that no file can be made to collide.
struct WordIndex: Sendable {
  private var slots: [Int32]
  private let mask: Int

  /// Two tokens of one word, where there are such.
  private(set) var duplicate: (first: Int, second: Int)?

  init(_ words: WordList) {
    precondition(words.count < Int(Int32.max), "tokens fit 32 bits")
    var capacity = 16
    while capacity < 2 * words.count { capacity *= 2 }
    slots = [Int32](repeating: -1, count: capacity)
    mask = capacity - 1
    words.bytes.withUnsafeBytes { bytes in
      for token in 0..<words.count {
        let word = UnsafeRawBufferPointer(rebasing: bytes[words.starts[token]..<words.starts[token + 1]])
        let (slot, found) = locate(word, words.starts, bytes)
        if let found {
          if duplicate == nil { duplicate = (found, token) }
        } else {
          slots[slot] = Int32(token)
        }
      }
    }
  }

  /// The token of `word`, where it is one of `words`, from which the index was made.
  func token(_ word: UnsafeRawBufferPointer, in words: WordList) -> Int? {
    words.bytes.withUnsafeBytes { locate(word, words.starts, $0).token }
  }

  /// The slot where `word` is or belongs, and its token if it is there.
  private func locate(
    _ word: UnsafeRawBufferPointer, _ starts: [Int], _ bytes: UnsafeRawBufferPointer
  ) -> (slot: Int, token: Int?) {
    var hasher = Hasher()
    hasher.combine(bytes: word)
    var slot = hasher.finalize() & mask
    while slots[slot] >= 0 {
      let token = Int(slots[slot])
      let range = starts[token]..<starts[token + 1]
      if range.count == word.count, bytes[range].elementsEqual(word) { return (slot, token) }
      slot = (slot + 1) & mask
    }
    return (slot, nil)
  }
}
