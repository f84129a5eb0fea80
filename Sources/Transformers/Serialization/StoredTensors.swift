// The tensors of a folder: one safetensors file, or many under an index.
import Tensors

/// Every tensor of a folder by name, open for reading.
struct StoredTensors {
  /// The file or the index, as messages name it.
  let path: String
  /// The names of the files that hold the tensors, and of the index that leads to them.
  private(set) var fileNames: Set<String> = []
  private var files: [String: SafetensorsFile] = [:]

  /// The names of the files of a folder, and the largest index that is read.
  static let singleName = "model.safetensors"
  static let indexName = "model.safetensors.index.json"
  static let indexLimit = 256 << 20

  /// Opens the tensors of `folder`: `model.safetensors`, or else the shards under `model.safetensors.index.json`.
  init(folder: String) throws(FolderError) {
    let single = "\(folder)/\(StoredTensors.singleName)"
    let index = "\(folder)/\(StoredTensors.indexName)"
    if fileExists(single) || !fileExists(index) {
      path = single
      fileNames = [StoredTensors.singleName]
      let file = try SafetensorsFile(single)
      for entry in file.header.tensors { files[entry.name] = file }
    } else {
      path = index
      fileNames = [StoredTensors.indexName]
      try readIndex(folder)
    }
  }

  private mutating func readIndex(_ folder: String) throws(FolderError) {
    let bytes = try InputFile.contents(path, limit: StoredTensors.indexLimit)
    var shards: [String: SafetensorsFile] = [:]
    var faults: [FolderError.Fault] = []
    var places: [(name: String, shard: String)] = []
    do throws(JSONFault) {
      places = try bytes.scanned { (scanner) throws(JSONFault) in try StoredTensors.weightMap(&scanner) }
    } catch { throw error.inFile(path) }
    func report(_ name: String, _ expected: String, _ found: String) {
      if faults.count < FolderError.faultLimit {
        faults.append(
          FolderError.Fault(path: path, place: .tensor(name), expected: expected, found: found))
      }
    }
    var refused = Set<String>()
    for (name, shard) in places where !refused.contains(shard) {
      if faults.count >= FolderError.faultLimit { break }  // each file that is not there costs a call of the system
      if shards[shard] == nil {
        guard isPlainFileName(shard), shard.hasSuffix(".safetensors") else {
          refused.insert(shard)
          report(name, "the name of a .safetensors file of this folder", shard.excerpt)
          continue
        }
        do throws(FolderError) { shards[shard] = try SafetensorsFile("\(folder)/\(shard)") } catch {
          refused.insert(shard)
          faults += error.faults.prefix(FolderError.faultLimit - faults.count)
          continue
        }
      }
      fileNames.insert(shard)
      if shards[shard]?.entry(name) == nil { report(name, "a tensor of \(shard)", "none of that name") }
      files[name] = shards[shard]
    }
    for (shard, file) in shards.sorted(by: { $0.key < $1.key }) {
      for entry in file.header.tensors where files[entry.name]?.path != file.path {
        report(entry.name, "an entry of weight_map, since \(shard) holds it", files[entry.name]?.path ?? "none")
      }
    }
    if !faults.isEmpty { throw FolderError(faults) }
  }

  /// The names and shards under `weight_map`.
  private static func weightMap(_ scanner: inout JSONScanner) throws(JSONFault) -> [(name: String, shard: String)] {
    var places: [(name: String, shard: String)] = []
    var isThere = false
    try scanner.members { (scanner, key, _) throws(JSONFault) in
      if key == "weight_map" {
        isThere = true
        try scanner.members { (scanner, name, _) throws(JSONFault) in places.append((name, try scanner.string())) }
      } else {
        try scanner.skipValue()
      }
    }
    try scanner.finish()
    guard isThere else { throw JSONFault(offset: 0, expected: "weight_map", found: "none") }
    return places
  }

  /// The number of tensors.
  var count: Int { files.count }

  /// Whether there is a tensor called `name`.
  func has(_ name: String) -> Bool { files[name] != nil }

  /// Checks that the tensors are those of `expected`, with their shapes and types that can be read, and no others.
  func check(_ expected: [TensorShape], ignoring isIgnored: (String) -> Bool) throws(FolderError) {
    var faults: [FolderError.Fault] = []
    func report(_ file: String, _ name: String, _ expected: String, _ found: String) {
      if faults.count < FolderError.faultLimit {
        faults.append(FolderError.Fault(path: file, place: .tensor(name), expected: expected, found: found))
      }
    }
    for tensor in expected {
      guard let file = files[tensor.name], let entry = file.entry(tensor.name) else {
        report(path, tensor.name, "shape \(tensor.shape)", "no such tensor")
        continue
      }
      if entry.shape != tensor.shape {
        report(file.path, tensor.name, "shape \(tensor.shape), as config.json says", "\(entry.shape)")
      }
      if !["F32", "F16", "BF16", "F64"].contains(entry.type) {
        report(file.path, tensor.name, "F32, F16, BF16 or F64", entry.type)
      }
    }
    let known = Set(expected.map(\.name))
    for (name, file) in files.sorted(by: { $0.key < $1.key }) where !known.contains(name) && !isIgnored(name) {
      report(file.path, name, "only tensors that config.json speaks of", "this one")
    }
    if !faults.isEmpty { throw FolderError(faults) }
  }

  /// The elements of the tensor called `name`.
  func vector(_ name: String) throws(FolderError) -> [Float] {
    guard let file = files[name], let entry = file.entry(name) else {
      throw FolderError(path: path, place: .tensor(name), expected: "a tensor", found: "none")
    }
    return try file.elements(entry)
  }

  /// The matrix called `name`, of the given shape (which `check` has compared).
  func matrix(_ name: String, _ rows: Int, _ columns: Int) throws(FolderError) -> Tensor<Float> {
    Tensor(shape: [rows, columns], elements: try vector(name))
  }
}

/// A tensor's name and shape in a file.
struct TensorShape: Equatable {
  var name: String
  var shape: [Int]

  init(_ name: String, _ shape: Int...) { self.init(name, shape: shape) }

  init(_ name: String, shape: [Int]) { (self.name, self.shape) = (name, shape) }
}
