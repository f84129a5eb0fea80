// Feedforward networks whose hidden layers are integers: the value that every memorizing construction returns.
public import ExactArithmetic

/// A feedforward network with integer hidden layers and a rational affine output.
///
/// ReLU is positively homogeneous and a threshold unit looks at signs alone, so that denominators are cleared unit by unit and every rational
/// network has this form. Shapes: a point of `inputCount` coordinates; layer l has one row a unit over the values of the layer before; each output
/// is a rational affine row over the last hidden layer, or over the point itself where there is none. Everything is exact.
public struct IntegerNetwork: Sendable, Hashable, Codable {
  /// What a layer does with its rows' values z.
  public enum Activation: String, Sendable, Hashable, Codable, CaseIterable {
    /// max(z, 0).
    case relu
    /// 1 where z >= 0, else 0.
    case threshold
  }

  /// One weight that is not zero.
  public struct Term<Number: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
    /// The unit of the layer before (or the coordinate) that is multiplied, from 0.
    public let column: Int
    /// The weight, not zero.
    public let weight: Number

    /// The term `weight * value[column]`.
    ///
    /// - Parameters:
    ///   - column: which value is multiplied, from 0.
    ///   - weight: by what; not zero in a valid network.
    public init(_ column: Int, _ weight: Number) {
      self.column = column
      self.weight = weight
    }
  }

  /// A sparse affine row: terms in ascending columns, and a bias.
  public struct Row<Number: Sendable & Hashable & Codable>: Sendable, Hashable, Codable {
    /// The weights that are not zero, in strictly ascending columns.
    public let terms: [Term<Number>]
    /// What is added to the sum of the terms.
    public let bias: Number

    /// The row `bias + sum of terms`.
    ///
    /// - Parameters:
    ///   - terms: the weights that are not zero, in strictly ascending columns.
    ///   - bias: what is added.
    public init(_ terms: [Term<Number>], bias: Number) {
      self.terms = terms
      self.bias = bias
    }
  }

  /// A hidden layer.
  public struct Layer: Sendable, Hashable, Codable {
    /// What is done with each row's value.
    public let activation: Activation
    /// One row a unit, over the values of the layer before.
    public let rows: [Row<Integer>]

    /// A layer of units.
    ///
    /// - Parameters:
    ///   - activation: what is done with each row's value.
    ///   - rows: one a unit.
    public init(_ activation: Activation, _ rows: [Row<Integer>]) {
      self.activation = activation
      self.rows = rows
    }
  }

  /// The most inputs, outputs or units of a layer; so that no count of weights overflows.
  public static let maximumWidth = 1 << 24

  /// The number of coordinates of a point.
  public let inputCount: Int
  /// The hidden layers, the first one first.
  public let hiddenLayers: [Layer]
  /// The outputs, affine in the last hidden layer's values.
  public let outputs: [Row<Rational>]

  /// The network of these layers, where they fit one another.
  ///
  /// - Parameters:
  ///   - inputCount: the number of coordinates of a point.
  ///   - hiddenLayers: the hidden layers, the first one first.
  ///   - outputs: one row an output.
  /// - Throws: `IntegerNetworkError` at the first row that does not fit: columns beyond the layer before or not strictly ascending, a weight
  ///   zero, a width beyond `maximumWidth`.
  /// - Complexity: linear in the number of weights.
  public init(
    inputCount: Int, hiddenLayers: [Layer], outputs: [Row<Rational>]
  ) throws(IntegerNetworkError) {
    self.init(uncheckedInputCount: inputCount, hiddenLayers: hiddenLayers, outputs: outputs)
    if let fault = firstFault() { throw fault }
  }

  /// The network of layers that a construction of this module wrote.
  package init(uncheckedInputCount inputCount: Int, hiddenLayers: [Layer], outputs: [Row<Rational>]) {
    self.inputCount = inputCount
    self.hiddenLayers = hiddenLayers
    self.outputs = outputs
  }

  private enum CodingKeys: String, CodingKey { case inputCount, hiddenLayers, outputs }

  /// Reads a network and refuses one whose layers do not fit.
  ///
  /// - Parameter decoder: where it is read from.
  /// - Throws: `DecodingError`, with the words of `IntegerNetworkError` where the layers do not fit.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    self.init(
      uncheckedInputCount: try container.decode(Int.self, forKey: .inputCount),
      hiddenLayers: try container.decode([Layer].self, forKey: .hiddenLayers),
      outputs: try container.decode([Row<Rational>].self, forKey: .outputs))
    if let fault = firstFault() {
      throw DecodingError.dataCorrupted(
        DecodingError.Context(codingPath: decoder.codingPath, debugDescription: fault.description))
    }
  }
}
