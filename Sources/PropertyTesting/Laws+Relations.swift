// Laws of relations: equivalence with hashing, strict and total order.

extension Laws {
  /// `==` is reflexive, symmetric and transitive, and equal values have equal hashes.
  ///
  /// Give a generator that makes equal values by different ways often enough, such as few distinct ones.
  public static func equivalence<Value: Hashable>(
    _ values: Generator<Value>, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    equivalence(values, areEquivalent: ==, hash: { $0.hashValue }, fileID: fileID, line: line)
  }

  /// A relation is reflexive, symmetric and transitive, and what it relates has equal hashes (where a hash is given).
  public static func equivalence<Value>(
    _ values: Generator<Value>, areEquivalent: @escaping (Value, Value) throws -> Bool,
    hash: ((Value) throws -> Int)? = nil, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    var properties: [Property] = [
      .law("reflexivity", values) { try areEquivalent($0, $0) },
      .law("symmetry", tuples(values, values)) { try areEquivalent($0.0, $0.1) == areEquivalent($0.1, $0.0) },
      .law("transitivity", tuples(values, values, values)) { x, y, z in
        try !(areEquivalent(x, y) && areEquivalent(y, z)) || areEquivalent(x, z)
      },
    ]
    if let hash {
      properties.append(
        .law("equal hashes", tuples(values, values)) { x, y in try !areEquivalent(x, y) || hash(x) == hash(y) })
    }
    return Laws(name: "equivalence", properties: properties, fileID: fileID, line: line)
  }

  /// `<` is irreflexive, asymmetric and transitive, and so is "neither comes first" (a strict weak order, as sorting needs it).
  public static func strictOrder<Value>(
    _ values: Generator<Value>, precedes: @escaping (Value, Value) throws -> Bool,
    fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    func tied(_ x: Value, _ y: Value) throws -> Bool { try !precedes(x, y) && !precedes(y, x) }
    return Laws(
      name: "strict order",
      properties: [
        .law("irreflexivity", values) { try !precedes($0, $0) },
        .law("asymmetry", tuples(values, values)) { try !(precedes($0.0, $0.1) && precedes($0.1, $0.0)) },
        .law("transitivity", tuples(values, values, values)) { x, y, z in
          try !(precedes(x, y) && precedes(y, z)) || precedes(x, z)
        },
        .law("transitivity of ties", tuples(values, values, values)) { x, y, z in
          try !(tied(x, y) && tied(y, z)) || tied(x, z)
        },
      ], fileID: fileID, line: line)
  }

  /// `<` is a strict order that agrees with `==` and with `<=`, `>` and `>=`: exactly one of `<`, `==`, `>` holds.
  public static func totalOrder<Value: Comparable>(
    _ values: Generator<Value>, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    let pairs = tuples(values, values)
    let total = Laws(
      name: "total order",
      properties: [
        .law("trichotomy", pairs) { x, y in [x < y, x == y, y < x].filter { $0 }.count == 1 },
        .law("agreement of <, <=, >, >=", pairs) { x, y in
          (x <= y) == !(y < x) && (x > y) == (y < x) && (x >= y) == !(x < y)
        },
      ], fileID: fileID, line: line)
    return total.and(strictOrder(values, precedes: <))
  }
}
