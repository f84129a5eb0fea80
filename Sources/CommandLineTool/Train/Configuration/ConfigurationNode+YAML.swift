// YAML text to nodes. The one file that knows the YAML library.
import Yams

extension ConfigurationNode {
  /// Reads a text.
  ///
  /// Scalars keep their text: what a number is decides the key that it is for, so that `1e-3` is one, as in every programming language, although
  /// YAML 1.1 has it as a text.
  init(yaml text: String, source: String) throws {
    let whole = ConfigurationPlace(source: source)
    let aliases = ConfigurationNode.aliasCount(in: text)
    guard aliases <= ConfigurationNode.aliasLimit else {
      throw Failure.refused(
        source,
        expected: "at most \(ConfigurationNode.aliasLimit) aliases (*name), each of which repeats what it names",
        found: "\(aliases)")
    }
    do {
      guard let node = try Yams.compose(yaml: text) else {
        self.init(content: .map([]), place: whole)
        return
      }
      var room = ConfigurationNode.nodeLimit
      self = try ConfigurationNode(node, source: source, depth: 0, room: &room)
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

  /// The most aliases of a text. What k of them can make of a text is largest where they name one another in k / m levels of m: m^(k / m) times
  /// its size, for 16 less than 400 times. Without a limit a few lines make more than any memory holds.
  private static let aliasLimit = 16

  /// The most scalars, lists and mappings of a configuration, with what aliases repeat.
  private static let nodeLimit = 1_000_000

  /// How many aliases a text has, at most: asterisks before a name that could begin a value. Those within texts are counted too, unless they follow
  /// a quote, a dot or a letter; that they are values is not known before all of it is read, and then it is too late.
  private static func aliasCount(in text: String) -> Int {
    func isOfName(_ byte: UInt8) -> Bool {
      switch byte {
      case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
        true
      default: false
      }
    }
    var (count, before, beforeThat) = (0, UInt8(ascii: " "), UInt8(ascii: " "))
    for byte in text.utf8 {
      let follows =
        isOfName(beforeThat) || [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: ".")].contains(beforeThat)
      if before == UInt8(ascii: "*"), isOfName(byte), !follows { count += 1 }
      (beforeThat, before) = (before, byte)
    }
    return count
  }

  private init(_ node: Node, source: String, depth: Int, room: inout Int) throws {
    let place = ConfigurationPlace(source: source, line: node.mark?.line, column: node.mark?.column)
    room -= 1
    guard room >= 0 else {
      throw Failure.refused(
        source, expected: "at most \(Quantity.exact(Self.nodeLimit)) values, those that aliases repeat included",
        found: "more")
    }
    guard depth < Self.depthLimit else {
      throw Failure.refused(place.text, expected: "at most \(Self.depthLimit) levels of nesting", found: "more")
    }
    switch node {
    case .scalar(let scalar):
      let isQuoted = ![.any, .plain].contains(scalar.style)
      self.init(content: .scalar(scalar.string, isQuoted: isQuoted), place: place)
    case .sequence(let sequence):
      let items = try sequence.map { try ConfigurationNode($0, source: source, depth: depth + 1, room: &room) }
      self.init(content: .list(items), place: place)
    case .mapping(let mapping):
      let entries = try mapping.map { key, value -> Entry in
        let keyPlace = ConfigurationPlace(source: source, line: key.mark?.line, column: key.mark?.column)
        guard case .scalar(let name) = key else {
          throw Failure.refused(keyPlace.text, expected: "a key", found: "a list or a mapping")
        }
        return Entry(
          key: name.string, place: keyPlace,
          value: try ConfigurationNode(value, source: source, depth: depth + 1, room: &room))
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
    case .composer(_, let problem, let mark, _) where problem.contains("another document"):
      let place = ConfigurationPlace(source: source, line: mark.line, column: mark.column)
      return Failure.refused(place.text, expected: "one YAML document in all", found: "the start of a second (---)")
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
