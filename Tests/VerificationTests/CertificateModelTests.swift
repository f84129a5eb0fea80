// A certificate is of one model and one circuit: another file, a missing one, one too many, and another circuit are refused by name.
import Circuits
import Constructions
import Foundation
import Testing
import Transformers
import Verification

/// A folder that is gone after the test, with the weights of a circuit in it.
private func withFolder(shardBytes: Int = .max, _ body: (String) throws -> Void) throws {
  let path = NSTemporaryDirectory() + "certificate-\(UUID().uuidString)"
  defer { try? FileManager.default.removeItem(atPath: path) }
  var builder = CircuitBuilder(inputCount: 2)
  let carry = builder.gate(.and, Wire(0), Wire(1))
  let model = LlamaCircuitSimulation(CircuitChain(builder.circuit(outputs: [Literal(carry)]))).model()
  var options = ModelFolder.WriteOptions()
  options.maximumShardBytes = shardBytes
  _ = try ModelFolder.write(model, to: path, options: options)
  try body(path)
}

/// The refusal of a folder by the certificate of `files`, or `nil`.
private func refusal(_ files: [Certificate.FileDigest], _ folder: String) throws -> String? {
  var certificate = sampleCertificate()
  certificate.files = files
  let found = try Certificate.digests(of: ModelFolder(folder))
  do throws(CertificateError) {
    try certificate.checkFiles(found, folder: folder)
    return nil
  } catch { return error.description }
}

@Suite struct CertificateModelTests {
  @Test func theFilesOfAModelAreItsConfigurationAndItsTensors() throws {
    try withFolder { folder in
      let files = try Certificate.digests(of: ModelFolder(folder))
      #expect(files.map(\.name) == ["config.json", "model.safetensors"])
      for file in files {
        let bytes = try Data(contentsOf: URL(filePath: "\(folder)/\(file.name)"))
        #expect(file.sha256 == ContentDigest(of: bytes))
      }
    }
    try withFolder(shardBytes: 100) { folder in
      let files = try Certificate.digests(of: ModelFolder(folder)).map(\.name)
      #expect(files.contains("config.json") && files.contains("model.safetensors.index.json"))
      let shards = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".safetensors") }
      #expect(shards.count > 3 && files.count == shards.count + 2 && shards.allSatisfy(files.contains))
    }
  }

  @Test func anotherFileIsRefusedByName() throws {
    try withFolder { folder in
      let files = try Certificate.digests(of: ModelFolder(folder))
      #expect(try refusal(files, folder) == nil)
      for file in files {
        let url = URL(filePath: "\(folder)/\(file.name)")
        let original = try Data(contentsOf: url)
        var changed = original
        // A space for a space's neighbour in JSON; the last bit of the last weight.
        if file.name == "config.json" { changed.append(0x20) } else { changed[changed.count - 1] ^= 1 }
        try changed.write(to: url)
        let message = try #require(try refusal(files, folder))
        #expect(
          message.hasPrefix("\(folder)/\(file.name): expected the certificate's file, whose SHA-256 is \(file.sha256)"))
        try original.write(to: url)
      }
      #expect(try refusal(files, folder) == nil)
      let other = Certificate.FileDigest(name: "model-00001-of-00002.safetensors", sha256: files[0].sha256)
      #expect(try refusal(files + [other], folder)?.contains("no such file of a model") == true)
      #expect(
        try refusal([files[0]], folder)?.contains("model.safetensors: expected only files of the certificate's model")
          == true)
    }
  }

  /// The whole way on one small circuit: what the checker derives from weights, the witness shows to be the circuit.
  @Test(arguments: [Semantics.ideal, .softmax, .rounded(RoundingModel(unit: 0x1p-24))])
  func aCertificateOfConstructedWeightsIsWrittenReadAndHolds(_ semantics: Semantics) throws {
    let circuit = Circuit.rippleCarryAdder(width: 4)
    let statement = CircuitStatement(circuit)
    let simulation = CircuitSimulation(of: circuit)
    let found = try Checker(simulation.model(), form: simulation.manifest.promptForm).derive(semantics)
    let written = Certificate(
      tool: "wright", files: [Certificate.FileDigest(name: "config.json", sha256: ContentDigest(of: []))],
      claim: Claim(
        form: simulation.manifest.promptForm, semantics: semantics, readOut: simulation.manifest.readOut,
        circuit: statement.digest),
      bounds: found.bounds, witness: Witness.derived(from: statement, wireCount: simulation.manifest.wireCount))
    let read = try Certificate(parsing: written.serialized())
    #expect(read == written)
    try read.claim.checkCircuit(statement, path: "adder4")
    let witness = try #require(read.witness)
    func fault(_ statement: CircuitStatement) -> WitnessFault? {
      WitnessCheck.fault(
        circuit: statement, program: found.program, witness: witness, readOut: read.claim.readOut)
    }
    #expect(fault(statement) == nil)
    // Each change of one row of one gate's table is another function of the gate's operands, which no input need reach.
    for gate in 0..<statement.gateCount {
      for row in 0..<UInt64(1) << UInt64(statement.operands(ofGate: gate).count) {
        var tables = statement.tables
        tables[gate] ^= 1 << row
        let changed = CircuitStatement(
          inputCount: statement.inputCount, tables: tables, offsets: statement.offsets, operands: statement.operands,
          outputs: statement.outputs)
        #expect(fault(changed)?.gate == gate)
        #expect(throws: CertificateError.self) { try read.claim.checkCircuit(changed, path: "adder4") }
      }
    }
  }

  @Test func anotherCircuitIsRefused() throws {
    let claim = sampleCertificate().claim
    try claim.checkCircuit(halfAdder, path: "half.aag")
    func message(_ circuit: CircuitStatement) -> String? {
      do throws(CertificateError) {
        try claim.checkCircuit(circuit, path: "half.aag")
        return nil
      } catch { return error.description }
    }
    #expect(
      message(CircuitStatement(inputCount: 3, tables: [], offsets: [0], operands: [], outputs: []))
        == "half.aag: expected the certificate's circuit, of 2 inputs, found 3")
    #expect(
      message(CircuitStatement(inputCount: 2, tables: [], offsets: [0], operands: [], outputs: [0]))
        == "half.aag: expected the certificate's circuit, of 2 outputs, found 1")
    let other = CircuitStatement(
      inputCount: 2, tables: [0b0110, 0b1001], offsets: [0, 2, 4], operands: [0, 1, 0, 1], outputs: [4, 7])
    #expect(
      message(other)
        == "half.aag: expected the certificate's circuit, whose SHA-256 is \(halfAdder.digest), found another, of \(other.digest)"
    )
  }

  @Test func aFileThatCannotBeReadIsRefusedWithTheReason() throws {
    let path = NSTemporaryDirectory() + "certificate-\(UUID().uuidString)"
    #expect(throws: CertificateError(path: path, expected: "a readable file", found: "No such file or directory")) {
      try Certificate(contentsOf: path)
    }
    #expect(throws: CertificateError(path: "/dev/null", expected: "a regular file", found: "another kind")) {
      try Certificate(contentsOf: "/dev/null")
    }
    try withFolder { folder in
      let file = "\(folder)/x.cert"
      try Data(sampleCertificate().serialized()).write(to: URL(filePath: file))
      #expect(try Certificate(contentsOf: file) == sampleCertificate())
    }
  }
}
