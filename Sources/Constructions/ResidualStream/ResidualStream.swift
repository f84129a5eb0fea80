// Names for the coordinates of a vector space; columns are numbered once, in the last lowering.

/// A named block of coordinates, such as the code of a wire or a single flag.
///
/// A construction speaks of subspaces and of their directions (`code[3]`); only a `ResidualStream` knows the columns. Subspaces of equal name
/// and size are equal: the meaning is for people.
public struct Subspace: Hashable, Sendable, Codable {
  /// The name, unique within a space.
  public let name: String
  /// The number of directions.
  public let size: Int
  /// What its coordinates say, in words for people; may be empty.
  public let meaning: String

  /// A subspace of `size` directions.
  public init(_ name: String, size: Int = 1, meaning: String = "") {
    precondition(size >= 1, "a subspace has at least one direction")
    self.name = name
    self.size = size
    self.meaning = meaning
  }

  /// Whether name and size are equal.
  public static func == (a: Subspace, b: Subspace) -> Bool { a.name == b.name && a.size == b.size }

  /// Hashes name and size.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(name)
    hasher.combine(size)
  }

  /// Direction `i` of the subspace.
  public subscript(i: Int) -> Direction {
    precondition(i >= 0 && i < size, "the direction lies in the subspace")
    return Direction(subspace: self, offset: i)
  }
}

/// One coordinate, by name.
public struct Direction: Hashable, Sendable, CustomStringConvertible {
  /// The block that the direction belongs to.
  public let subspace: Subspace
  /// Its place in the block.
  public let offset: Int

  /// `name` for a block of one direction, `name[i]` otherwise.
  public var description: String { subspace.size == 1 ? subspace.name : "\(subspace.name)[\(offset)]" }
}

/// A direct sum of subspaces in a fixed order: the residual stream, or the coordinates of an attention head.
public struct ResidualStream: Sendable, Equatable {
  /// The subspaces, in the order of their columns.
  public let subspaces: [Subspace]
  /// The number of columns.
  public let size: Int
  private let starts: [Subspace: Int]

  /// The direct sum of `subspaces`, whose names differ.
  public init(_ subspaces: [Subspace]) {
    var starts: [Subspace: Int] = [:]
    var names: Set<String> = []
    var next = 0
    for subspace in subspaces {
      precondition(names.insert(subspace.name).inserted, "subspaces of a direct sum have different names")
      starts[subspace] = next
      next += subspace.size
    }
    self.subspaces = subspaces
    self.starts = starts
    size = next
  }

  /// The columns of `subspace`.
  public func columns(_ subspace: Subspace) -> Range<Int> {
    guard let start = starts[subspace] else { preconditionFailure("\(subspace.name) is not part of this space") }
    return start..<(start + subspace.size)
  }

  /// The column of `direction`.
  public func column(_ direction: Direction) -> Int {
    columns(direction.subspace).lowerBound + direction.offset
  }

  /// The name of each column, in order.
  public var directionNames: [String] {
    subspaces.flatMap { subspace in (0..<subspace.size).map { subspace[$0].description } }
  }

  /// The direction of each column, in order.
  public var directions: [Direction] {
    subspaces.flatMap { subspace in (0..<subspace.size).map { subspace[$0] } }
  }
}
