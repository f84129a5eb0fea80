// The catalogue's entries.

extension CircuitGenerator {
  typealias Entry = CircuitGenerator

  private static func integer(
    _ name: String, _ summary: String, _ range: ClosedRange<UInt64>, default value: UInt64? = nil
  ) -> Parameter {
    Parameter(name: name, summary: summary, values: .integer(range), defaultValue: value.map(String.init))
  }

  private static func choice(_ name: String, _ summary: String, _ words: [String], default value: String) -> Parameter {
    Parameter(name: name, summary: summary, values: .choice(words), defaultValue: value)
  }

  private static func width(_ limit: UInt64, default value: UInt64) -> Parameter {
    integer("width", "bits of each operand", 1...limit, default: value)
  }

  private static let carry = choice(
    "carry", "whether the sum has one bit more, the carry", YesOrNo.allCases.map(\.rawValue), default: "yes")

  private static let shape = choice(
    "shape", "in which order the operation is applied", ReductionShape.allCases.map(\.rawValue), default: "tree")

  private static let productWidth = integer(
    "product-width", "how many low bits of the product are computed; all 2 width without it", 1...1024)

  private static let anyAdder = AdderKind.allCases.map(\.rawValue)

  /// A flag as text.
  private enum YesOrNo: String, CaseIterable { case yes, no }

  /// The width of a product, which is checked against that of the operands.
  private static func checkedProductWidth(_ arguments: GeneratorArguments) throws(GeneratorError) -> Int? {
    guard let bits = try arguments.optionalInteger("product-width") else { return nil }
    let most = 2 * (try arguments.integer("width"))
    if bits > UInt64(most) { throw arguments.conflict("product-width", expected: "at most 2 width = \(most)") }
    return Int(bits)
  }

  static let arithmetic: [Entry] = [
    Entry(
      name: "ripple-carry-adder", summary: "adds two integers, the carry rippling from bit to bit",
      parameters: [width(65536, default: 64), carry]
    ) { arguments throws(GeneratorError) in
      .rippleCarryAdder(
        width: try arguments.integer("width"), carryOut: try arguments.choice("carry", as: YesOrNo.self) == .yes)
    },
    Entry(
      name: "prefix-adder", summary: "adds two integers in logarithmic depth",
      parameters: [
        width(65536, default: 64),
        choice("kind", "the network that computes the carries", Array(anyAdder.dropFirst()), default: "kogge-stone"),
        carry,
      ]
    ) { arguments throws(GeneratorError) in
      .prefixAdder(
        width: try arguments.integer("width"), kind: try arguments.choice("kind"),
        carryOut: try arguments.choice("carry", as: YesOrNo.self) == .yes)
    },
    Entry(
      name: "array-multiplier", summary: "multiplies two integers, adding partial products row by row",
      parameters: [width(512, default: 16), productWidth]
    ) { arguments throws(GeneratorError) in
      .arrayMultiplier(
        width: try arguments.integer("width"), productWidth: try checkedProductWidth(arguments))
    },
    Entry(
      name: "wallace-multiplier", summary: "multiplies two integers, adding partial products in a tree",
      parameters: [
        width(512, default: 16), productWidth,
        choice("adder", "how the last two rows are added", anyAdder, default: "brent-kung"),
      ]
    ) { arguments throws(GeneratorError) in
      .wallaceMultiplier(
        width: try arguments.integer("width"), productWidth: try checkedProductWidth(arguments),
        adder: try arguments.choice("adder"))
    },
    Entry(
      name: "comparator", summary: "says whether one integer is less than, equal to or greater than another",
      parameters: [
        width(65536, default: 32),
        choice("signed", "whether integers are in two's complement", YesOrNo.allCases.map(\.rawValue), default: "no"),
      ]
    ) { arguments throws(GeneratorError) in
      .comparator(
        width: try arguments.integer("width"), isSigned: try arguments.choice("signed", as: YesOrNo.self) == .yes)
    },
  ]

  static let logic: [Entry] = [
    Entry(
      name: "parity", summary: "the exclusive or of all inputs",
      parameters: [integer("inputs", "how many inputs", 1...1_000_000, default: 32), shape]
    ) { arguments throws(GeneratorError) in
      .parity(try arguments.integer("inputs"), shape: try arguments.choice("shape"))
    },
    Entry(
      name: "majority", summary: "whether more than half of the inputs are true",
      parameters: [integer("inputs", "how many inputs", 1...100_000, default: 31)]
    ) { arguments throws(GeneratorError) in .majority(try arguments.integer("inputs")) },
    Entry(
      name: "inner-product", summary: "the inner product modulo 2 of two words",
      parameters: [width(1_000_000, default: 16), shape]
    ) { arguments throws(GeneratorError) in
      .innerProduct(width: try arguments.integer("width"), shape: try arguments.choice("shape"))
    },
    Entry(
      name: "random-function", summary: "a uniformly random function, by Shannon expansion of its truth table",
      parameters: [
        integer("inputs", "how many inputs", 0...16, default: 8),
        integer("seed", "equal seeds make equal functions", 0...UInt64.max, default: 1),
      ]
    ) { arguments throws(GeneratorError) in
      var generator = SplitMix64(seed: try arguments.wide("seed"))
      return .randomFunction(inputs: try arguments.integer("inputs"), using: &generator)
    },
    Entry(
      name: "decoder", summary: "says for each number whether the input word is that number",
      parameters: [integer("width", "bits of the input word", 1...20, default: 5)]
    ) { arguments throws(GeneratorError) in .decoder(width: try arguments.integer("width")) },
    Entry(
      name: "multiplexer", summary: "the one of several data words that a select word names",
      parameters: [
        integer("select-width", "bits of the select word", 1...12, default: 3),
        integer("width", "bits of each data word", 1...64, default: 8),
      ]
    ) { arguments throws(GeneratorError) in
      .multiplexer(selectWidth: try arguments.integer("select-width"), width: try arguments.integer("width"))
    },
    Entry(
      name: "random-size", summary: "random gates, as many as asked",
      parameters: [
        integer("size", "how many gates", 0...10_000_000, default: 100),
        integer("inputs", "how many inputs", 1...1_000_000, default: 8),
        integer("fan-in", "operands of each gate", 1...6, default: 2),
        integer("seed", "equal seeds make equal circuits", 0...UInt64.max, default: 1),
      ]
    ) { arguments throws(GeneratorError) in
      var generator = SplitMix64(seed: try arguments.wide("seed"))
      let fanIn = try arguments.integer("fan-in")
      return .random(
        size: try arguments.integer("size"), inputs: try arguments.integer("inputs"), fanIn: fanIn...fanIn,
        using: &generator)
    },
    Entry(
      name: "random-depth", summary: "layers of random gates, of exactly the depth asked",
      parameters: [
        integer("depth", "how many layers", 0...1_000_000, default: 10),
        integer("width", "gates a layer; depth times width is at most 10^7", 1...1_000_000, default: 10),
        integer("inputs", "how many inputs", 1...1_000_000, default: 8),
        integer("fan-in", "operands of each gate", 1...6, default: 2),
        integer("seed", "equal seeds make equal circuits", 0...UInt64.max, default: 1),
      ]
    ) { arguments throws(GeneratorError) in
      var generator = SplitMix64(seed: try arguments.wide("seed"))
      let fanIn = try arguments.integer("fan-in")
      let depth = try arguments.integer("depth")
      let width = try arguments.integer("width")
      if depth * width > 10_000_000 { throw arguments.conflict("width", expected: "at most 10^7 / depth") }
      return .random(
        depth: depth, width: width, inputs: try arguments.integer("inputs"), fanIn: fanIn...fanIn, using: &generator)
    },
  ]

  static let serial: [Entry] = [
    Entry(
      name: "iterated-squaring", summary: "x^(2^squarings) modulo a constant: the time-lock puzzle",
      parameters: [
        integer("modulus", "the constant", 2...UInt64.max, default: 65521),
        integer("squarings", "how often to square", 0...10_000, default: 8),
      ]
    ) { arguments throws(GeneratorError) in
      let modulus = try arguments.wide("modulus")
      let squarings = try arguments.integer("squarings")
      // A squaring takes about 8 width^2 gates.
      let width = 64 - (modulus - 1).leadingZeroBitCount
      let most = 20_000_000 / (8 * width * width)
      if squarings > most { throw arguments.conflict("squarings", expected: "at most \(most) for this modulus") }
      return .iteratedSquaring(modulus: modulus, squarings: squarings)
    },
    Entry(
      name: "s5-word-problem", summary: "the composition of permutations of five things",
      parameters: [
        integer("length", "how many permutations", 1...10_000, default: 16),
        choice(
          "shape", "in which order they are composed", ReductionShape.allCases.map(\.rawValue), default: "chain"),
      ]
    ) { arguments throws(GeneratorError) in
      .s5WordProblem(length: try arguments.integer("length"), shape: try arguments.choice("shape"))
    },
  ]

  static let cryptography: [Entry] = [
    Entry(
      name: "sha256", summary: "SHA-256's compression function: block (512) and state (256) to state (256)",
      parameters: [choice("adder", "how sums are made", anyAdder, default: "ripple-carry")]
    ) { arguments throws(GeneratorError) in .sha256Compression(adder: try arguments.choice("adder")) },
    Entry(
      name: "sha256-round", summary: "a round of SHA-256: state (256) and message word (32) to state (256)",
      parameters: [
        integer("round", "the round whose constant is built in; without it the constant is an input (32)", 0...63),
        choice("adder", "how sums are made", anyAdder, default: "ripple-carry"),
      ]
    ) { arguments throws(GeneratorError) in
      .sha256Round(
        number: try arguments.optionalInteger("round").map { Int($0) }, adder: try arguments.choice("adder"))
    },
    Entry(
      name: "aes-s-box", summary: "the substitution box of AES: a byte (8) to a byte (8)", parameters: []
    ) { _ throws(GeneratorError) in .aesSubstitutionBox() },
    Entry(
      name: "aes128", summary: "AES-128 encryption: key (128) and plaintext (128) to ciphertext (128)", parameters: []
    ) { _ throws(GeneratorError) in .aes128Encryption() },
  ]
}

/// The generator behind the catalogue's seeds, and of the assignments and signatures of checks (Steele, Lea and Flood 2014): small and fixed.
struct SplitMix64: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
    return z ^ z >> 31
  }
}
