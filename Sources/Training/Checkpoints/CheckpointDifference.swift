// In what a checkpoint differs from the run that would take it up, in words for whoever has to find out why.
internal import Foundation

extension CheckpointHeader {
  /// Refuses a checkpoint that belongs to another run.
  func check(against other: CheckpointHeader, path: String) throws(CheckpointError) {
    func different(_ what: String, _ difference: (expected: String, found: String)) -> CheckpointError {
      .different(path: path, what: what, expected: difference.expected, found: difference.found)
    }
    if scalar != other.scalar { throw different("kind of numbers", (other.scalar, scalar)) }
    if let difference = Self.difference(other.layout, layout) { throw different("model", difference) }
    if runs.count != other.runs.count {
      throw different("number of replicas", ("\(other.runs.count)", "\(runs.count)"))
    }
    for (replica, (mine, theirs)) in zip(runs, other.runs).enumerated() {
      let place = runs.count == 1 ? "" : " of replica \(replica)"
      if mine.arrays != theirs.arrays {
        func words(_ arrays: [Array]) -> String {
          arrays.map { "\($0.name) of \($0.count) numbers" }.joined(separator: ", ")
        }
        throw different("optimizer" + place, (words(theirs.arrays), words(mine.arrays)))
      }
      if mine.settings != theirs.settings {
        throw different("plan of training" + place, Self.difference(ofSettings: theirs.settings, mine.settings))
      }
      if mine.noise != theirs.noise {
        throw different("random source" + place, ("that of this run's seed", "that of another seed"))
      }
      if mine.configuration != theirs.configuration {
        throw different("configuration" + place, Self.difference(ofTexts: theirs.configuration, mine.configuration))
      }
    }
  }

  /// The first parameter in which two models differ; `nil` where they do not.
  static func difference(_ expected: [Entry], _ found: [Entry]) -> (expected: String, found: String)? {
    for (mine, theirs) in zip(expected, found) where mine != theirs {
      let (first, second) = ("\(mine.name) of shape \(mine.shape)", "\(theirs.name) of shape \(theirs.shape)")
      if mine.name != theirs.name { return (first, second) }
      if mine.shape != theirs.shape { return (first, "shape \(theirs.shape)") }
      if mine.isTrainable != theirs.isTrainable {
        return (
          "\(mine.name) \(mine.isTrainable ? "to be trained" : "frozen")", mine.isTrainable ? "frozen" : "trained"
        )
      }
      return ("\(mine.name) at element \(mine.offset)", "at element \(theirs.offset)")
    }
    if expected.count == found.count { return nil }
    func more(_ entries: [Entry], than count: Int) -> String {
      entries.count > count ? ", among them \(entries[count].name) of shape \(entries[count].shape)" : ""
    }
    return (
      "\(expected.count) parameters" + more(expected, than: found.count),
      "\(found.count)" + more(found, than: expected.count)
    )
  }

  /// The settings in which two plans differ, by their names.
  static func difference(
    ofSettings expected: TrainingSettings, _ found: TrainingSettings
  ) -> (expected: String, found: String) {
    let (mine, theirs) = (leaves(of: expected), leaves(of: found))
    let names = Set(mine.keys).union(theirs.keys).filter { mine[$0] != theirs[$0] }.sorted()
    func words(_ leaves: [String: String]) -> String {
      names.map { "\($0) \(leaves[$0] ?? "none")" }.joined(separator: ", ")
    }
    return (words(mine), words(theirs))
  }

  /// The numbers and words of a value by the paths of their names, such as `schedule.peak`.
  private static func leaves(of value: some Encodable) -> [String: String] {
    var leaves: [String: String] = [:]
    func visit(_ value: Any, _ path: [String]) {
      if let members = value as? [String: Any] {
        if members.isEmpty { leaves[path.joined(separator: ".")] = "set" }
        for (name, member) in members { visit(member, name == "_0" ? path : path + [name]) }
      } else {
        leaves[path.joined(separator: ".")] = "\(value)"
      }
    }
    if let data = try? JSONEncoder().encode(value), let object = try? JSONSerialization.jsonObject(with: data) {
      visit(object, [])
    }
    return leaves
  }

  /// The first line of either text that the other does not have.
  static func difference(ofTexts expected: String, _ found: String) -> (expected: String, found: String) {
    func lines(_ text: String) -> [Substring] { text.split(separator: "\n") }
    func first(of text: String, notIn other: String) -> String {
      let others = Set(lines(other))
      guard let line = lines(text).first(where: { !others.contains($0) }) else { return "no such line" }
      return line.prefix(200).debugDescription
    }
    return (first(of: expected, notIn: found), first(of: found, notIn: expected))
  }
}

extension CheckpointHeader.Entry {
  /// The extents as a model folder has them.
  fileprivate var shape: [Int] { isVector ? [columns] : [rows, columns] }
}
