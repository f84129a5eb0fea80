// The types of keys: whole numbers, numbers, flags, choices, texts, lists and sections, each with or without null.

extension ConfigurationNode {
  /// The text of a scalar that is not null.
  fileprivate var plainText: String? {
    if case .scalar(let text, isQuoted: false) = content, !isNull { return text }
    return nil
  }

  /// A text, quoted or not.
  fileprivate var anyText: String? {
    if case .scalar(let text, let isQuoted) = content, isQuoted || !isNull { return text }
    return nil
  }

  fileprivate func integer(_ range: ClosedRange<Int>) -> Int? {
    plainText.flatMap { Int($0) }.flatMap { range.contains($0) ? $0 : nil }
  }

  fileprivate func number(_ range: NumberRange) -> Double? {
    plainText.flatMap { Double($0) }.flatMap { range.contains($0) ? $0 : nil }
  }
}

private func words(_ range: ClosedRange<Int>) -> String {
  switch (range.lowerBound, range.upperBound) {
  case (Int.min, Int.max): "a whole number"
  case (let least, Int.max): "a whole number from \(least)"
  case (let least, let most): "a whole number from \(least) to \(most)"
  }
}

extension ConfigurationKey {
  /// A key whose value `parse` makes of a node, or refuses with `expected`.
  private static func value<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value>, expected: String,
    parse: @escaping (ConfigurationNode) -> Value?, write: @escaping (Value) -> ConfigurationValue
  ) -> ConfigurationKey {
    ConfigurationKey(name) { node, path, section, faults in
      if let value = parse(node) {
        section[keyPath: property] = value
      } else {
        faults.add(path, expected: expected, found: node.description, at: node.place)
      }
    } write: {
      write($0[keyPath: property])
    }
  }

  /// The same for a value that may be null.
  private static func optional<Value>(
    _ name: String, _ property: WritableKeyPath<Section, Value?>, expected: String,
    parse: @escaping (ConfigurationNode) -> Value?, write: @escaping (Value) -> ConfigurationValue
  ) -> ConfigurationKey {
    value(
      name, property, expected: "\(expected), or null",
      parse: { node -> Value?? in node.isNull ? .some(nil) : parse(node).map { .some($0) } },
      write: { $0.map(write) ?? .null })
  }

  /// A list of values of one kind.
  private static func list<Value>(
    _ name: String, _ property: WritableKeyPath<Section, [Value]>, expected: String,
    parse: @escaping (ConfigurationNode) -> Value?, write: @escaping (Value) -> ConfigurationValue
  ) -> ConfigurationKey {
    value(
      name, property, expected: expected,
      parse: { node in
        guard case .list(let items) = node.content else { return nil }
        let values = items.compactMap(parse)
        return values.count == items.count ? values : nil
      }, write: { .list($0.map(write)) })
  }

  static func integer(
    _ name: String, _ property: WritableKeyPath<Section, Int>, in range: ClosedRange<Int>
  ) -> ConfigurationKey {
    value(name, property, expected: words(range), parse: { $0.integer(range) }, write: { .scalar("\($0)") })
  }

  static func integer(
    _ name: String, _ property: WritableKeyPath<Section, Int?>, in range: ClosedRange<Int>
  ) -> ConfigurationKey {
    optional(name, property, expected: words(range), parse: { $0.integer(range) }, write: { .scalar("\($0)") })
  }

  /// A seed of a random source.
  static func seed(_ name: String, _ property: WritableKeyPath<Section, UInt64>) -> ConfigurationKey {
    value(
      name, property, expected: "a whole number from 0", parse: { $0.plainText.flatMap { UInt64($0) } },
      write: { .scalar("\($0)") })
  }

  static func number(
    _ name: String, _ property: WritableKeyPath<Section, Double>, in range: NumberRange
  ) -> ConfigurationKey {
    value(name, property, expected: range.words, parse: { $0.number(range) }, write: { .scalar("\($0)") })
  }

  static func number(
    _ name: String, _ property: WritableKeyPath<Section, Double?>, in range: NumberRange
  ) -> ConfigurationKey {
    optional(name, property, expected: range.words, parse: { $0.number(range) }, write: { .scalar("\($0)") })
  }

  static func flag(_ name: String, _ property: WritableKeyPath<Section, Bool>) -> ConfigurationKey {
    value(
      name, property, expected: "true or false", parse: { $0.plainText.flatMap { Bool($0) } },
      write: { .scalar("\($0)") })
  }

  static func flag(_ name: String, _ property: WritableKeyPath<Section, Bool?>) -> ConfigurationKey {
    optional(
      name, property, expected: "true or false", parse: { $0.plainText.flatMap { Bool($0) } },
      write: { .scalar("\($0)") })
  }

  static func text(_ name: String, _ property: WritableKeyPath<Section, String?>) -> ConfigurationKey {
    optional(name, property, expected: "a text", parse: { $0.anyText }, write: { .text($0) })
  }

  static func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, _ property: WritableKeyPath<Section, Value>
  ) -> ConfigurationKey where Value.RawValue == String {
    value(
      name, property, expected: choices(Value.self), parse: { $0.anyText.flatMap { Value(rawValue: $0) } },
      write: { .text($0.rawValue) })
  }

  static func choice<Value: RawRepresentable & CaseIterable>(
    _ name: String, _ property: WritableKeyPath<Section, Value?>
  ) -> ConfigurationKey where Value.RawValue == String {
    optional(
      name, property, expected: choices(Value.self), parse: { $0.anyText.flatMap { Value(rawValue: $0) } },
      write: { .text($0.rawValue) })
  }

  private static func choices<Value: RawRepresentable & CaseIterable>(
    _ type: Value.Type
  ) -> String where Value.RawValue == String {
    "one of " + type.allCases.map(\.rawValue).joined(separator: ", ")
  }

  static func texts(_ name: String, _ property: WritableKeyPath<Section, [String]>) -> ConfigurationKey {
    list(name, property, expected: "a list of texts", parse: { $0.anyText }, write: { .text($0) })
  }

  static func integers(
    _ name: String, _ property: WritableKeyPath<Section, [Int]>, in range: ClosedRange<Int>
  ) -> ConfigurationKey {
    list(
      name, property, expected: "a list, each of it \(words(range))", parse: { $0.integer(range) },
      write: { .scalar("\($0)") })
  }

  static func integerLists(
    _ name: String, _ property: WritableKeyPath<Section, [[Int]]>, in range: ClosedRange<Int>
  ) -> ConfigurationKey {
    list(
      name, property, expected: "a list of lists, each of these of whole numbers from \(range.lowerBound)",
      parse: { node in
        guard case .list(let items) = node.content else { return nil }
        let values = items.compactMap { $0.integer(range) }
        return values.count == items.count ? values : nil
      }, write: { .list($0.map { .scalar("\($0)") }) })
  }

  /// Two numbers.
  static func pair(
    _ name: String, _ first: WritableKeyPath<Section, Double>, _ second: WritableKeyPath<Section, Double>,
    in range: NumberRange
  ) -> ConfigurationKey {
    ConfigurationKey(name) { node, path, section, faults in
      if case .list(let items) = node.content, items.count == 2, let one = items[0].number(range),
        let other = items[1].number(range)
      {
        section[keyPath: first] = one
        section[keyPath: second] = other
      } else {
        faults.add(
          path, expected: "a list of two, each \(range.words)", found: node.description, at: node.place)
      }
    } write: { section in
      .list([first, second].map { .scalar("\(section[keyPath: $0])") })
    }
  }

  /// A mapping with keys of its own.
  static func section<Part: ConfigurationSection>(
    _ name: String, _ property: WritableKeyPath<Section, Part>
  ) -> ConfigurationKey {
    ConfigurationKey(name) { node, path, section, faults in
      section[keyPath: property].read(node, path: path, &faults)
    } write: {
      $0[keyPath: property].written
    }
  }

  /// A list of mappings.
  static func sections<Part: ConfigurationSection>(
    _ name: String, _ property: WritableKeyPath<Section, [Part]>
  ) -> ConfigurationKey {
    ConfigurationKey(name) { node, path, section, faults in
      guard case .list(let items) = node.content else {
        return faults.add(path, expected: "a list of mappings", found: node.description, at: node.place)
      }
      section[keyPath: property] = items.enumerated().map { index, item in
        var part = Part()
        part.read(item, path: "\(path)[\(index)]", &faults)
        return part
      }
    } write: {
      .list($0[keyPath: property].map(\.written))
    }
  }
}
