// When a cached position is needed for the last time, found from the weights.
import Tensors

/// For each position of a chain of thought, which cached positions no later token looks up.
///
/// Known ahead only where what a token looks up and which group comes next do not depend on the values that tokens carry; in the circuit
/// simulations they do not.
public struct CacheSchedule: Sendable, Equatable {
  /// `evictions[p]`: positions to drop once position p has been read, in order.
  public let evictions: [[Int32]]
  /// The largest number of positions that are held at once.
  public let peak: Int
}

extension IndexedStructure {
  /// The schedule for decoding after `prompt` until an end token or until `positionCount` positions, or `nil` where it depends on values.
  public func cacheSchedule(after prompt: [Int], positionCount: Int) -> CacheSchedule? {
    precondition(!prompt.isEmpty, "a prompt has at least one token")
    let groups = resolver.groups
    let ends = Set(space.model.configuration.endTokens)
    let count = max(positionCount, prompt.count)
    var lastUse = [Int](repeating: -1, count: count)
    // For each key-value head, the position that offers each key; a key offered twice cannot be scheduled.
    var offered = heads.keyCounts.map { [Int](repeating: -1, count: $0) }
    var candidates = prompt[0..<1]
    var read = 0
    while read < count {
      let position = read
      let states = candidates.map { space.state(token: $0, position: position) }
      guard let first = states.first else { break }
      for g in heads.keys.indices {
        let key = Int(heads.keys[g][first])
        guard states.allSatisfy({ Int(heads.keys[g][$0]) == key }), offered[g][key] < 0 else { return nil }
        offered[g][key] = position
      }
      read += 1
      let isAnswering = position >= prompt.count - 1
      if isAnswering {
        for h in heads.wanted.indices {
          let wanted = heads.wanted[h][first]
          guard states.allSatisfy({ heads.wanted[h][$0] == wanted }), wanted != CodeMatchHeads.noKey else { return nil }
          let source = offered[heads.sources[h]][Int(wanted)]
          guard source >= 0 else { return nil }
          lastUse[source] = position
        }
      }
      if position + 1 < prompt.count {
        candidates = prompt[position + 1..<position + 2]
        continue
      }
      let group = groups.groupOfState[first]
      guard group != NextTokenGroups.noGroup, states.allSatisfy({ groups.groupOfState[$0] == group }) else {
        return nil
      }
      candidates = groups.tokens[groups.starts[Int(group)]..<groups.starts[Int(group) + 1]].map { Int($0) }[...]
      if candidates.allSatisfy(ends.contains) { break }
    }
    var evictions = [[Int32]](repeating: [], count: read)
    for position in 0..<read {
      // A position that nothing looks up is dropped as soon as a later one is there.
      let last = lastUse[position] >= 0 ? lastUse[position] : position
      if last < read { evictions[max(last, prompt.count - 1)].append(Int32(position)) }
    }
    var held = 0
    var peak = 0
    for position in 0..<read {
      held += 1
      peak = max(peak, held)
      held -= evictions[position].count
    }
    return CacheSchedule(evictions: evictions, peak: peak)
  }
}
