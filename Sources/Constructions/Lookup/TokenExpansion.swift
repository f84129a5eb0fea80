// Bits of many chains, wire by wire, to tokens, chain by chain.
import Circuits
import Verification

/// Writes out the tokens of chains whose values lie in the lanes of a block.
struct TokenExpansion: Sendable {
  private let form: PromptForm
  private let leading: [Int32]
  /// For each byte of eight values, least bit first, the tokens of wires 0 ..< 8 that say them.
  private let tokensOfByte: [SIMD8<Int32>]
  /// What the tokens of eight wires later are greater by.
  private let stride: Int32

  init(_ form: PromptForm) {
    self.form = form
    leading = form.leadingTokens.map { Int32($0) }
    let perWire: Int32
    switch form.tokens {
    case .wiresWithValues: perWire = 2
    case .values: perWire = 0
    }
    stride = 8 * perWire
    tokensOfByte = (0..<256).map { byte in
      var tokens = SIMD8<Int32>()
      for b in 0..<8 { tokens[b] = perWire * Int32(b) + Int32(byte >> b & 1) }
      return tokens
    }
  }

  /// The tokens of each lane of `values`, whose signals are the wires.
  func texts(_ values: AssignmentBlock) -> [[Int32]] {
    precondition(values.signalCount == form.wireCount, "one signal for each wire")
    var texts: [[Int32]] = []
    texts.reserveCapacity(values.count)
    let wordCount = (form.wireCount + 63) / 64
    var rows = [UInt64](repeating: 0, count: 64 * wordCount)
    for group in 0..<values.wordsPerSignal {
      // 64 lanes at a time: squares of 64 wires by 64 lanes, turned over, so that a lane's values lie one after another.
      values.words.withUnsafeBufferPointer { words in
        withUnsafeTemporaryAllocation(of: UInt64.self, capacity: 64) { square in
          for k in 0..<wordCount {
            for b in 0..<64 {
              let w = 64 * k + b
              square[b] = w < form.wireCount ? words[w * values.wordsPerSignal + group] : 0
            }
            TokenExpansion.transpose(square)
            for lane in 0..<64 { rows[lane * wordCount + k] = square[lane] }
          }
        }
      }
      for lane in 0..<min(64, values.count - 64 * group) {
        texts.append(text(rows[lane * wordCount..<(lane + 1) * wordCount]))
      }
    }
    return texts
  }

  /// The tokens of one chain, whose values are the bits of `words`.
  private func text(_ words: ArraySlice<UInt64>) -> [Int32] {
    let count = leading.count + form.wireCount + (form.endToken == nil ? 0 : 1)
    return [Int32](unsafeUninitializedCapacity: count) { tokens, initialized in
      _ = tokens.update(fromContentsOf: leading)
      guard let first = tokens.baseAddress else { return }
      var place = UnsafeMutableRawPointer(first + leading.count)
      var base = SIMD8<Int32>(repeating: 0)
      words.withUnsafeBufferPointer { words in
        tokensOfByte.withUnsafeBufferPointer { tokensOfByte in
          for i in 0..<form.wireCount / 8 {
            let byte = Int(words[i / 8] &>> UInt64(8 * (i % 8)) & 255)
            place.storeBytes(of: tokensOfByte[byte] &+ base, as: SIMD8<Int32>.self)
            place += 32
            base &+= SIMD8(repeating: stride)
          }
        }
      }
      for w in form.wireCount / 8 * 8..<form.wireCount {
        let isTrue = words[words.startIndex + w / 64] >> UInt64(w % 64) & 1 != 0
        tokens[leading.count + w] = Int32(form.token(wire: w, value: isTrue))
      }
      if let end = form.endToken { tokens[count - 1] = Int32(end) }
      initialized = count
    }
  }

  /// Turns a square of 64 by 64 bits over: bit j of word i changes places with bit i of word j.
  ///
  /// Source: Warren, Hacker's Delight, 2nd edition, section 7-3.
  static func transpose(_ square: UnsafeMutableBufferPointer<UInt64>) {
    var size = 32
    var mask: UInt64 = 0x0000_0000_FFFF_FFFF
    while size != 0 {
      var i = 0
      while i < 64 {
        let swapped = (square[i] &>> UInt64(size) ^ square[i + size]) & mask
        square[i] ^= swapped &<< UInt64(size)
        square[i + size] ^= swapped
        i = (i + size + 1) & ~size
      }
      size >>= 1
      mask ^= mask &<< UInt64(size)
    }
  }
}
