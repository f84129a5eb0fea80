// A configuration as it was written: scalars, lists and mappings, each with the place where it stands.

/// Where something of a configuration stands.
struct ConfigurationPlace: Equatable, Sendable {
  /// The file's name, or the option of the command line.
  var source: String
  /// Line and column, from 1; `nil` where the source has no lines.
  var line: Int?
  var column: Int?

  /// `config.yaml:3:5`.
  var text: String { ([source] + [line, column].compactMap { $0.map(String.init) }).joined(separator: ":") }
}

/// A piece of YAML.
struct ConfigurationNode: Sendable {
  /// A key of a mapping, with its own place and its value.
  struct Entry: Sendable {
    var key: String
    var place: ConfigurationPlace
    var value: ConfigurationNode
    /// Whether nobody wrote the key itself: one that the path of an override goes through.
    var isImplied = false
    /// Whether all replicas have it: what one of them has otherwise may leave it without a meaning there.
    var isShared = false
  }

  /// What is written.
  indirect enum Content: Sendable {
    case scalar(String, isQuoted: Bool)
    case list([ConfigurationNode])
    case map([Entry])
  }

  var content: Content
  var place: ConfigurationPlace

  /// Whether it says null or nothing.
  var isNull: Bool {
    if case .scalar(let text, isQuoted: false) = content {
      return ["", "~", "null", "Null", "NULL"].contains(text)
    }
    return false
  }

  /// Whether it is a mapping.
  private var isMap: Bool {
    if case .map = content { return true }
    return false
  }

  /// The value in words, for messages.
  var description: String {
    switch content {
    case .scalar(let text, let isQuoted): isNull ? "null" : isQuoted ? "the text \"\(text)\"" : text
    case .list(let items): "a list of \(items.count)"
    case .map(let entries): "a mapping of \(entries.count) keys"
    }
  }

  /// The value of a key, where this is a mapping that has it.
  subscript(key: String) -> ConfigurationNode? {
    guard case .map(let entries) = content else { return nil }
    return entries.first { $0.key == key }?.value
  }

  /// This with the keys of `other` put in the place of its own; mappings are joined key by key, anything else is replaced.
  func overlaid(by other: ConfigurationNode) -> ConfigurationNode {
    guard case .map(var entries) = content, case .map(let others) = other.content else { return other }
    for entry in others {
      if let index = entries.firstIndex(where: { $0.key == entry.key }) {
        // A mapping that gets a key more stands where it stood.
        let isJoined = entries[index].value.isMap && entry.value.isMap
        let value = entries[index].value.overlaid(by: entry.value)
        entries[index] =
          isJoined && (entry.isImplied || !entries[index].isImplied) ? entries[index] : entry
        entries[index].value = value
      } else {
        entries.append(entry)
      }
    }
    return ConfigurationNode(content: .map(entries), place: place)
  }

  /// This as what all replicas have.
  var shared: ConfigurationNode {
    guard case .map(let entries) = content else { return self }
    let marked = entries.map { entry in
      Entry(
        key: entry.key, place: entry.place, value: entry.value.shared, isImplied: entry.isImplied, isShared: true)
    }
    return ConfigurationNode(content: .map(marked), place: place)
  }

  /// This without some keys of its own.
  func removing(_ keys: Set<String>) -> ConfigurationNode {
    guard case .map(let entries) = content else { return self }
    return ConfigurationNode(content: .map(entries.filter { !keys.contains($0.key) }), place: place)
  }

  /// A mapping that holds `value` at the end of a path of keys.
  init(path: some BidirectionalCollection<String>, value: ConfigurationNode) {
    let place = value.place
    self = path.reversed().enumerated().reduce(value) { value, key in
      let entry = Entry(key: key.element, place: place, value: value, isImplied: key.offset > 0)
      return ConfigurationNode(content: .map([entry]), place: place)
    }
  }

  init(content: Content, place: ConfigurationPlace) {
    self.content = content
    self.place = place
  }
}
