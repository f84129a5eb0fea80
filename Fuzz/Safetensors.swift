// A libFuzzer target: a safetensors file. Header in memory and file on disk agree, and what is accepted can be read. Built by Scripts/fuzz.
import Transformers

/// Runs one input; traps where the reader breaks its promise.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = UnsafeRawBufferPointer(start: start, count: count)
  store(bytes, as: "x.safetensors")
  let path = "\(folder)/x.safetensors"
  let header: SafetensorsHeader
  do { header = try SafetensorsHeader(parsing: Array(bytes), path: path) } catch {
    checkRefusal(error)
    do {
      _ = try SafetensorsFile(path)
      preconditionFailure("a header is refused in a file as in memory")
    } catch let other {
      precondition(error == other, "a file is refused for the reason that its bytes are")
    }
    return 0
  }
  do {
    let file = try SafetensorsFile(path)
    precondition(file.header == header, "a file has the header that its bytes have")
    var end = header.dataOffset
    for tensor in header.tensors {
      precondition(tensor.byteRange.lowerBound == end && file.entry(tensor.name) == tensor, "tensors fill the file")
      end = tensor.byteRange.upperBound
      let product = tensor.shape.reduce(1, *)
      do {
        let elements = try file.elements(tensor)
        precondition(elements.count == product, "a tensor has the elements that its shape says")
      } catch {
        checkRefusal(error)
        precondition(!["F32", "F16", "BF16", "F64"].contains(tensor.type), "numbers of these types are read")
      }
    }
    precondition(end == count, "tensors fill the file")
    countAccepted()
  } catch {
    preconditionFailure("what is a header in memory is one in a file: \(error)")
  }
  return 0
}
