// Circuits that multiply unsigned integers.

extension Circuit {
  /// An array multiplier: partial products are added row by row with ripple-carry adders.
  ///
  /// Inputs are words `a` and `b`, the output is the word `product`. About `6 width^2` gates, depth linear in the width.
  ///
  /// - Parameters:
  ///   - width: Bits of each operand, at least 1.
  ///   - productWidth: How many low bits of the product are computed, 1 to `2 width`; all of them where absent.
  public static func arrayMultiplier(width: Int, productWidth: Int? = nil) -> Circuit {
    multiplier(width: width, productWidth: productWidth, name: "array-multiplier\(width)") { logic, a, b, bits in
      var sum = a.map { logic.and($0, b[0]) }
      var carry = logic.constant(false)
      var product: [Literal] = []
      for multiplierBit in b.dropFirst() {
        product.append(sum.removeFirst())
        sum.append(carry)
        let row = a.map { logic.and($0, multiplierBit) }
        (sum, carry) = logic.add(sum, row)
      }
      return (product + sum + [carry]).prefix(bits).map { $0 }
    }
  }

  /// A Wallace-tree multiplier: each column of partial products is reduced three to two until two rows are left, which are added.
  ///
  /// Inputs and output as in `arrayMultiplier(width:productWidth:)`; the tree's depth is O(log width) (Wallace 1964).
  ///
  /// - Parameters:
  ///   - width: Bits of each operand, at least 1.
  ///   - productWidth: How many low bits of the product are computed, 1 to `2 width`; all of them where absent.
  ///   - adder: How the last two rows are added.
  public static func wallaceMultiplier(
    width: Int, productWidth: Int? = nil, adder: AdderKind = .brentKung
  ) -> Circuit {
    multiplier(width: width, productWidth: productWidth, name: "wallace-multiplier\(width)") { logic, a, b, bits in
      var columns = [[Literal]](repeating: [], count: bits)
      for (i, x) in a.enumerated() {
        for (j, y) in b.enumerated() where i + j < bits { columns[i + j].append(logic.and(x, y)) }
      }
      return logic.sum(ofColumns: columns, adder: adder)
    }
  }

  private static func multiplier(
    width: Int, productWidth: Int?, name: String,
    _ product: (inout LogicBuilder, _ a: [Literal], _ b: [Literal], _ bits: Int) -> [Literal]
  ) -> Circuit {
    precondition(width >= 1, "a multiplier's operands have at least one bit")
    let bits = productWidth ?? 2 * width
    precondition(bits >= 1 && bits <= 2 * width, "a product has 1 to 2 width bits")
    var logic = LogicBuilder(inputWords: [("a", width), ("b", width)], circuit: name)
    let result = product(&logic, logic.inputs(0..<width), logic.inputs(width..<2 * width), bits)
    return logic.finish(words: [("product", result)])
  }
}

extension LogicBuilder {
  /// The sum of bits given by weight (`columns[i]` holds bits that count `2^i`), modulo `2^columns.count`.
  ///
  /// Each round replaces three bits of a column by a sum bit and a carry, and a remaining pair by a half adder, in all columns at once, so
  /// that O(log height) rounds leave two rows, which `adder` adds.
  mutating func sum(ofColumns columns: [[Literal]], adder: AdderKind) -> [Literal] {
    var columns = columns
    while columns.contains(where: { $0.count > 2 }) {
      var next = [[Literal]](repeating: [], count: columns.count)
      for (weight, column) in columns.enumerated() {
        for first in stride(from: 0, to: column.count, by: 3) {
          let bits = column[first..<min(first + 3, column.count)]
          if bits.count == 1 {
            next[weight].append(column[first])
            continue
          }
          let result =
            bits.count == 3
            ? fullAdder(column[first], column[first + 1], column[first + 2])
            : halfAdder(column[first], column[first + 1])
          next[weight].append(result.sum)
          if weight + 1 < columns.count { next[weight + 1].append(result.carry) }
        }
      }
      columns = next
    }
    let zero = constant(false)
    let rows = (0..<2).map { row in columns.map { row < $0.count ? $0[row] : zero } }
    return add(rows[0], rows[1], kind: adder).sum
  }

  /// The square of a word, in twice as many bits: a product `x_i x_j` with `i < j` counts twice and is made once.
  mutating func square(_ word: [Literal], adder: AdderKind = .rippleCarry) -> [Literal] {
    var columns = [[Literal]](repeating: [], count: 2 * word.count)
    for i in word.indices {
      columns[2 * i].append(word[i])
      for j in word.indices[(i + 1)...] { columns[i + j + 1].append(and(word[i], word[j])) }
    }
    return sum(ofColumns: columns, adder: adder)
  }
}
