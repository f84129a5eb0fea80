// Generators: functions from recorded choices to values, so that mapping and filtering them keeps shrinking for free.

/// A recipe for random values of a type, which shrink by themselves.
///
/// A generator reads choices (see ``ChoiceSource``) and makes a value of them. When a property fails, the *choices* are made
/// fewer and simpler and the generator runs again, so every shrunk value is one that it can make: a sorted list stays
/// sorted, an acyclic circuit stays acyclic, and nobody writes a shrinker.
///
/// ```swift
/// let words = arrays(of: element(of: ["a", "b", "c"]), count: 1...4).map { $0.joined() }
/// try forAll(words) { $0.count <= 4 }
/// ```
///
/// Rules for good shrinking: make simpler values of smaller choices; put the simplest alternative first; draw what can be left
/// out as one span (``ChoiceSource/draw(_:)`` does so); prefer `arrays(of:count:)` to drawing a number and then so many things.
public struct Generator<Value>: Sendable {
  @usableFromInline let body: @Sendable (inout ChoiceSource) throws -> Value

  /// A generator that runs `body`, which must depend on the source's answers alone.
  @inlinable
  public init(_ body: @escaping @Sendable (inout ChoiceSource) throws -> Value) { self.body = body }

  /// A generator of the transformed values.
  @inlinable
  public func map<Other>(_ transform: @escaping @Sendable (Value) throws -> Other) -> Generator<Other> {
    Generator<Other> { source in try transform(source.draw(self)) }
  }

  /// A generator whose second part depends on the first part's value.
  ///
  /// ```swift
  /// let indexed = arrays(of: booleans(), count: 1...8).flatMap { list in
  ///   integers(in: 0...list.count - 1).map { (list, $0) }
  /// }
  /// ```
  @inlinable
  public func flatMap<Other>(_ next: @escaping @Sendable (Value) throws -> Generator<Other>) -> Generator<Other> {
    Generator<Other> { source in
      let value = try source.draw(self)
      return try source.draw(next(value))
    }
  }

  /// The values that satisfy a condition; up to `tries` draws, after which the whole example is left out.
  ///
  /// A property that has to leave out too many examples gives up and says so. Filter close to what is filtered: a list of
  /// filtered elements, not a filtered list.
  public func filter(tries: Int = 10, _ isIncluded: @escaping @Sendable (Value) throws -> Bool) -> Generator<Value> {
    precondition(tries > 0, "filter(tries:) needs a positive number of tries, not \(tries).")
    return Generator { source in
      for _ in 0..<tries {
        let value = try source.draw(self)
        if try isIncluded(value) { return value }
      }
      throw RunStop.discarded
    }
  }

  /// A value for documentation and experiments: the one of a seed, or `nil` if all of 100 draws were left out by filters.
  /// - Throws: what the generator throws, other than leaving a draw out.
  public func sample(seed: UInt64) throws -> Value? {
    for iteration in 0..<100 as Range<UInt64> {
      var source = ChoiceSource(random: runRandom(seed: seed, iteration: iteration), limit: 8192)
      do {
        return try body(&source)
      } catch is RunStop {
        continue
      }
    }
    return nil
  }
}

/// One value alone.
public func just<Value: Sendable>(_ value: Value) -> Generator<Value> { Generator { _ in value } }

/// Tuples of the generators' values, drawn from left to right.
@inlinable
public func tuples<each Value>(_ generators: repeat Generator<each Value>) -> Generator<(repeat each Value)> {
  Generator { source in (repeat try source.draw(each generators)) }
}

/// Values of one of several generators, each equally likely; shrinks towards the first.
public func oneOf<Value>(_ generators: Generator<Value>...) -> Generator<Value> { oneOf(generators) }

/// Values of one of several generators, each equally likely; shrinks towards the first.
/// - Precondition: there is at least one.
public func oneOf<Value>(_ generators: [Generator<Value>]) -> Generator<Value> {
  precondition(!generators.isEmpty, "oneOf needs at least one generator.")
  return Generator { source in
    let index = try source.index(below: generators.count)
    return try source.draw(generators[index])
  }
}

/// Values of one of several generators, chosen in proportion to the weights; shrinks towards the first.
/// - Precondition: there is at least one, and every weight lies in 1 ... 10^9.
public func frequency<Value>(_ weighted: (weight: Int, Generator<Value>)...) -> Generator<Value> {
  precondition(!weighted.isEmpty, "frequency needs at least one generator.")
  precondition(
    weighted.allSatisfy { (1...1_000_000_000).contains($0.weight) },
    "frequency needs weights in 1 ... 10^9: leave out what never comes.")
  let generators = weighted.map(\.1)
  let weights = weighted.map(\.weight)
  return Generator { source in
    let index = try source.weightedIndex(weights: weights)
    return try source.draw(generators[index])
  }
}

/// An element of a collection, each equally likely; shrinks towards the first.
/// - Precondition: the collection is not empty.
public func element<Items: Collection>(of items: Items) -> Generator<Items.Element> where Items.Element: Sendable {
  let items = Array(items)
  precondition(!items.isEmpty, "element(of:) needs a collection that is not empty.")
  return Generator { source in items[try source.index(below: items.count)] }
}

/// A value or `nil`; shrinks towards `nil`.
public func optionals<Value>(of generator: Generator<Value>) -> Generator<Value?> {
  Generator { source in try source.boolean(probability: 0.75) ? source.draw(generator) : nil }
}

/// Values of a type that contains itself: `leaf` or what `branch` makes of smaller ones; shrinks towards leaves and sub-values.
///
/// `branch` receives the generator of the parts, which makes leaves alone below `depth` levels. The probability of branching
/// falls with depth so that the expected size stays finite for any number of parts up to four.
///
/// ```swift
/// indirect enum Tree: Sendable { case leaf, node(Tree, Int, Tree) }
/// let trees = recursive(just(Tree.leaf), depth: 6) { part in
///   tuples(part, integers(in: 0...9), part).map { .node($0, $1, $2) }
/// }
/// ```
/// - Precondition: `depth >= 0`.
public func recursive<Value>(
  _ leaf: Generator<Value>, depth: Int = 5,
  branch: @escaping @Sendable (Generator<Value>) -> Generator<Value>
) -> Generator<Value> {
  precondition(depth >= 0, "recursive needs a depth of at least 0, not \(depth).")
  @Sendable func level(_ left: Int) -> Generator<Value> {
    Generator { source in
      try source.span(isRecursive: true) { source in
        // Every level records the choice, the last one too, so that a part can take the place of its whole.
        let branches = try source.boolean(probability: left == 0 ? 0 : left == depth ? 0.9 : 0.6)
        return try branches && left > 0 ? source.draw(branch(level(left - 1))) : source.draw(leaf)
      }
    }
  }
  return level(depth)
}
