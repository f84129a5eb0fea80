// Integers of any size: a machine word where the value fits, GMP where it does not.
import CGMP

/// An integer of any size, with value semantics.
///
/// A value that fits in 64 bits is stored in place and costs no allocation; any other lies in a GMP integer that copies
/// share until one of them changes. Every operation is exact. Sizes beyond about 2^37 bits end the program inside GMP.
///
///     let n: Integer = 123_456_789_012_345_678_901_234_567_890
///     print(n * n, n.squareRootIfExact() as Any)
public struct Integer: Sendable {
  /// The value where `storage` is nil, else 0.
  @usableFromInline var word: Int
  /// The value where it does not fit in `word`; never a value that fits, so that equal integers have equal forms.
  @usableFromInline var storage: IntegerStorage?

  /// The integer with a word's value.
  @inlinable
  public init(_ value: Int) {
    word = value
    storage = nil
  }

  /// Takes over a storage that nobody else refers to.
  init(adopting storage: IntegerStorage) {
    self.init(0)
    self.storage = storage
    demote()
  }

  /// The integer with any fixed or big binary integer's value.
  public init<Source: BinaryInteger>(_ source: Source) {
    if let small = Int(exactly: source) {
      self.init(small)
      return
    }
    let words = source.magnitude.words.map { UInt($0) }
    let storage = IntegerStorage()
    words.withUnsafeBufferPointer { buffer in
      if let base = buffer.baseAddress {
        integer_set_words(storage.z, base, buffer.count, source < 0 ? 1 : 0)
      }
    }
    self.init(adopting: storage)
  }

  /// Returns to the word form where the value fits: the invariant that equality and hashing rest on.
  mutating func demote() {
    guard let storage, integer_fits_word(storage.z) != 0 else { return }
    word = integer_word(storage.z)
    self.storage = nil
  }

  /// The value as a word, or nil where it does not fit.
  @inlinable
  var wordIfSmall: Int? { storage == nil ? word : nil }
}

// MARK: - Calling GMP

typealias BinaryOperation =
  (UnsafeMutablePointer<__mpz_struct>, UnsafePointer<__mpz_struct>?, Int, UnsafePointer<__mpz_struct>?, Int) -> Void
typealias CountedOperation = (UnsafeMutablePointer<__mpz_struct>, UnsafePointer<__mpz_struct>?, Int, UInt) -> Void

extension Integer {
  /// A fresh integer that `operation` writes from two operands.
  static func combining(_ a: Integer, _ b: Integer, _ operation: BinaryOperation) -> Integer {
    let result = IntegerStorage()
    withExtendedLifetime((a.storage, b.storage)) {
      operation(result.z, a.storage.map { UnsafePointer($0.z) }, a.word, b.storage.map { UnsafePointer($0.z) }, b.word)
    }
    return Integer(adopting: result)
  }

  /// `self = operation(self, b)`, in self's own memory where no copy shares it (GMP allows its results to be operands).
  mutating func combine(_ b: Integer, _ operation: BinaryOperation) {
    guard storage != nil, isKnownUniquelyReferenced(&storage), let own = storage else {
      self = Self.combining(self, b, operation)
      return
    }
    withExtendedLifetime((own, b.storage)) {
      operation(own.z, UnsafePointer(own.z), 0, b.storage.map { UnsafePointer($0.z) }, b.word)
    }
    demote()
  }

  /// A fresh integer that `operation` writes from this one and a count.
  func applying(_ count: Int, _ operation: CountedOperation) -> Integer {
    let result = IntegerStorage()
    withExtendedLifetime(storage) {
      operation(result.z, storage.map { UnsafePointer($0.z) }, word, UInt(count))
    }
    return Integer(adopting: result)
  }
}

// MARK: - Order and equality

extension Integer: Equatable, Hashable, Comparable {
  /// Whether the values are equal.
  @inlinable
  public static func == (a: Integer, b: Integer) -> Bool {
    if a.storage == nil && b.storage == nil { return a.word == b.word }
    return slowCompare(a, b) == 0
  }

  /// Whether `a` is the smaller value.
  @inlinable
  public static func < (a: Integer, b: Integer) -> Bool {
    if a.storage == nil && b.storage == nil { return a.word < b.word }
    return slowCompare(a, b) < 0
  }

  @usableFromInline
  static func slowCompare(_ a: Integer, _ b: Integer) -> Int {
    withExtendedLifetime((a.storage, b.storage)) {
      Int(
        integer_compare(
          a.storage.map { UnsafePointer($0.z) }, a.word, b.storage.map { UnsafePointer($0.z) }, b.word))
    }
  }

  /// Feeds sign and limbs to the hasher.
  public func hash(into hasher: inout Hasher) {
    guard let storage else { return hasher.combine(word) }
    withExtendedLifetime(storage) {
      hasher.combine(integer_sign(storage.z))
      for i in 0..<integer_limb_count(storage.z) { hasher.combine(integer_limb(storage.z, i)) }
    }
  }

  /// -1, 0 or 1.
  public func signum() -> Int {
    guard let storage else { return word.signum() }
    return withExtendedLifetime(storage) { Int(integer_sign(storage.z)) }
  }
}
