// How far a proved claim stays from failing: the numbers of a certificate.

/// The bounds that the checker carried through the layers, each the worst over all positions and cases.
public struct Bounds: Sendable, Equatable, Codable {
  /// A number and where it occurs.
  public struct Worst: Sendable, Equatable, Codable {
    /// The number.
    public var value: Double
    /// The step (a wire less the inputs) whose position it belongs to; `nil` where it is the same for all or belongs to the end token.
    public var step: Int?
    /// The head, where it belongs to one.
    public var head: Int?

    /// A number at a place.
    public init(_ value: Double, step: Int? = nil, head: Int? = nil) {
      self.value = value
      self.step = step
      self.head = head
    }
  }

  /// What is known of one layer.
  public struct Layer: Sendable, Equatable, Codable {
    /// The least lead of a wanted position's score over any other's, everything that rounding and rotation may take subtracted.
    public var scoreGap: Worst
    /// The greatest total weight that softmax leaves to the positions that are not wanted: at most T exp(-gap).
    public var leak: Worst
    /// The greatest distance of a fetched value from what the wanted position holds, in any coordinate.
    public var fetchError: Double
    /// Whether positions were told apart by their codes, in O(T d), or by comparing all pairs.
    public var comparesAllPairs: Bool

    /// The given bounds.
    public init(scoreGap: Worst, leak: Worst, fetchError: Double, comparesAllPairs: Bool) {
      self.scoreGap = scoreGap
      self.leak = leak
      self.fetchError = fetchError
      self.comparesAllPairs = comparesAllPairs
    }
  }

  /// One entry a layer.
  public var layers: [Layer]
  /// The least lead of the right token's score over any other's, rounding subtracted, in units of the last normalization's factor.
  public var tokenMargin: Worst
  /// The greatest absolute value of any intermediate number.
  public var largestMagnitude: Double
  /// The number of local cases that were evaluated.
  public var caseCount: Int

  /// The given bounds.
  public init(layers: [Layer], tokenMargin: Worst, largestMagnitude: Double, caseCount: Int) {
    self.layers = layers
    self.tokenMargin = tokenMargin
    self.largestMagnitude = largestMagnitude
    self.caseCount = caseCount
  }
}

extension Bounds {
  /// What these bounds, as a certificate states them, promise beyond `found`, as they were derived; `nil` where nothing.
  public func excess(over found: Bounds) -> String? {
    /// Sums may be formed in another order by another version.
    func exceeds(_ a: Double, _ b: Double) -> Bool {
      a > b && (a.isInfinite || a - b > 1e-9 * max(abs(a), abs(b)))  // of infinity, any fraction would be allowed
    }
    guard layers.count == found.layers.count else {
      return "\(layers.count) layers, and \(found.layers.count) were found"
    }
    for (stated, found) in zip(layers, found.layers) {
      if exceeds(stated.scoreGap.value, found.scoreGap.value) {
        return "a score gap of \(stated.scoreGap.value), and \(found.scoreGap.value) was found"
      }
      if exceeds(found.leak.value, stated.leak.value) {
        return "a leak of at most \(stated.leak.value), and \(found.leak.value) was found"
      }
      if exceeds(found.fetchError, stated.fetchError) {
        return "a fetch error of at most \(stated.fetchError), and \(found.fetchError) was found"
      }
    }
    if exceeds(tokenMargin.value, found.tokenMargin.value) {
      return "a token margin of \(tokenMargin.value), and \(found.tokenMargin.value) was found"
    }
    if exceeds(found.largestMagnitude, largestMagnitude) {
      return "numbers up to \(largestMagnitude), and \(found.largestMagnitude) was found"
    }
    return nil
  }
}
