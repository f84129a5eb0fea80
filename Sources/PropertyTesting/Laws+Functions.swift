// Laws of functions: round trip, idempotence, involution, agreement of two implementations, monotonicity.

extension Laws {
  /// `decode(encode(x)) == x`, for readers and writers.
  public static func roundTrip<Value: Equatable, Encoded>(
    _ values: Generator<Value>, encode: @escaping (Value) throws -> Encoded,
    decode: @escaping (Encoded) throws -> Value, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    Laws(
      name: "round trip",
      properties: [.law("decoding gives what was encoded", values) { try decode(encode($0)) == $0 }],
      fileID: fileID, line: line)
  }

  /// `f(f(x)) == f(x)`, for normal forms.
  public static func idempotent<Value: Equatable>(
    _ values: Generator<Value>, _ f: @escaping (Value) throws -> Value, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    Laws(
      name: "idempotent",
      properties: [
        .law("twice is once", values) {
          let once = try f($0)
          return try f(once) == once
        }
      ], fileID: fileID, line: line)
  }

  /// `f(f(x)) == x`, for functions that undo themselves.
  public static func involution<Value: Equatable>(
    _ values: Generator<Value>, _ f: @escaping (Value) throws -> Value, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    Laws(
      name: "involution", properties: [.law("twice is nothing", values) { try f(f($0)) == $0 }], fileID: fileID,
      line: line)
  }

  /// `f(x) == g(x)`: a clever implementation against a plain one. Where one throws, the other must throw too.
  public static func agree<Value, Output: Equatable>(
    _ values: Generator<Value>, _ f: @escaping (Value) throws -> Output, _ g: @escaping (Value) throws -> Output,
    fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    Laws(
      name: "agreement",
      properties: [
        .law("both give the same", values) { value in
          // `assume` in either leaves the example out; any other error is an answer.
          func answer(_ function: (Value) throws -> Output) throws -> Output? {
            do { return try function(value) } catch let stop as RunStop { throw stop } catch { return nil }
          }
          return try answer(f) == answer(g)
        }
      ], fileID: fileID, line: line)
  }

  /// `x <= y` implies `f(x) <= f(y)`.
  public static func monotone<Value: Comparable, Output: Comparable>(
    _ values: Generator<Value>, _ f: @escaping (Value) throws -> Output, fileID: String = #fileID, line: Int = #line
  ) -> Laws {
    Laws(
      name: "monotone",
      properties: [
        .law("order is kept", tuples(values, values)) { try f(min($0.0, $0.1)) <= f(max($0.0, $0.1)) }
      ], fileID: fileID, line: line)
  }
}
