// A transformer that memorizes words: uniform attention makes one number of a word, bit extraction looks it up (Kajitsuka and Sato's form).
public import ExactArithmetic

/// One layer of uniform attention and a feedforward network, which together memorize words over an alphabet.
///
/// Source: Kajitsuka and Sato, *On the optimal memorization capacity of transformers*, ICLR 2025 (arXiv 2409.17677): one attention layer identifies the
/// sequence, the feedforward part is what memorization costs; averaging the tokens is enough. Here the value of symbol s at position p is the
/// integer w_p c_s, all scores are 0, so that the last position receives exactly (1/L) sum_p w_p c_{s_p}; the network's first weight is L. The w_p
/// are drawn until the sums differ, and `VardiMemorizer`'s layers look the sum up: O(sqrt(N (rho + c))) parameters, and L + S for the attention.
public struct SequenceMemorizer: Sendable, Hashable, Codable {
  /// The uniform attention: a table of values by position and symbol, of rank one.
  public struct Attention: Sendable, Hashable, Codable {
    /// c_s: the code of each symbol.
    public let symbolCodes: [Integer]
    /// w_p: the weight of each position.
    public let positionWeights: [Integer]

    /// The value that a position sends.
    ///
    /// - Parameters:
    ///   - position: from 0.
    ///   - symbol: from 0.
    /// - Returns: w_p c_s.
    public func value(position: Int, symbol: Int) -> Integer { positionWeights[position] * symbolCodes[symbol] }

    /// What the last position receives: the average of all values, each with the attention weight 1 / L.
    ///
    /// - Parameter word: as many symbols as there are positions.
    /// - Returns: the average, exact.
    public func average(_ word: [Int]) -> Rational {
      precondition(
        word.count == positionWeights.count && word.allSatisfy(symbolCodes.indices.contains),
        "a word has \(positionWeights.count) symbols in 0..<\(symbolCodes.count)")
      let sum = word.enumerated().reduce(Integer(0)) { $0 + value(position: $1.offset, symbol: $1.element) }
      return Rational(sum, Integer(word.count))
    }

    /// Codes and weights that are not zero.
    public var nonZeroParameterCount: Int {
      (symbolCodes + positionWeights).reduce(0) { $0 + ($1 == 0 ? 0 : 1) }
    }
  }

  /// The attention.
  public let attention: Attention
  /// The feedforward network, of one input: the average.
  public let network: IntegerNetwork
  /// The size that the construction's formula predicted of the network.
  public let prediction: SizePrediction

  /// Memorizes words.
  ///
  /// - Parameters:
  ///   - words: distinct words of one length over symbols 0 ..< alphabetSize.
  ///   - alphabetSize: the number of symbols, S.
  ///   - labels: one a word; any numbers.
  ///   - generator: where the position weights come from.
  /// - Throws: `MemorizationError` (common alphabet, well-formed data, distinct points) with the rows.
  /// - Complexity: as `VardiMemorizer` in dimension L.
  public init(
    words: [[Int]], alphabetSize: Int, labels: [Rational], using generator: inout some RandomNumberGenerator
  ) throws(MemorizationError) {
    let length = try TruthTableMemorizer.checkWords(words, alphabetSize: alphabetSize)
    let data = try MemorizationData(dimension: length, coordinates: words.flatMap { $0 }, labels: labels)
    let projection = try Projection(data, using: &generator)
    attention = Attention(
      symbolCodes: (0..<alphabetSize).map { Integer($0) }, positionWeights: projection.weights)
    let first = IntegerNetwork.Row([IntegerNetwork.Term(0, Integer(length))], bias: -projection.least)
    let code = LabelCode(projection.rows.map { labels[$0] })
    let (network, shape) = BitExtraction.network(
      first: first, inputCount: 1, positions: projection.values, labels: code)
    self.network = network
    prediction = VardiMemorizer.predictedSize(
      shape, dimension: 1, outerBits: BitExtraction.outerBits(first, code))
  }

  /// The model's output for a word.
  ///
  /// - Parameter word: as many symbols as the memorized words have.
  /// - Returns: the output, exact: the label of a memorized word.
  public func output(for word: [Int]) -> Rational {
    // A memorizer's network has one output.
    network.outputs(at: [attention.average(word)])[0]
  }

  /// Compares every word's output with its label, on all cores.
  ///
  /// - Parameters:
  ///   - words: words of the memorized length.
  ///   - labels: one a word.
  ///   - progress: is told how many words are done, and says whether to go on.
  /// - Returns: the check of the network on the averages, row by row.
  /// - Throws: `MemorizationError` (well-formed data) where the numbers of words and labels do not match.
  public func check(
    words: [[Int]], labels: [Rational], progress: @Sendable (Int) -> Bool = { _ in true }
  ) throws(MemorizationError) -> MemorizationCheck {
    let averages = words.map { [attention.average($0)] }
    return MemorizationCheck(network, on: try MemorizationData(points: averages, labels: labels), progress: progress)
  }
}
