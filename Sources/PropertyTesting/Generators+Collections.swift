// Generators of arrays, sets, subsets, permutations and strings.
import Randomness

/// Arrays of a generator's values; shrinks towards fewer elements, then towards simpler ones.
///
/// Before each element stands the choice whether there is one more; an element and its choice are one span, so any element can
/// be left out. How long the arrays tend to be changes from run to run, up to the whole of the range.
/// - Precondition: `count.lowerBound >= 0`.
@inlinable
public func arrays<Value>(of element: Generator<Value>, count: ClosedRange<Int> = 0...64) -> Generator<[Value]> {
  precondition(count.lowerBound >= 0, "arrays(of:count:) needs counts of at least 0, not \(count).")
  return Generator { source in
    let more = source.probabilityOfMore(for: count)
    var values: [Value] = []
    var goesOn = count.upperBound > 0
    while goesOn {
      goesOn = try source.span { source in
        guard try source.goesOn(values.count, count, probability: more) else { return false }
        values.append(try source.draw(element))
        return true
      }
    }
    return values
  }
}

/// Arrays of exactly `count` values.
@inlinable
public func arrays<Value>(of element: Generator<Value>, count: Int) -> Generator<[Value]> {
  arrays(of: element, count: count...count)
}

/// Arrays of values that are all different; shrinks as `arrays(of:count:)` does.
///
/// An element that was there already is drawn again, at most ten times; an example that cannot reach the least count is left out.
public func distinctArrays<Value: Hashable & SendableMetatype>(
  of element: Generator<Value>, count: ClosedRange<Int> = 0...64
) -> Generator<[Value]> {
  precondition(count.lowerBound >= 0, "distinctArrays(of:count:) needs counts of at least 0, not \(count).")
  return Generator { source in
    let more = source.probabilityOfMore(for: count)
    var values: [Value] = []
    var seen: Set<Value> = []
    var misses = 0
    var goesOn = count.upperBound > 0
    while goesOn, misses < 10 {
      goesOn = try source.span { source in
        guard try source.goesOn(values.count, count, probability: more) else { return false }
        let value = try source.draw(element)
        if seen.insert(value).inserted { values.append(value) } else { misses += 1 }
        return true
      }
    }
    try assume(values.count >= count.lowerBound)
    return values
  }
}

/// Sets of a generator's values; shrinks towards fewer elements, then towards simpler ones.
public func sets<Value: Hashable & SendableMetatype>(
  of element: Generator<Value>, count: ClosedRange<Int> = 0...64
) -> Generator<Set<Value>> {
  distinctArrays(of: element, count: count).map { Set($0) }
}

/// Subsequences of a collection: each element is in or out; shrinks towards the empty one.
public func subsets<Items: Collection>(of items: Items) -> Generator<[Items.Element]> where Items.Element: Sendable {
  let items = Array(items)
  return Generator { source in
    let probability = source.unrecorded { $0.uniformDouble() }
    return try items.filter { _ in try source.boolean(probability: probability) }
  }
}

/// The orders of a collection's elements, each equally likely; shrinks towards the order given.
public func permutations<Items: Collection>(of items: Items) -> Generator<[Items.Element]>
where Items.Element: Sendable {
  let items = Array(items)
  return Generator { source in
    var order = items
    for place in order.indices.dropLast() {
      order.swapAt(place, place + (try source.index(below: order.count - place)))
    }
    return order
  }
}

/// Characters that tend to break text processing, after the simple ones: letters, digits, space, then the rest.
public let troublesomeCharacters: [Character] =
  Array("abcdefghijklmnopqrstuvwxyz0123456789 ABCXYZ_-.,:;/\\'\"()[]{}<>#%&*+=?!@$^|~`\t\n\r\u{0}\u{7F}")
  + ["é", "e\u{301}", "ß", "İ", "中", "\u{200D}", "👩‍👩‍👧", "\u{FEFF}", "\u{10FFFF}"]

/// Strings of characters of an alphabet; shrinks towards fewer characters, then towards the alphabet's beginning.
/// - Precondition: the alphabet is not empty.
public func strings(
  of alphabet: [Character] = troublesomeCharacters, count: ClosedRange<Int> = 0...64
) -> Generator<String> {
  arrays(of: element(of: alphabet), count: count).map { String($0) }
}

extension ChoiceSource {
  /// Whether a list of `done` elements gets one more.
  ///
  /// Recorded also where the answer is forced, but for lists of a fixed count: then all elements begin alike, and when one is deleted the
  /// others stay in their places.
  @usableFromInline
  mutating func goesOn(_ done: Int, _ count: ClosedRange<Int>, probability: Double) throws -> Bool {
    if count.lowerBound == count.upperBound { return done < count.upperBound }
    let isFull = done >= count.upperBound
    let isShort = done < count.lowerBound
    let wantsMore = try boolean(probability: isFull ? 0 : isShort ? 1 : probability)
    return (isShort || wantsMore) && !isFull
  }

  /// The probability of one more element, drawn anew and unrecorded: lists are short in some runs and long in others.
  @usableFromInline
  mutating func probabilityOfMore(for count: ClosedRange<Int>) -> Double {
    let room = Double(count.upperBound - count.lowerBound)
    if room == 0 { return 0 }
    return unrecorded { random in
      // The mean runs log-uniformly from 1 (or all the room) to the whole room, at most 256.
      let top = min(room, 256)
      var mean = 1.0
      let doublings = random.uniform(below: Int(top.exponent) + 1)
      for _ in 0..<doublings { mean *= 2 }
      return min(mean, top) / (min(mean, top) + 1)
    }
  }
}
