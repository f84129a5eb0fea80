// The extents of an attention over whole sequences.

/// How the rows and columns of queries, keys and values are sequences, positions and heads.
///
/// Row s length + i belongs to position i of sequence s. Queries have `heads` heads of `headSize` columns, keys and values
/// `keyValueHeads`; query head h reads key-value head h / (heads / keyValueHeads).
public struct AttentionShape: Sendable, Equatable, BitwiseCopyable {
  /// The number of sequences.
  public var sequences: Int
  /// T, the positions of each.
  public var length: Int
  /// The number of query heads, a multiple of ``keyValueHeads``.
  public var heads: Int
  /// The number of key-value heads.
  public var keyValueHeads: Int
  /// D, the columns of a head.
  public var headSize: Int
  /// What products of queries and keys are multiplied by, often 1 / sqrt(D).
  public var scale: Double

  /// A shape; all extents are at least 1.
  public init(sequences: Int, length: Int, heads: Int, keyValueHeads: Int, headSize: Int, scale: Double) {
    precondition(
      sequences > 0 && length > 0 && heads > 0 && keyValueHeads > 0 && headSize > 0, "an attention has no empty extent")
    precondition(heads % keyValueHeads == 0, "each key-value head serves as many query heads as the others")
    self.sequences = sequences
    self.length = length
    self.heads = heads
    self.keyValueHeads = keyValueHeads
    self.headSize = headSize
    self.scale = scale
  }

  /// The rows of queries, keys and values.
  public var rows: Int { sequences * length }
  /// The columns of the queries and of the result.
  public var queryColumns: Int { heads * headSize }
  /// The columns of the keys, and of the values.
  public var keyValueColumns: Int { keyValueHeads * headSize }
}
