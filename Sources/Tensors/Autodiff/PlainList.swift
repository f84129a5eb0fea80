// The record of a tape: plain elements in memory that is kept from step to step.

/// A list of plain elements that has one owner, which deallocates it.
///
/// An array asks before each change whether it is shared, and a step makes a hundred changes to a few elements.
struct PlainList<Element: BitwiseCopyable>: RandomAccessCollection {
  private(set) var count = 0
  private var capacity = 0
  private var base: UnsafeMutablePointer<Element>

  /// An empty list.
  init() {
    capacity = 32
    base = .allocate(capacity: capacity)
  }

  /// The first place.
  var startIndex: Int { 0 }
  /// The place after the last.
  var endIndex: Int { count }

  /// The element at a place, to be read or changed.
  subscript(index: Int) -> Element {
    @inline(__always) _read {
      precondition(index >= 0 && index < count, "an element stands in the list")
      yield base[index]
    }
    @inline(__always) nonmutating _modify {
      precondition(index >= 0 && index < count, "an element stands in the list")
      yield &base[index]
    }
  }

  /// Appends an element.
  @inline(__always)
  mutating func append(_ element: Element) {
    if count == capacity { grow() }
    (base + count).initialize(to: element)
    count += 1
  }

  @inline(never)
  private mutating func grow() {
    let grown = UnsafeMutablePointer<Element>.allocate(capacity: 2 * capacity)
    grown.moveInitialize(from: base, count: count)
    base.deallocate()
    (base, capacity) = (grown, 2 * capacity)
  }

  /// Forgets all elements and keeps the memory.
  mutating func removeAll() { count = 0 }

  /// Returns the memory to the system.
  func deallocate() { base.deallocate() }
}
