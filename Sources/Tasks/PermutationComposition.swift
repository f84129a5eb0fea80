// Products in a symmetric group: for five things and more, as hard as any circuit of logarithmic depth.

/// `p_1 ... p_n =` to the product p_1 p_2 ... p_n of permutations of k things; as a chain of thought to the products of all prefixes.
///
/// A permutation p is one token, the word of its images p(0) ... p(k - 1) as digits; tokens are in lexicographic order of the words. The
/// product applies the first permutation first: (p q)(x) = q(p(x)). For k >= 5 the word problem of S_k is complete for NC^1 (Barrington,
/// *Bounded-width polynomial-size branching programs recognize exactly those languages in NC^1*, 1989).
public struct PermutationComposition: TokenTask {
  /// k.
  public let degree: Int
  /// n.
  public let length: Int
  /// Whether the answer goes through the products of all prefixes.
  public let isChain: Bool
  private let permutations: [[Int]]
  /// products[p * k! + q] = the token of p q.
  private let products: [Int32]

  /// Products of `length` permutations, at least 1, of `degree` things, 2 to 6.
  public init(degree: Int, length: Int, isChain: Bool) {
    precondition((2...6).contains(degree), "permutations of 2 to 6 things are words of their own")
    precondition(length >= 1, "a product has at least one factor")
    self.degree = degree
    self.length = length
    self.isChain = isChain
    let permutations = Self.permutations(of: Array(0..<degree))
    let tokens = Dictionary(uniqueKeysWithValues: permutations.enumerated().map { ($1, Int32($0)) })
    self.permutations = permutations
    products = permutations.flatMap { p in permutations.map { q in tokens[p.map { q[$0] }] ?? 0 } }
  }

  private static func permutations(of things: [Int]) -> [[Int]] {
    guard things.count > 1 else { return [things] }
    return things.flatMap { first in permutations(of: things.filter { $0 != first }).map { [first] + $0 } }
  }

  /// The number of permutations, k!.
  public var groupOrder: Int { permutations.count }
  /// The permutations as words of digits, then `=`.
  public var words: [String] { permutations.map { $0.map(String.init).joined() } + ["="] }
  /// n + 1.
  public var promptLength: Int { length + 1 }
  /// n as a chain, otherwise 1.
  public var answerLength: Int { isChain ? length : 1 }
  /// (k!)^n.
  public var promptCount: Int? { boundedPower(groupOrder, length) }

  /// The factors are the digits of `index` to the base k!, the lowest first.
  public func prompt(_ index: Int) -> [Int32] {
    precondition(index >= 0 && index < promptCount ?? Int.max, "a prompt's number is below the number of prompts")
    var rest = index
    return (0..<length).map { _ in
      defer { rest /= groupOrder }
      return Int32(rest % groupOrder)
    } + [Int32(groupOrder)]
  }

  /// Factors drawn uniformly, then `=`.
  public func prompt(using generator: inout some RandomNumberGenerator) -> [Int32] {
    (0..<length).map { _ in Int32.random(in: 0..<Int32(groupOrder), using: &generator) } + [Int32(groupOrder)]
  }

  /// The product, or those of all prefixes.
  public func answer(to prompt: [Int32]) -> [Int32]? {
    let order = Int32(groupOrder)
    guard prompt.count == length + 1, prompt[length] == order,
      prompt.dropLast().allSatisfy({ (0..<order).contains($0) })
    else { return nil }
    var product: Int32 = 0  // the first word, 0 1 ... k - 1, is the identity
    let prefixes = prompt.dropLast().map { factor -> Int32 in
      product = products[Int(product) * groupOrder + Int(factor)]
      return product
    }
    return isChain ? prefixes : [product]
  }
}
