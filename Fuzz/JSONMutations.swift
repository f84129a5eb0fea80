// Mutations that know JSON: a value gives way to another, members come and go. libFuzzer's own change single bytes, and of a thousand
// texts changed like that hardly one is JSON still, so that what lies behind the parser is seldom reached. Half of the mutations are its own.

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int) -> Int

/// Changes the `count` bytes at `start`, which has room for `limit`, and returns how many there are then.
@_cdecl("LLVMFuzzerCustomMutator")
public func fuzzMutation(_ start: UnsafeMutablePointer<UInt8>, _ count: Int, _ limit: Int, _ seed: UInt32) -> Int {
  var random = Choices(state: UInt64(seed))
  if random.next(2) == 0 { return mutateBytes(start, count, limit) }
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  #if FUZZ_SAFETENSORS
    // Eight bytes of length, JSON, data: the length follows what the JSON becomes.
    guard count >= 8 else { return mutateBytes(start, count, limit) }
    let stated = bytes[..<8].reversed().reduce(0) { $0 &<< 8 | Int($1) }
    let range = 8..<(stated >= 0 && stated <= count - 8 ? 8 + stated : count)
  #else
    // Up to a zero byte; behind it may stand a second file.
    let end = bytes.firstIndex(of: 0) ?? count
    let isSecond = end + 1 < count && random.next(3) == 0
    let range = isSecond ? end + 1..<count : 0..<end
  #endif
  var text = Array(bytes[range])
  for _ in 0...random.next(3) { change(&text, &random) }
  var result = Array(bytes[..<range.lowerBound]) + text + bytes[range.upperBound...]
  #if FUZZ_SAFETENSORS
    for i in 0..<8 { result[i] = UInt8(truncatingIfNeeded: text.count >> (8 * i)) }
  #endif
  guard !result.isEmpty, result.count <= limit else { return mutateBytes(start, count, limit) }
  for (i, byte) in result.enumerated() { start[i] = byte }
  return result.count
}

/// Texts that values give way to.
private let values = [
  "0", "1", "2", "3", "4", "5", "8", "-1", "-2", "0.5", "1e-5", "-0.0", "1e308", "1e-320", "1e37", "2147483646",
  "2147483647", "4294967296", "1099511627776", "9223372036854775807", "-9223372036854775808", "9223372036854775808",
  "null", "true", "false", "[]", "{}", "[0]", "[1,0]", "\"\"", "\"\\u0000\"", "\"\\u001b\"", "\"\u{301}\"",
  "\"a\u{2028}b\"",
].map { Array($0.utf8) }

/// One step: a value, a key or a member of `text` is replaced, changed, removed or doubled.
private func change(_ text: inout [UInt8], _ random: inout Choices) {
  let members = scan(text)
  guard !members.isEmpty else { return }
  let (whole, value) = members[random.next(members.count)]
  switch random.next(6) {
  case 0: text.replaceSubrange(value, with: values[random.next(values.count)])
  case 1: text.replaceSubrange(value, with: Array(text[members[random.next(members.count)].value]))
  case 2:  // libFuzzer's mutation of the value alone, or of the key alone
    let part = random.next(3) == 0 ? whole.lowerBound..<value.lowerBound : value
    var room = Array(text[part])
    let count = room.count
    room += [UInt8](repeating: 0, count: 32)
    let changed = room.withUnsafeMutableBufferPointer { mutateBytes($0.baseAddress!, count, $0.count) }
    text.replaceSubrange(part, with: room[..<changed])
  case 3:  // with the comma behind it, or before it
    let hasNext = whole.upperBound < text.count && text[whole.upperBound] == UInt8(ascii: ",")
    let hasLast = whole.lowerBound > 0 && text[whole.lowerBound - 1] == UInt8(ascii: ",")
    let start = !hasNext && hasLast ? whole.lowerBound - 1 : whole.lowerBound
    text.removeSubrange(start..<whole.upperBound + (hasNext ? 1 : 0))
  case 4: text.insert(contentsOf: Array(text[whole]) + [UInt8(ascii: ",")], at: whole.lowerBound)
  default:
    let other = Array(text[members[random.next(members.count)].whole])
    text.insert(contentsOf: other + [UInt8(ascii: ",")], at: whole.lowerBound)
  }
}

/// The members of objects and elements of arrays of `text`, and the value of each, whether or not the text is quite JSON.
private func scan(_ text: [UInt8]) -> [(whole: Range<Int>, value: Range<Int>)] {
  var members: [(whole: Range<Int>, value: Range<Int>)] = []
  var open = [(start: 0, valueStart: 0)]
  func close(at end: Int) {
    let last = open[open.count - 1]
    if last.valueStart < end { members.append((last.start..<end, last.valueStart..<end)) }
  }
  var position = 0
  while position < text.count {
    switch text[position] {
    case UInt8(ascii: "\""):
      position += 1
      while position < text.count, text[position] != UInt8(ascii: "\"") {
        position += text[position] == UInt8(ascii: "\\") ? 2 : 1
      }
    case UInt8(ascii: "{"), UInt8(ascii: "["): open.append((position + 1, position + 1))
    case UInt8(ascii: ":"): open[open.count - 1].valueStart = position + 1
    case UInt8(ascii: ","):
      close(at: position)
      open[open.count - 1] = (position + 1, position + 1)
    case UInt8(ascii: "}"), UInt8(ascii: "]"):
      close(at: position)
      if open.count > 1 { open.removeLast() }
    default: break
    }
    position += 1
  }
  while open.count > 1 { open.removeLast() }
  close(at: text.count)
  return members
}

/// SplitMix64 over libFuzzer's seed, so that a run repeats.
private struct Choices {
  var state: UInt64
  /// A number below `count`.
  mutating func next(_ count: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(count))
  }
}
