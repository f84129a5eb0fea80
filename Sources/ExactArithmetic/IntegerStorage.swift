// The only owner of memory in this module: one GMP integer on the heap, freed with its last reference.
import CGMP

/// One GMP integer.
///
/// `@unchecked Sendable` is right because storage is immutable once shared: a new storage is written by its creator
/// before anyone else sees it, and after that `Integer` writes only where `isKnownUniquelyReferenced` holds. This is
/// the copy-on-write discipline of Array, whose storage is shared between threads on the same ground.
@usableFromInline
final class IntegerStorage: @unchecked Sendable {
  /// Address of the GMP integer; a pointer, not a stored struct, so that the same object can be passed to GMP twice
  /// (a = a + a) without overlapping Swift accesses.
  let z: UnsafeMutablePointer<__mpz_struct>

  init() {
    z = .allocate(capacity: 1)
    integer_initialize(z)
  }

  deinit {
    integer_clear(z)
    z.deallocate()
  }
}
