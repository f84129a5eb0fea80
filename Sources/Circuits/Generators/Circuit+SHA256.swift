// SHA-256's compression function as a circuit, from FIPS 180-4, section 6.2.2.

extension Circuit {
  /// SHA-256's compression function: 768 inputs (block, then state), 256 outputs (the next state).
  ///
  /// Each of the three values is a big-endian integer whose bits are written lowest first, as in the Bristol Fashion circuit of the same
  /// function, which it can stand in for; `SHA256Message` makes inputs and reads outputs.
  ///
  /// - Parameter adder: How sums modulo 2^32 are made. Ripple-carry gives the smallest circuit (106,720 gates, depth 3,664); the
  ///   others add by carry-save first and give shallow ones (Kogge-Stone: 187,696 gates, depth 1,391).
  public static func sha256Compression(adder: AdderKind = .rippleCarry) -> Circuit {
    var logic = LogicBuilder(inputWords: [("block", 512), ("state", 256)], circuit: "sha256")
    // The first word of a value is its most significant one.
    var schedule = (0..<16).map { logic.inputs(32 * (15 - $0)..<32 * (16 - $0)) }
    let state = (0..<8).map { logic.inputs(512 + 32 * (7 - $0)..<512 + 32 * (8 - $0)) }
    var working = state
    for t in 0..<64 {
      // Made in the round that needs it first, so that few wires are live at once.
      if t >= 16 { schedule.append(logic.scheduleWord(t, schedule, adder)) }
      let constant = logic.constant(word: UInt64(SHA256Message.roundConstants[t]), width: 32)
      working = logic.round(working, schedule[t], constant, adder)
    }
    let final = zip(state, working).map { logic.sum([$0, $1], adder) }
    return logic.finish(words: [("next", final.reversed().flatMap { $0 })])
  }

  /// One of the 64 rounds of SHA-256: state and a word of the message schedule to the next state (256 outputs).
  ///
  /// Inputs are the state (256: a big-endian integer of the words `a` to `h`, whose bits are written lowest first), the schedule's word (32) and, where
  /// no round is named, the round's constant (32). Outputs are written like the state.
  ///
  /// - Parameters:
  ///   - number: The round, 0 to 63, whose constant is built in; where absent, the constant is an input.
  ///   - adder: How sums modulo 2^32 are made.
  public static func sha256Round(number: Int? = nil, adder: AdderKind = .rippleCarry) -> Circuit {
    precondition(number.map { (0..<64).contains($0) } ?? true, "SHA-256 has rounds 0 to 63")
    let words = [("state", 256), ("word", 32)] + (number == nil ? [("constant", 32)] : [])
    var logic = LogicBuilder(inputWords: words, circuit: "sha256-round" + (number.map(String.init) ?? ""))
    let state = (0..<8).map { logic.inputs(32 * (7 - $0)..<32 * (8 - $0)) }
    let constant =
      if let number {
        logic.constant(word: UInt64(SHA256Message.roundConstants[number]), width: 32)
      } else {
        logic.inputs(288..<320)
      }
    let next = logic.round(state, logic.inputs(256..<288), constant, adder)
    return logic.finish(words: [("next", next.reversed().flatMap { $0 })])
  }
}

extension LogicBuilder {
  /// The state `a` to `h` after a round (FIPS 180-4, section 6.2.2, step 3).
  fileprivate mutating func round(
    _ state: [[Literal]], _ word: [Literal], _ constant: [Literal], _ adder: AdderKind
  ) -> [[Literal]] {
    let (a, b, c, d) = (state[0], state[1], state[2], state[3])
    let (e, f, g, h) = (state[4], state[5], state[6], state[7])
    let sigma1 = xorOfRotations(e, 6, 11, 25)
    let choice = zip(e, zip(f, g)).map { multiplexer($0, $1.0, $1.1) }
    let sigma0 = xorOfRotations(a, 2, 13, 22)
    // In a chain of rounds b ^ c was made as a ^ b a round ago, so a majority costs three gates.
    let majority = zip(a, zip(b, c)).map { self.majority($0, $1.0, $1.1) }
    let terms = [constant, word, h, choice, sigma1]
    let (newE, newA): ([Literal], [Literal])
    switch adder {
    case .rippleCarry:
      let t1 = sum(terms, adder)
      newE = sum([d, t1], adder)
      newA = sum([t1, majority, sigma0], adder)
    case .koggeStone, .sklansky, .brentKung:
      newE = sum(terms + [d], adder)
      newA = sum(terms + [majority, sigma0], adder)
    }
    return [newA, a, b, c, newE, e, f, g]
  }

  /// Word `t >= 16` of the message schedule.
  fileprivate mutating func scheduleWord(_ t: Int, _ schedule: [[Literal]], _ adder: AdderKind) -> [Literal] {
    let sigma0 = xorOfRotations(schedule[t - 15], 7, 18, shift: 3)
    let sigma1 = xorOfRotations(schedule[t - 2], 17, 19, shift: 10)
    return sum([schedule[t - 16], schedule[t - 7], sigma0, sigma1], adder)
  }

  /// The sum of words modulo `2^width`: two more at a time, or by carry-save before an adder of small depth.
  fileprivate mutating func sum(_ words: [[Literal]], _ adder: AdderKind) -> [Literal] {
    switch adder {
    case .rippleCarry:
      var sum = words[0]
      for i in stride(from: 1, to: words.count - 1, by: 2) { sum = add(sum, words[i], words[i + 1]) }
      return words.count % 2 == 0 ? add(sum, words[words.count - 1]).sum : sum
    case .koggeStone, .sklansky, .brentKung:
      return sum(ofColumns: words[0].indices.map { bit in words.map { $0[bit] } }, adder: adder)
    }
  }

  fileprivate mutating func xorOfRotations(_ x: [Literal], _ i: Int, _ j: Int, _ k: Int) -> [Literal] {
    xor(words: xor(words: x.rotated(i), x.rotated(j)), x.rotated(k))
  }

  fileprivate mutating func xorOfRotations(_ x: [Literal], _ i: Int, _ j: Int, shift: Int) -> [Literal] {
    let shifted = Array(x[shift...]) + constant(word: 0, width: shift)
    return xor(words: xor(words: x.rotated(i), x.rotated(j)), shifted)
  }
}

extension [Literal] {
  /// The word rotated right by `amount` bits.
  fileprivate func rotated(_ amount: Int) -> [Literal] { Array(self[amount...] + self[..<amount]) }
}
