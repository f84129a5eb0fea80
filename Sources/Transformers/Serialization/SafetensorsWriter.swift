// Writing safetensors files by chunks, so that no second copy of a tensor is ever held.
import Tensors

/// What to do with a number that the file's type cannot hold.
public enum ConversionPolicy: Sendable {
  /// Round to the nearest, ties to even, and report it; a finite number that would become infinite is refused even so.
  case nearest
  /// Refuse.
  case exactOnly
}

/// What rounding changed.
public struct ConversionReport: Sendable, Equatable {
  /// The tensors with numbers that are not the model's own, with how many of them; empty where the file is exact.
  public var inexactTensors: [InexactTensor] = []

  /// A tensor that was rounded.
  public struct InexactTensor: Sendable, Equatable {
    /// The tensor's name in the file.
    public var name: String
    /// How many of its numbers changed.
    public var inexactCount: Int
    /// How many numbers it has.
    public var count: Int
  }

  /// Whether the file holds exactly the model's numbers.
  public var isExact: Bool { inexactTensors.isEmpty }
}

/// A tensor under the name that a file gives it.
struct NamedTensor: Sendable {
  var name: String
  var shape: [Int]
  var content: Content

  /// Where the elements come from.
  enum Content: Sendable {
    /// The elements in row-major order.
    case elements([Float])
    /// The transposes of the matrices [outputs, inputs], side by side: the matrix [inputs, all outputs].
    case transposes([Tensor<Float>])
  }

  init(_ name: String, _ tensor: Tensor<Float>) {
    (self.name, shape, content) = (name, tensor.shape, .elements(tensor.elements))
  }

  init(_ name: String, _ vector: [Float]) {
    (self.name, shape, content) = (name, [vector.count], .elements(vector))
  }

  init(_ name: String, transposing matrices: [Tensor<Float>]) {
    precondition(!matrices.isEmpty, "there is a matrix to transpose")
    self.name = name
    shape = [matrices[0].columnCount, matrices.reduce(0) { $0 + $1.rowCount }]
    content = .transposes(matrices)
  }

  var count: Int { shape.reduce(1, *) }

  /// Calls `body` with the elements from first to last, by runs of at most 2^18 elements or one row.
  func forEachRun(
    _ body: (UnsafeBufferPointer<Float>) throws(FolderError) -> Void
  ) throws(FolderError) {
    var failure: FolderError?
    switch content {
    case .elements(let elements):
      precondition(elements.count == count, "a tensor has as many elements as its shape says")
      elements.withUnsafeBufferPointer { buffer in
        do throws(FolderError) {
          for start in stride(from: 0, to: buffer.count, by: 1 << 18) {
            try body(UnsafeBufferPointer(rebasing: buffer[start..<min(start + 1 << 18, buffer.count)]))
          }
        } catch { failure = error }
      }
    case .transposes(let matrices):
      let (rows, columns) = (shape[0], shape[1])
      let step = max(1, (1 << 18) / max(1, columns))
      for start in stride(from: 0, to: rows, by: step) {
        let end = min(start + step, rows)
        var run = [Float](repeating: 0, count: (end - start) * columns)
        var first = 0
        for matrix in matrices {
          for output in 0..<matrix.rowCount {
            for input in start..<end {
              run[(input - start) * columns + first + output] = matrix.elements[output * rows + input]
            }
          }
          first += matrix.rowCount
        }
        run.withUnsafeBufferPointer { buffer in
          do throws(FolderError) { try body(buffer) } catch { failure = error }
        }
        if failure != nil { break }
      }
    }
    if let failure { throw failure }
  }
}

/// Writes tensors one after another.
struct SafetensorsWriter {
  var scalar: ScalarType
  var policy: ConversionPolicy
  /// Asked between chunks; `true` ends the writing with an error.
  var isCancelled: @Sendable () -> Bool = { false }

  /// The header of a file of `tensors`: length and JSON, padded so that the data is aligned to eight bytes.
  func header(_ tensors: [NamedTensor]) -> [UInt8] {
    var json: [UInt8] = Array(#"{"__metadata__":{"format":"pt"}"#.utf8)
    var offset = 0
    for tensor in tensors {
      json.append(UInt8(ascii: ","))
      json.appendJSONString(tensor.name.utf8)
      json.append(contentsOf: #":{"dtype":""#.utf8)
      json.append(contentsOf: scalar.rawValue.utf8)
      json.append(contentsOf: #"","shape":["#.utf8)
      for (index, extent) in tensor.shape.enumerated() {
        if index > 0 { json.append(UInt8(ascii: ",")) }
        json.appendDecimal(extent)
      }
      json.append(contentsOf: #"],"data_offsets":["#.utf8)
      json.appendDecimal(offset)
      json.append(UInt8(ascii: ","))
      offset += tensor.count * scalar.byteCount
      json.appendDecimal(offset)
      json.append(contentsOf: "]}".utf8)
    }
    json.append(UInt8(ascii: "}"))
    json.append(contentsOf: repeatElement(0x20, count: (8 - json.count % 8) % 8))
    return (0..<8).map { UInt8(truncatingIfNeeded: json.count >> (8 * $0)) } + json
  }

  /// Writes a file of `tensors`, whose names are distinct, to the new file at `path`.
  func write(_ tensors: [NamedTensor], to path: String) throws(FolderError) -> ConversionReport {
    let output = try OutputFile(creating: path)
    try output.write(header(tensors))
    var report = ConversionReport()
    for tensor in tensors {
      var inexactCount = 0
      var done = 0
      try tensor.forEachRun { (run) throws(FolderError) in
        if self.isCancelled() { throw FolderError(path: path, expected: "the whole file", found: "a cancellation") }
        let rounding = try self.write(run, to: output)
        inexactCount += rounding.inexactCount
        if rounding.overflowCount > 0 || (self.policy == .exactOnly && rounding.inexactCount > 0) {
          throw self.refusal(run, of: tensor, from: done, path: path)
        }
        done += run.count
      }
      if inexactCount > 0 {
        report.inexactTensors.append(
          ConversionReport.InexactTensor(name: tensor.name, inexactCount: inexactCount, count: tensor.count))
      }
    }
    return report
  }

  private func write(
    _ run: UnsafeBufferPointer<Float>, to output: OutputFile
  ) throws(FolderError) -> ScalarConversion.Rounding {
    if scalar == .float32 {
      try output.write(UnsafeRawBufferPointer(run))
      return ScalarConversion.Rounding()
    }
    let chunk = UnsafeMutableBufferPointer<UInt16>.allocate(capacity: run.count)
    defer { chunk.deallocate() }
    guard let target = chunk.baseAddress else { return ScalarConversion.Rounding() }
    let rounding = ScalarConversion.narrow(run, scalar, into: target)
    try output.write(UnsafeRawBufferPointer(chunk))
    return rounding
  }

  /// The error for the first number of `run` that the policy refuses.
  private func refusal(
    _ run: UnsafeBufferPointer<Float>, of tensor: NamedTensor, from start: Int, path: String
  ) -> FolderError {
    let index =
      run.firstIndex { number in
        var stored: UInt16 = 0
        let rounding = withUnsafePointer(to: number) {
          ScalarConversion.narrow(UnsafeBufferPointer(start: $0, count: 1), scalar, into: &stored)
        }
        return policy == .exactOnly ? rounding.inexactCount > 0 : rounding.overflowCount > 0
      } ?? 0
    let expected =
      policy == .exactOnly
      ? "numbers that \(scalar.rawValue) holds exactly" : "numbers in the range of \(scalar.rawValue)"
    return FolderError(
      path: path, place: .tensor(tensor.name), expected: expected, found: "\(run[index]) at index \(start + index)")
  }
}
