// YAML text to nodes. The one file that knows the YAML library.
import Yams

extension ConfigurationNode {
  /// Reads a text.
  ///
  /// Scalars keep their text: what a number is decides the key that it is for, so that `1e-3` is one, as in every programming language, although
  /// YAML 1.1 has it as a text.
  init(yaml text: String, source: String) throws {
    let whole = ConfigurationPlace(source: source)
    do {
      guard let node = try Yams.compose(yaml: text) else {
        self.init(content: .map([]), place: whole)
        return
      }
      self = try ConfigurationNode(node, source: source, depth: 0)
    } catch let error as YamlError {
      throw ConfigurationNode.failure(error, source: source)
    }
  }

  /// Reads one value of the command line.
  init(yaml text: String, option: String) throws {
    self = try ConfigurationNode(yaml: text, source: option).placed(at: ConfigurationPlace(source: option))
    if case .map(let entries) = content, entries.isEmpty, text.allSatisfy(\.isWhitespace) {
      content = .scalar("", isQuoted: false)
    }
  }

  private func placed(at place: ConfigurationPlace) -> ConfigurationNode {
    let content: Content =
      switch content {
      case .scalar: content
      case .list(let items): .list(items.map { $0.placed(at: place) })
      case .map(let entries):
        .map(entries.map { Entry(key: $0.key, place: place, value: $0.value.placed(at: place)) })
      }
    return ConfigurationNode(content: content, place: place)
  }

  /// No configuration nests deeper than this; aliases could make a node that does.
  private static let depthLimit = 16

  private init(_ node: Node, source: String, depth: Int) throws {
    let place = ConfigurationPlace(source: source, line: node.mark?.line, column: node.mark?.column)
    guard depth < Self.depthLimit else {
      throw Failure.refused(place.text, expected: "at most \(Self.depthLimit) levels of nesting", found: "more")
    }
    switch node {
    case .scalar(let scalar):
      let isQuoted = ![.any, .plain].contains(scalar.style)
      self.init(content: .scalar(scalar.string, isQuoted: isQuoted), place: place)
    case .sequence(let sequence):
      let items = try sequence.map { try ConfigurationNode($0, source: source, depth: depth + 1) }
      self.init(content: .list(items), place: place)
    case .mapping(let mapping):
      let entries = try mapping.map { key, value -> Entry in
        let keyPlace = ConfigurationPlace(source: source, line: key.mark?.line, column: key.mark?.column)
        guard case .scalar(let name) = key else {
          throw Failure.refused(keyPlace.text, expected: "a key", found: "a list or a mapping")
        }
        return Entry(
          key: name.string, place: keyPlace, value: try ConfigurationNode(value, source: source, depth: depth + 1))
      }
      self.init(content: .map(entries), place: place)
    case .alias:
      throw Failure.refused(place.text, expected: "a value", found: "an alias of nothing before it")
    }
  }

  private static func failure(_ error: YamlError, source: String) -> Failure {
    func failure(_ mark: Mark?, _ text: String) -> Failure {
      let place = ConfigurationPlace(source: source, line: mark?.line, column: mark?.column)
      return Failure.refused(place.text, expected: "YAML", found: text)
    }
    switch error {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      return failure(mark, problem)
    case .duplicatedKeysInMapping(let duplicates, let context):
      let names = duplicates.joined(separator: ", ")
      return failure(context.mark, "a key twice in one mapping: \(names)")
    default: return failure(nil, "\(error)".split(separator: "\n").joined(separator: " "))
    }
  }
}
