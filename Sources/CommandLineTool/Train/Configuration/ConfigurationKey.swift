// A key of a configuration: its name, its type, its range, and the property that it sets. One table reads, writes and checks.

/// A part of a configuration: a struct whose properties are its defaults, and the keys that set them.
protocol ConfigurationSection: Sendable {
  init()
  /// The keys, in the order in which they are printed. What a condition asks about comes first.
  static var keys: [ConfigurationKey<Self>] { get }
}

/// One key.
struct ConfigurationKey<Section: ConfigurationSection> {
  let name: String
  /// Sets the property from a value that was written.
  let read: (ConfigurationNode, _ path: String, inout Section, inout ConfigurationFaults) -> Void
  /// The property's value.
  let write: (Section) -> ConfigurationValue
  /// Where the key has a meaning, and that in words: "a model of type mlp".
  private(set) var condition: (words: String, holds: (Section) -> Bool)?

  init(
    _ name: String,
    read: @escaping (ConfigurationNode, _ path: String, inout Section, inout ConfigurationFaults) -> Void,
    write: @escaping (Section) -> ConfigurationValue
  ) {
    (self.name, self.read, self.write) = (name, read, write)
  }

  /// The key, which is refused where the condition does not hold.
  func `for`(_ words: String, where holds: @escaping (Section) -> Bool) -> ConfigurationKey {
    var key = self
    key.condition = (words, holds)
    return key
  }

  func applies(to section: Section) -> Bool { condition?.holds(section) ?? true }
}

extension ConfigurationSection {
  /// Sets the keys that a mapping names; every key that this section does not have is a fault.
  mutating func read(_ node: ConfigurationNode, path: String, _ faults: inout ConfigurationFaults) {
    if node.isNull { return }
    guard case .map(let entries) = node.content else {
      return faults.add(path, expected: "a mapping of keys", found: node.description, at: node.place)
    }
    func full(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
    for entry in entries where !entry.isImplied { faults.note(full(entry.key), at: entry.place) }
    for key in Self.keys {
      guard let entry = entries.first(where: { $0.key == key.name }) else { continue }
      if let condition = key.condition, !condition.holds(self) {
        if entry.isShared { continue }
        faults.add(
          full(key.name), expected: "this key only with \(condition.words)", found: entry.value.description,
          at: entry.place)
      } else {
        key.read(entry.value, full(key.name), &self, &faults)
      }
    }
    for entry in entries where !Self.keys.contains(where: { $0.name == entry.key }) {
      let names = Self.keys.filter { $0.applies(to: self) }.map(\.name)
      let hint = likelyName(for: entry.key, among: names).map { "; did you mean \($0)?" } ?? ""
      faults.add(
        path, expected: "one of the keys \(names.joined(separator: ", "))", found: "\(entry.key)\(hint)",
        at: entry.place)
    }
  }

  /// All keys that apply, with their values.
  var written: ConfigurationValue {
    .map(Self.keys.filter { $0.applies(to: self) }.map { ($0.name, $0.write(self)) })
  }
}

/// A range of numbers, with its words.
struct NumberRange {
  let words: String
  let contains: (Double) -> Bool

  static var any: NumberRange { NumberRange(words: "a number") { $0.isFinite } }
  static var positive: NumberRange { NumberRange(words: "a number above 0") { $0 > 0 && $0.isFinite } }
  static var notNegative: NumberRange { NumberRange(words: "a number from 0") { $0 >= 0 && $0.isFinite } }
  static var share: NumberRange { NumberRange(words: "a number from 0 to below 1") { $0 >= 0 && $0 < 1 } }
  static var fraction: NumberRange { NumberRange(words: "a number above 0 and at most 1") { $0 > 0 && $0 <= 1 } }
}
