// One indicator unit a row of a table, but for the rows of the most frequent value: the memorizing network of the truth table.
public import ExactArithmetic

/// Memorizes points with coordinates 0 and 1 by one indicator unit for each point whose label is not the most frequent one.
///
/// The unit of a point a has weights +1 where a_i = 1, -1 where a_i = 0 and the value ReLU(sum - |a| + 1) = [x = a] on {0,1}^d, because each coordinate
/// that differs lowers the sum by 1; a threshold unit has -|a| in place of 1 - |a|. The most frequent label (the least of several) is the output's
/// bias, so that a Boolean function of n variables has at most 2^(n-1) units: min(#f = 0, #f = 1). Words over S symbols are one-hot: see
/// `memorize(words:alphabetSize:labels:activation:)`, whose units have one weight a symbol. Source: the disjunctive normal form; no weight depends on the labels but the output's.
public enum TruthTableMemorizer {
  /// Writes down the network of points with coordinates 0 and 1.
  ///
  /// - Parameters:
  ///   - data: distinct points with coordinates 0 and 1: a whole table or part of one; any labels.
  ///   - activation: what the units are.
  /// - Returns: one hidden layer, or none where all labels are equal; exact on every point. On a point of the cube that is no row, the output is the
  ///   most frequent label.
  /// - Throws: `MemorizationError` (binary coordinates, distinct points).
  /// - Complexity: O(N d).
  public static func memorize(
    _ data: MemorizationData, activation: IntegerNetwork.Activation = .relu
  ) throws(MemorizationError) -> Memorization {
    if data.scale != 1 {
      throw MemorizationError(
        hypothesis: .binaryCoordinates, rows: [], expected: "coordinates 0 and 1",
        found: "fractions with the denominator \(data.scale)")
    }
    try data.checkDistinctPoints()
    let rest = mostFrequent(data.labels)
    var rows: [IntegerNetwork.Row<Integer>] = []
    var labels: [Rational] = []
    var ones = 0
    for row in 0..<data.pointCount {
      let point = data.integerPoint(row)
      if let odd = point.firstIndex(where: { $0 != 0 && $0 != 1 }) {
        throw MemorizationError(
          hypothesis: .binaryCoordinates, rows: [row + 1], expected: "coordinates 0 and 1",
          found: "\(point[odd]) in column \(odd + 1)")
      }
      guard data.labels[row] != rest else { continue }
      let weight = point.reduce(0, +)
      let terms = point.enumerated().map { IntegerNetwork.Term($0.offset, $0.element == 1 ? Integer(1) : -1) }
      let bias = (activation == .relu ? 1 : 0) - weight
      if bias != 0 { ones += 1 }
      rows.append(IntegerNetwork.Row(terms, bias: bias))
      labels.append(data.labels[row])
    }
    return memorization(
      inputCount: data.dimension, rows, activation, labels, rest: rest, weightsPerUnit: data.dimension, biases: ones,
      finding: "\(data.pointCount) distinct points with coordinates 0 and 1")
  }

  /// Writes down the network of words over an alphabet, given one-hot: input `position * alphabetSize + symbol` is 1 where the word has that symbol.
  ///
  /// - Parameters:
  ///   - words: distinct words of one length over symbols 0 ..< alphabetSize.
  ///   - alphabetSize: the number of symbols, S.
  ///   - labels: one a word.
  ///   - activation: what the units are.
  /// - Returns: one hidden layer of units with as many weights as a word has symbols, or none where all labels are equal; exact on every word, and
  ///   the most frequent label on words that are no row.
  /// - Throws: `MemorizationError` (well-formed data, common alphabet, distinct points) with the first row that violates it.
  /// - Complexity: O(N length).
  public static func memorize(
    words: [[Int]], alphabetSize: Int, labels: [Rational], activation: IntegerNetwork.Activation = .relu
  ) throws(MemorizationError) -> Memorization {
    let length = try checkWords(words, alphabetSize: alphabetSize)
    let data = try MemorizationData(dimension: length, coordinates: words.flatMap { $0 }, labels: labels)
    try data.checkDistinctPoints()
    let rest = mostFrequent(labels)
    let kept = words.indices.filter { labels[$0] != rest }
    let bias = Integer((activation == .relu ? 1 : 0) - length)
    let rows = kept.map { row in
      IntegerNetwork.Row(
        words[row].enumerated().map { IntegerNetwork.Term($0.offset * alphabetSize + $0.element, Integer(1)) },
        bias: bias)
    }
    return memorization(
      inputCount: length * alphabetSize, rows, activation, kept.map { labels[$0] }, rest: rest, weightsPerUnit: length,
      biases: bias == 0 ? 0 : rows.count, finding: "\(words.count) distinct words of length \(length)")
  }

  /// The one-hot point of a word.
  ///
  /// - Parameters:
  ///   - word: symbols in 0 ..< alphabetSize.
  ///   - alphabetSize: the number of symbols.
  /// - Returns: word.count * alphabetSize coordinates.
  public static func oneHot(_ word: [Int], alphabetSize: Int) -> [Integer] {
    precondition(word.allSatisfy { (0..<alphabetSize).contains($0) }, "a word's symbols lie in 0..<\(alphabetSize)")
    return word.flatMap { symbol in (0..<alphabetSize).map { $0 == symbol ? 1 : 0 } }
  }

  /// Checks that words have one length, at least 1, and symbols in 0 ..< alphabetSize; returns the length.
  static func checkWords(_ words: [[Int]], alphabetSize: Int) throws(MemorizationError) -> Int {
    let length = words.first?.count ?? 0
    guard length >= 1, alphabetSize >= 1, alphabetSize <= IntegerNetwork.maximumWidth / length else {
      throw MemorizationError(
        hypothesis: .commonAlphabet, rows: [],
        expected: "words of at least one symbol, at most \(IntegerNetwork.maximumWidth) one-hot coordinates",
        found: "length \(length), \(alphabetSize) symbols")
    }
    for (row, word) in words.enumerated() {
      guard word.count == length else {
        throw MemorizationError(
          hypothesis: .commonAlphabet, rows: [row + 1], expected: "\(length) symbols as in row 1",
          found: "\(word.count)")
      }
      if let odd = word.first(where: { !(0..<alphabetSize).contains($0) }) {
        throw MemorizationError(
          hypothesis: .commonAlphabet, rows: [row + 1], expected: "symbols in 0..<\(alphabetSize)", found: "\(odd)")
      }
    }
    return length
  }

  /// The most frequent label, the least of several.
  static func mostFrequent(_ labels: [Rational]) -> Rational {
    let counts = Dictionary(labels.map { ($0, 1) }, uniquingKeysWith: +)
    return counts.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key ?? 0
  }

  /// The size of a network of indicator units.
  ///
  /// - Parameters:
  ///   - unitCount: the rows whose label is not the most frequent one: M - max #f = v for a table of M rows.
  ///   - inputCount: coordinates of a point.
  ///   - weightsPerUnit: the weights of a unit that are not zero: all coordinates, or one a symbol of a word.
  /// - Returns: the prediction; n + 2 parameters a unit at most, as in the truth table of a Boolean function.
  public static func predictedSize(unitCount: Int, inputCount: Int, weightsPerUnit: Int) -> SizePrediction {
    predictedSize(unitCount: unitCount, inputCount: inputCount, weightsPerUnit: weightsPerUnit, biases: unitCount)
  }

  private static func predictedSize(
    unitCount: Int, inputCount: Int, weightsPerUnit: Int, biases: Int
  ) -> SizePrediction {
    let nonZero = unitCount * (weightsPerUnit + 1) + biases + 1
    return SizePrediction(
      hiddenLayerCount: unitCount == 0 ? 0 : 1, width: unitCount, hiddenUnitCount: unitCount,
      dense: unitCount == 0 ? inputCount + 1 : unitCount * (inputCount + 1) + unitCount + 1, nonZero: nonZero,
      tied: nonZero, maximumBits: nil)
  }

  private static func memorization(
    inputCount: Int, _ rows: [IntegerNetwork.Row<Integer>], _ activation: IntegerNetwork.Activation,
    _ labels: [Rational], rest: Rational, weightsPerUnit: Int, biases: Int, finding: String
  ) -> Memorization {
    let output = labels.enumerated().map { IntegerNetwork.Term($0.offset, $0.element - rest) }
    return Memorization(
      construction: .truthTable,
      network: IntegerNetwork(
        uncheckedInputCount: inputCount, hiddenLayers: rows.isEmpty ? [] : [IntegerNetwork.Layer(activation, rows)],
        outputs: [IntegerNetwork.Row(output, bias: rest)]),
      prediction: predictedSize(
        unitCount: rows.count, inputCount: inputCount, weightsPerUnit: weightsPerUnit, biases: biases),
      hypotheses: [HypothesisCheck(hypothesis: .distinctPoints, finding: finding)])
  }
}
