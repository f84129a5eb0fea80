// Safetensors files: what is read, and a table of hostile ones with the exact message of each.
import Foundation
import Testing
import Transformers

/// A file of the given header text and number of data bytes.
private func file(_ json: String, data: Int = 0) -> [UInt8] {
  let text = Array(json.utf8)
  return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + [UInt8](repeating: 0, count: data)
}

/// A header entry.
private func entry(_ type: String, _ shape: String, _ offsets: String) -> String {
  #"{"dtype":"\#(type)","shape":\#(shape),"data_offsets":\#(offsets)}"#
}

@Test func headersAreReadInTheOrderOfTheirData() throws {
  let header = try SafetensorsHeader(
    parsing: file(
      #"{"b":\#(entry("F32", "[2,1]", "[3,11]")),"__metadata__":{"k":"v"},"a":\#(entry("U8", "[3]", "[0,3]")),"#
        + #""none":\#(entry("I64", "[0,5]", "[11,11]")),"scalar":\#(entry("BF16", "[]", "[11,13]"))}   "#, data: 13))
  #expect(header.tensors.map(\.name) == ["a", "b", "none", "scalar"])
  #expect(header.tensors.map(\.byteRange.count) == [3, 8, 0, 2])
  #expect(header.tensors[1].shape == [2, 1] && header.tensors[1].byteRange.lowerBound == header.dataOffset + 3)
  #expect(header.metadata == ["k": "v"])
  #expect(try SafetensorsHeader(parsing: file("{}")).tensors.isEmpty)
}

@Test func everyTypeOfNumbersBecomesFloat32() throws {
  try withTemporaryFolder { (folder) throws in
    let json =
      #"{"d":\#(entry("F64", "[2]", "[0,16]")),"f":\#(entry("F32", "[1]", "[16,20]")),"h":\#(entry("F16", "[1]", "[20,22]")),"#
      + #""b":\#(entry("BF16", "[1]", "[22,24]")),"i":\#(entry("I16", "[1]", "[24,26]"))}"#
    var bytes = file(json)
    for number in [0.1, -2.0] { withUnsafeBytes(of: number) { bytes += $0 } }
    withUnsafeBytes(of: Float(1.5)) { bytes += $0 }
    bytes += [0x00, 0xC2, 0x40, 0x40, 7, 0]  // -3 in binary16, 3 in bfloat16, 7 as an integer
    try write(bytes, to: folder + "/x.safetensors")
    let opened = try SafetensorsFile(folder + "/x.safetensors")
    func elements(_ name: String) throws -> [Float] { try opened.elements(#require(opened.entry(name))) }
    #expect(try elements("d") == [Float(0.1), -2])
    #expect(try elements("f") == [1.5])
    #expect(try elements("h") == [-3])
    #expect(try elements("b") == [3])
    let error = #expect(throws: FolderError.self) { try elements("i") }
    #expect(error?.faults.first?.expected == "F32, F16, BF16 or F64")
    #expect(opened.entry("j") == nil)
  }
}

/// What is refused, and the words.
private let malformedHeaders: [Refusal] = [
  Refusal([], "byte 0: expected 8 bytes of header length, found 0"),
  Refusal([1, 2, 3], "byte 0: expected 8 bytes of header length, found 3"),
  Refusal(
    [0, 0, 0, 0, 0, 0, 0, 0x80],
    "byte 0: expected a header of at most 100000000 bytes, found 9223372036854775808"
  ),
  Refusal([0, 0xE1, 0xF5, 6, 0, 0, 0, 0], "byte 0: expected a header of at most 100000000 bytes, found 116777216"),
  Refusal([9, 0, 0, 0, 0, 0, 0, 0, 0x7B], "byte 0: expected a header of at most 1 bytes, which the file has, found 9"),
  Refusal(file(""), "byte 8: expected an object, found the end"),
  Refusal(file("[]"), "byte 8: expected an object, found '['"),
  Refusal(file("{} x"), "byte 11: expected the end of the text, found 'x'"),
  Refusal(file(#"{"a""#), "byte 12: expected ':', found the end"),
  Refusal(file(#"{"a":1}"#), "byte 13: expected an object, found '1'"),
  Refusal(file(#"{"a":{"type":"F32"}}"#), #"byte 14: expected dtype, shape or data_offsets, found "type""#),
  Refusal(file(#"{"a":{"dtype":"F32","dtype":"F32"}}"#), #"byte 28: expected each key once, found "dtype" again"#),
  Refusal(
    file(#"{"a":\#(entry("U8", "[1]", "[0,1]")),"a":\#(entry("U8", "[1]", "[1,2]"))}"#, data: 2),
    #"byte 61: expected each key once, found "a" again"#
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[1.5]", "[0,4]"))}"#, data: 4),
    "byte 37: expected an integer of at most 63 bits, found another number"),
  Refusal(
    file(#"{"a":\#(entry("F32", "[1]", "[0,4,8]"))}"#, data: 4), "byte 60: expected at most 2 integers, found '8'"),
  Refusal(
    file(#"{"a":\#(entry("F32", "[1,1,1,1,1,1,1,1,1]", "[0,4]"))}"#, data: 4),
    "byte 53: expected at most 8 integers, found '1'"),
  Refusal(file(#"{"__metadata__":{"a":1}}"#), "byte 29: expected a string, found '1'"),
  Refusal(file(#"{"a":{"shape":[1],"data_offsets":[0,4]}}"#, data: 4), "tensor a: expected a dtype, found none"),
  Refusal(file(#"{"a":{"dtype":"F32","data_offsets":[0,4]}}"#, data: 4), "tensor a: expected a shape, found none"),
  Refusal(file(#"{"a":{"dtype":"F32","shape":[1]}}"#, data: 4), "tensor a: expected data_offsets, found none"),
  Refusal(
    file(#"{"a":\#(entry("F31", "[1]", "[0,4]"))}"#, data: 4),
    #"tensor a: expected a dtype of the format, of whole bytes, found "F31""#
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[-1]", "[0,4]"))}"#, data: 4),
    "tensor a: expected extents that are not negative, found [-1]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[4611686018427387904,4]", "[0,4]"))}"#, data: 4),
    "tensor a: expected a tensor of less than 2^63 bytes, found shape [4611686018427387904, 4]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[1]", "[-4,0]"))}"#, data: 4),
    "tensor a: expected data_offsets [begin, end] within the 4 bytes of data, found [-4, 0]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[1]", "[4,0]"))}"#, data: 4),
    "tensor a: expected data_offsets [begin, end] within the 4 bytes of data, found [4, 0]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[1]", "[0]"))}"#, data: 4),
    "tensor a: expected data_offsets [begin, end] within the 4 bytes of data, found [0]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[2]", "[0,8]"))}"#, data: 7),
    "tensor a: expected data_offsets [begin, end] within the 7 bytes of data, found [0, 8]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[2]", "[0,9223372036854775807]"))}"#, data: 8),
    "tensor a: expected data_offsets [begin, end] within the 8 bytes of data, found [0, 9223372036854775807]"
  ),
  Refusal(
    file(#"{"a":\#(entry("F32", "[2]", "[0,4]"))}"#, data: 4),
    "tensor a: expected 8 bytes for F32 of shape [2], found 4"
  ),
  Refusal(
    file(#"{"a":\#(entry("U8", "[4]", "[0,4]")),"b":\#(entry("U8", "[4]", "[2,6]"))}"#, data: 6),
    "tensor b: expected data from byte 4 on, where the tensor before ends, found an overlap: byte 2"
  ),
  Refusal(
    file(#"{"a":\#(entry("U8", "[4]", "[0,4]")),"b":\#(entry("U8", "[4]", "[5,9]"))}"#, data: 9),
    "tensor b: expected data from byte 4 on, where the tensor before ends, found a gap: byte 5"
  ),
  Refusal(
    file(#"{"a":\#(entry("U8", "[4]", "[1,5]"))}"#, data: 5),
    "tensor a: expected data from byte 0 on, where the tensor before ends, found a gap: byte 1"
  ),
  Refusal(
    file(#"{"a":\#(entry("U8", "[4]", "[0,4]"))}"#, data: 6),
    "byte 65: expected the end of the file, after the last tensor, found 2 more bytes"),
  Refusal(file("{}", data: 1), "byte 10: expected the end of the file, after the last tensor, found 1 more bytes"),
  Refusal(
    file(#"{"\n\u001b[31m":\#(entry("?", "[1]", "[0,4]"))}"#),
    #"tensor \n\u{1B}[31m: expected a dtype of the format, of whole bytes, found "?""#),
]

@Test(arguments: malformedHeaders) func malformedHeadersAreRefused(refusal: Refusal) {
  let error = #expect(throws: FolderError.self) { try SafetensorsHeader(parsing: refusal.bytes) }
  #expect(error?.description == refusal.message(in: "safetensors"))
}

@Test func allFaultsOfAHeaderAreListedUpToAHundred() {
  let two = file(#"{"a":\#(entry("X", "[]", "[0,0]")),"b":\#(entry("U8", "[1]", "[0,0]"))}"#)
  #expect(#expect(throws: FolderError.self) { try SafetensorsHeader(parsing: two) }?.faults.count == 2)
  let many = (0..<1_000).map { #""\#($0)":\#(entry("X", "[]", "[0,0]"))"# }.joined(separator: ",")
  #expect(#expect(throws: FolderError.self) { try SafetensorsHeader(parsing: file("{\(many)}")) }?.faults.count == 100)
}

@Test func filesThatAreNotFilesAreRefusedAtOnce() throws {
  try withTemporaryFolder { (folder) throws in
    func message(_ path: String) -> String? {
      #expect(throws: FolderError.self) { try SafetensorsFile(path) }?.description
    }
    #expect(message(folder + "/none") == "\(folder)/none: expected a readable file, found No such file or directory")
    #expect(message(folder) == "\(folder): expected a regular file, found another kind")
    #expect(mkfifo(folder + "/pipe", 0o600) == 0)
    #expect(message(folder + "/pipe") == "\(folder)/pipe: expected a regular file, found another kind")
  }
}
