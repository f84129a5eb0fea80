// Laws of algebra: monoid, group, commutative ring.

extension Laws {
  /// `combine` is associative and `identity` changes nothing on either side.
  public static func monoid<Value: Equatable>(
    _ values: Generator<Value>, identity: Value, combine: @escaping (Value, Value) throws -> Value,
    fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    Laws(
      name: "monoid", properties: monoidProperties(values, identity: identity, combine: combine, of: ""),
      fileID: fileID, line: line)
  }

  /// A monoid in which `inverse` undoes each element on either side; commutative too where that is asked for.
  public static func group<Value: Equatable>(
    _ values: Generator<Value>, identity: Value, combine: @escaping (Value, Value) throws -> Value,
    inverse: @escaping (Value) throws -> Value, commutative: Bool = false,
    fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    var properties = monoidProperties(values, identity: identity, combine: combine, of: "")
    properties.append(.law("left inverse", values) { try combine(inverse($0), $0) == identity })
    properties.append(.law("right inverse", values) { try combine($0, inverse($0)) == identity })
    if commutative { properties.append(commutativity(values, combine, of: "")) }
    return Laws(name: "group", properties: properties, fileID: fileID, line: line)
  }

  /// Addition is a commutative group, multiplication a commutative monoid that distributes over it.
  public static func commutativeRing<Value: Equatable>(
    _ values: Generator<Value>, zero: Value, one: Value, add: @escaping (Value, Value) throws -> Value,
    negate: @escaping (Value) throws -> Value, multiply: @escaping (Value, Value) throws -> Value,
    fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    var properties = monoidProperties(values, identity: zero, combine: add, of: " of addition")
    properties.append(commutativity(values, add, of: " of addition"))
    properties.append(.law("negation", values) { try add($0, negate($0)) == zero })
    properties += monoidProperties(values, identity: one, combine: multiply, of: " of multiplication")
    properties.append(commutativity(values, multiply, of: " of multiplication"))
    properties.append(
      .law("distributivity", tuples(values, values, values)) { x, y, z in
        try multiply(x, add(y, z)) == add(multiply(x, y), multiply(x, z))
      })
    return Laws(name: "commutative ring", properties: properties, fileID: fileID, line: line)
  }

  private static func monoidProperties<Value: Equatable>(
    _ values: Generator<Value>, identity: Value, combine: @escaping (Value, Value) throws -> Value, of operation: String
  ) -> [Property] {
    [
      .law("left identity" + operation, values) { try combine(identity, $0) == $0 },
      .law("right identity" + operation, values) { try combine($0, identity) == $0 },
      .law("associativity" + operation, tuples(values, values, values)) { x, y, z in
        try combine(combine(x, y), z) == combine(x, combine(y, z))
      },
    ]
  }

  private static func commutativity<Value: Equatable>(
    _ values: Generator<Value>, _ combine: @escaping (Value, Value) throws -> Value, of operation: String
  ) -> Property {
    .law("commutativity" + operation, tuples(values, values)) { x, y in try combine(x, y) == combine(y, x) }
  }
}
