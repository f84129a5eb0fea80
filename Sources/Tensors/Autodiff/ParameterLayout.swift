// Where each parameter of a model stands in the one buffer that holds them all.

/// A matrix of parameters: its name and its place.
public struct Parameter: Sendable, Equatable {
  /// The name, which is that of the tensor in a model folder.
  public let name: String
  /// The number of rows; 1 for a vector.
  public let rows: Int
  /// The number of columns.
  public let columns: Int
  /// The index of the first element in the buffer, a multiple of 16.
  public let offset: Int
  /// Whether training changes it.
  public let isTrainable: Bool
  /// Whether it is stored as a vector: such parameters (gains, biases) are spared by weight decay.
  public let isVector: Bool

  /// The number of elements.
  public var count: Int { rows * columns }
  /// The places of the elements.
  public var range: Range<Int> { offset..<offset + count }
  /// The extents as a model folder has them.
  public var shape: [Int] { isVector ? [columns] : [rows, columns] }
}

/// The parameters of a model in one buffer: each begins at a multiple of 16 numbers (64 bytes of float32), gaps are 0.
public struct ParameterLayout: Sendable, Equatable {
  /// The parameters by ascending offset.
  public private(set) var parameters: [Parameter] = []
  /// The numbers of the buffer, gaps included; a multiple of 16.
  public private(set) var bufferCount = 0
  private var indices: [String: Int] = [:]

  /// No parameters.
  public init() {}

  /// Appends a matrix of the given extents.
  @discardableResult
  public mutating func addMatrix(_ name: String, rows: Int, columns: Int, isTrainable: Bool = true) -> Parameter {
    add(name, rows: rows, columns: columns, isTrainable: isTrainable, isVector: false)
  }

  /// Appends a vector of the given extent.
  @discardableResult
  public mutating func addVector(_ name: String, count: Int, isTrainable: Bool = true) -> Parameter {
    add(name, rows: 1, columns: count, isTrainable: isTrainable, isVector: true)
  }

  private mutating func add(_ name: String, rows: Int, columns: Int, isTrainable: Bool, isVector: Bool) -> Parameter {
    precondition(rows > 0 && columns > 0, "a parameter has at least one element")
    precondition(indices[name] == nil, "each parameter has a name of its own")
    let parameter = Parameter(
      name: name, rows: rows, columns: columns, offset: bufferCount, isTrainable: isTrainable, isVector: isVector)
    indices[name] = parameters.count
    parameters.append(parameter)
    bufferCount += (parameter.count + 15) & ~15
    return parameter
  }

  /// The parameter of a name.
  public subscript(name: String) -> Parameter? { indices[name].map { parameters[$0] } }

  /// The number of parameters that training changes, gaps left out.
  public var trainableCount: Int { parameters.reduce(0) { $0 + ($1.isTrainable ? $1.count : 0) } }

  /// The number of parameters, gaps left out.
  public var parameterCount: Int { parameters.reduce(0) { $0 + $1.count } }

  /// One matrix of the rows of several parameters that follow one another without a gap, so that one product serves them all;
  /// `nil` where they do not, or where only some of them are trained. Vectors are joined along their columns.
  public static func joined(_ parts: [Parameter]) -> Parameter? {
    guard let first = parts.first else { return nil }
    var end = first.offset
    for part in parts {
      guard part.offset == end, part.isTrainable == first.isTrainable, part.isVector == first.isVector,
        part.isVector || part.columns == first.columns
      else { return nil }
      end += part.count
    }
    let name = parts.map(\.name).joined(separator: "+")
    return first.isVector
      ? Parameter(
        name: name, rows: 1, columns: end - first.offset, offset: first.offset, isTrainable: first.isTrainable,
        isVector: true)
      : Parameter(
        name: name, rows: (end - first.offset) / first.columns, columns: first.columns, offset: first.offset,
        isTrainable: first.isTrainable, isVector: false)
  }
}
