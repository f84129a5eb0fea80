// Circuits that select: decoder and multiplexer.

extension Circuit {
  /// A decoder: output `i` of `2^width` says whether the input word is `i`.
  ///
  /// Made from the decoders of the two halves of the word, so `2^width + O(2^(width/2))` gates and depth `ceil(log2(width))`.
  ///
  /// - Parameter width: Bits of the input word `select`, 1 to 20.
  public static func decoder(width: Int) -> Circuit {
    precondition(width >= 1 && width <= 20, "a decoder's word has 1 to 20 bits")
    var logic = LogicBuilder(inputWords: [("select", width)], circuit: "decoder\(width)")
    let minterms = logic.minterms(logic.inputs(0..<width)[...])
    return logic.finish(words: [("y", minterms)])
  }

  /// A multiplexer: the word `select` says which of `2^selectWidth` data words comes out.
  ///
  /// Inputs are the data words `d0`, `d1`, … and then `select`. `3 width (2^selectWidth - 1)` gates, depth `3 selectWidth` or less.
  ///
  /// - Parameters:
  ///   - selectWidth: Bits of the word `select`, 1 to 16.
  ///   - width: Bits of each data word, at least 1.
  public static func multiplexer(selectWidth: Int, width: Int = 1) -> Circuit {
    precondition(selectWidth >= 1 && selectWidth <= 16, "a multiplexer's select word has 1 to 16 bits")
    precondition(width >= 1, "a multiplexer's data words have at least one bit")
    let count = 1 << selectWidth
    var logic = LogicBuilder(
      inputWords: (0..<count).map { ("d\($0)", width) } + [("select", selectWidth)],
      circuit: "multiplexer\(count)x\(width)")
    let data = (0..<count).map { logic.inputs($0 * width..<($0 + 1) * width) }
    let select = logic.inputs(count * width..<count * width + selectWidth)
    let result = logic.select(data, by: select)
    return logic.finish(words: [("y", result)])
  }
}

extension LogicBuilder {
  /// All `2^n` conjunctions of the bits of a word or their complements, in counting order.
  mutating func minterms(_ word: ArraySlice<Literal>) -> [Literal] {
    guard word.count > 1, let first = word.first else {
      return word.isEmpty ? [constant(true)] : word.flatMap { [!$0, $0] }
    }
    if word.count == 2 {
      let second = word[word.startIndex + 1]
      return [and(!first, !second), and(first, !second), and(!first, second), and(first, second)]
    }
    let middle = word.startIndex + word.count / 2
    let low = minterms(word[..<middle])
    let high = minterms(word[middle...])
    return high.flatMap { h in low.map { and($0, h) } }
  }

  /// The word numbered `select` of `words`, at most `2^select.count` words of one width; any value past the last word.
  ///
  /// A tree that halves the number of words bit by bit; a word without a partner is passed on, since what is selected past the last
  /// word does not matter.
  mutating func select(_ words: [[Literal]], by select: [Literal]) -> [Literal] {
    precondition(!words.isEmpty && words.count <= 1 << select.count, "as many words as the select word can tell apart")
    var level = words
    for bit in select where level.count > 1 {
      var next: [[Literal]] = []
      for i in stride(from: 0, to: level.count - 1, by: 2) {
        next.append(multiplexer(bit, words: level[i + 1], level[i]))
      }
      if level.count % 2 != 0 { next.append(level[level.count - 1]) }
      level = next
    }
    return level[0]
  }
}
