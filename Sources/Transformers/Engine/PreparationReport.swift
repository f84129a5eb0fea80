// What the fast engine kept of a model's matrices.

/// The sizes of the matrices that an `Engine` multiplies by, beside those of the model.
public struct PreparationReport: Sendable, Equatable {
  /// One prepared matrix; several of the model's may be fused into it.
  public struct Matrix: Sendable, Equatable {
    /// What it computes, such as `layers[0].queryKeyValue`.
    public var name: String
    /// Rows (outputs) in the model.
    public var rowCount: Int
    /// Columns (inputs) in the model.
    public var columnCount: Int
    /// Rows kept.
    public var keptRowCount: Int
    /// Columns kept.
    public var keptColumnCount: Int
    /// Entries of the kept rows and columns that are not 0.
    public var nonzeroCount: Int

    /// The share of the model's entries that each product still reads, in 0...1.
    public var keptShare: Double {
      let all = rowCount * columnCount
      return all == 0 ? 0 : Double(keptRowCount * keptColumnCount) / Double(all)
    }

    /// The share of the kept entries that are not 0, in 0...1.
    public var density: Double {
      let kept = keptRowCount * keptColumnCount
      return kept == 0 ? 0 : Double(nonzeroCount) / Double(kept)
    }
  }

  /// The matrices in the order of use.
  public var matrices: [Matrix] = []
  /// Bytes of all prepared matrices, padding included.
  public var byteCount = 0
  /// Multiply-adds of one token outside attention's scores and sums.
  public var multiplyAddsPerToken: Int { matrices.reduce(0) { $0 + $1.keptRowCount * $1.keptColumnCount } }
  /// Numbers that the cache holds for one position: kept key coordinates and kept value coordinates over all layers.
  public var cachedNumbersPerPosition = 0
  /// Numbers that a cache of all coordinates would hold: 2 G D for each layer.
  public var fullCachedNumbersPerPosition = 0
}
