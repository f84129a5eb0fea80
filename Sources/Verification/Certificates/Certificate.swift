// The certificate: what is claimed of which weights, how far it stays from failing, and what a checker needs besides weights and circuit.
public import Transformers

/// A claim about the weights of a folder, with the bounds that were found and the witness that the check needs.
///
/// A certificate persuades nobody by itself: `wright verify` reads the claim and the witness and derives everything else again from weights
/// and circuit. So a false certificate is refused, and a true one saves the search.
///
/// ```swift
/// let certificate = try Certificate(contentsOf: "adder.cert")
/// let folder = try ModelFolder("models/adder64")
/// try certificate.checkFiles(Certificate.digests(of: folder), folder: folder.path)
/// try certificate.claim.checkCircuit(circuit, path: "adder64.txt")
/// ```
public struct Certificate: Sendable, Equatable, Encodable {
  /// A file of a model folder, by its content.
  public struct FileDigest: Sendable, Hashable, Codable {
    /// The file's name in the folder.
    public var name: String
    /// The digest of its bytes.
    public var sha256: ContentDigest

    /// The file of this name and digest.
    public init(name: String, sha256: ContentDigest) { (self.name, self.sha256) = (name, sha256) }
  }

  /// The version of the layout, 1.
  public let version: Int
  /// The program that wrote the certificate, with its version.
  public var tool: String
  /// The configuration and the weights that the claim is about, by name in ascending order.
  public var files: [FileDigest]
  /// What is claimed.
  public var claim: Claim
  /// How far the claim stays from failing, as the writer found.
  public var bounds: Bounds
  /// Where the circuit's wires are on the chain; `nil` where a reader is to derive it from the circuit.
  public var witness: Witness?

  /// The version of the layout that this program writes, and the only one that it reads.
  public static let version = 1

  private enum CodingKeys: String, CodingKey { case version, tool, files, claim, bounds }

  /// The given certificate, its files put in order.
  public init(tool: String, files: [FileDigest], claim: Claim, bounds: Bounds, witness: Witness?) {
    version = Certificate.version
    self.tool = tool
    self.files = files.sorted { $0.name < $1.name }
    self.claim = claim
    self.bounds = bounds
    self.witness = witness
  }
}

extension Certificate {
  /// The most files that a certificate names, and the longest name of the tool.
  static let fileLimit = 65536
  static let toolLengthLimit = 200

  /// The digests of the files of `folder` that its model is read from, by name: config.json, and the tensor file, or the index with its shards.
  ///
  /// - Throws: `FolderError` where one of them cannot be read.
  public static func digests(of folder: ModelFolder) throws(FolderError) -> [FileDigest] {
    var digests: [FileDigest] = []
    for name in try folder.modelFileNames() {
      digests.append(FileDigest(name: name, sha256: try ContentDigest(ofFile: "\(folder.path)/\(name)")))
    }
    return digests.sorted { $0.name < $1.name }
  }

  /// Throws where `files` are not those of the certificate; `path` is their folder.
  ///
  /// - Throws: `CertificateError` that names the first file that is other, missing or one too many.
  public func checkFiles(_ files: [FileDigest], folder path: String) throws(CertificateError) {
    var others: [String: ContentDigest] = [:]
    for file in files { others[file.name] = file.sha256 }
    for file in self.files {
      guard let other = others.removeValue(forKey: file.name) else {
        throw CertificateError(
          path: path, expected: "the model of the certificate, with \(file.name.excerpt)",
          found: "no such file of a model")
      }
      guard other == file.sha256 else {
        throw CertificateError(
          path: "\(path)/\(file.name)", expected: "the certificate's file, whose SHA-256 is \(file.sha256)",
          found: "another, of \(other)")
      }
    }
    if let name = others.keys.min() {
      throw CertificateError(
        path: "\(path)/\(name)", expected: "only files of the certificate's model", found: "this one")
    }
  }

  /// Throws where something in the certificate cannot be, whatever weights and circuit it is about.
  func check() throws(CertificateFault) {
    try CertificateFault.require(
      version == Certificate.version, "version", expected: "version \(Certificate.version)", found: "\(version)")
    try CertificateFault.require(
      tool.utf8.count <= Certificate.toolLengthLimit, "tool",
      expected: "at most \(Certificate.toolLengthLimit) bytes", found: "\(tool.utf8.count)")
    try CertificateFault.require(
      (1...Certificate.fileLimit).contains(files.count), "files", expected: "1 to \(Certificate.fileLimit) files",
      found: "\(files.count)")
    for file in files {
      try CertificateFault.require(
        isPlainFileName(file.name) && file.name.utf8.count <= 255, "files", expected: "the name of a file in a folder",
        found: file.name.excerpt)
    }
    for (file, next) in zip(files, files.dropFirst()) {
      try CertificateFault.require(
        file.name < next.name, "files", expected: "names in ascending order",
        found: "\(file.name.excerpt) before \(next.name.excerpt)")
    }
    try claim.check()
    try bounds.check(stepCount: claim.form.stepCount)
  }
}
