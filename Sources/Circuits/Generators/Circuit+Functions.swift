// Circuits of functions given by their values: of a truth table, of a random one; and the inner product modulo 2.

extension Circuit {
  /// The inner product modulo 2 of two words of `width` bits: the parity of their AND, in `2 width - 1` gates.
  ///
  /// - Parameters:
  ///   - width: The bits of each word, at least 1.
  ///   - shape: The parity as a chain or a tree.
  public static func innerProduct(width: Int, shape: ReductionShape = .tree) -> Circuit {
    precondition(width >= 1, "words of at least one bit")
    var logic = LogicBuilder(inputWords: [("a", width), ("b", width)], circuit: "inner-product\(width)")
    let products = (0..<width).map { logic.and(logic.input($0), logic.input(width + $0)) }
    let result =
      switch shape {
      case .tree: logic.xor(products)
      case .chain: products.dropFirst().reduce(products[0]) { logic.xor($0, $1) }
      }
    return logic.finish(words: [("product", [result])])
  }

  /// The function with the given values, by Shannon expansion.
  ///
  /// Subfunctions of the first inputs that are equal, or each other's complement, are made once: a circuit of the shape of a reduced ordered
  /// binary decision diagram with complemented edges (Bryant 1986), three gates a node at most. Exact.
  ///
  /// For each m, at most 2^(n - m) nodes test inputs from m on, and 2^(2^m - 1) the others: 24,960 gates at most for n = 16.
  ///
  /// Complexity: O(2^n) hash probes for n inputs.
  ///
  /// - Parameter values: The values for all assignments in counting order, input 0 the lowest bit: 2^n of them, n from 0 to 24.
  public static func function(_ values: [Bool]) -> Circuit {
    let inputs = values.count.trailingZeroBitCount
    precondition(values.count == 1 << inputs && inputs <= 24, "a function of n inputs has 2^n values, n from 0 to 24")
    var logic = LogicBuilder(inputWords: [("x", inputs)], circuit: "function\(inputs)")
    var level = values.map { logic.constant($0) }
    for i in 0..<inputs {
      let condition = logic.input(i)
      level = stride(from: 0, to: level.count, by: 2).map { logic.multiplexer(condition, level[$0 + 1], level[$0]) }
    }
    return logic.finish(words: [("y", level)])
  }

  /// A function drawn uniformly among all of `inputs` inputs; see `function(_:)`.
  ///
  /// - Parameters:
  ///   - inputs: The number of inputs, 0 to 16.
  ///   - generator: Where randomness comes from: equal generators make equal functions.
  public static func randomFunction(inputs: Int, using generator: inout some RandomNumberGenerator) -> Circuit {
    precondition((0...16).contains(inputs), "a random function has 0 to 16 inputs")
    var word: UInt64 = 0
    let values = (0..<(1 << inputs)).map { row -> Bool in
      if row % 64 == 0 { word = generator.next() }
      return word >> UInt64(row % 64) & 1 != 0
    }
    var circuit = function(values)
    circuit.names.circuit = "random-function\(inputs)"
    return circuit
  }
}
