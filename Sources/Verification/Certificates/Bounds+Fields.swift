// Bounds as a certificate writes them: numbers that may be infinite, each of which is possible.

extension Bounds.Worst {
  enum CodingKeys: String, CodingKey { case value, step, head }

  /// How JSON, which has no infinities, writes one: a single position has no rival, so its lead has no bound.
  static let infinity = "infinity"

  /// Reads the number, or the word `infinity`, and its place.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    let value: Double
    if let word = try? container.decode(String.self, forKey: .value) {
      guard word == Self.infinity else {
        throw DecodingError.dataCorruptedError(
          forKey: .value, in: container, debugDescription: "expected a number or \"infinity\"")
      }
      value = .infinity
    } else {
      value = try container.decode(Double.self, forKey: .value)
    }
    self.init(
      value, step: try container.decodeIfPresent(Int.self, forKey: .step),
      head: try container.decodeIfPresent(Int.self, forKey: .head))
  }

  /// Writes the number, or the word `infinity`, and its place.
  public func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    if value == .infinity {
      try container.encode(Self.infinity, forKey: .value)
    } else {
      try container.encode(value, forKey: .value)
    }
    try container.encodeIfPresent(step, forKey: .step)
    try container.encodeIfPresent(head, forKey: .head)
  }

  /// Throws where the number or its place cannot be; `stepCount` is that of the form.
  fileprivate func check(_ key: String, stepCount: Int, isUnbounded: Bool) throws(CertificateFault) {
    try CertificateFault.require(
      value >= 0 && (value.isFinite || isUnbounded), key,
      expected: isUnbounded ? "a number that is not negative" : "a finite number that is not negative",
      found: "\(value)")
    if let step {  // the one after the last emits the end token
      try CertificateFault.require(
        (0...stepCount).contains(step), "\(key).step", expected: "a step up to \(stepCount)", found: "\(step)")
    }
    if let head {
      try CertificateFault.require(
        (0..<1 << 16).contains(head), "\(key).head", expected: "a head", found: "\(head)")
    }
  }
}

extension Bounds {
  /// The most layers that bounds speak of.
  static let layerLimit = 4096

  /// Throws where some number cannot be one of a claim that holds; `stepCount` is that of the form.
  func check(stepCount: Int) throws(CertificateFault) {
    func requireFinite(_ value: Double, _ key: String) throws(CertificateFault) {
      try CertificateFault.require(
        value >= 0 && value.isFinite, key, expected: "a finite number that is not negative", found: "\(value)")
    }
    try CertificateFault.require(
      layers.count <= Bounds.layerLimit, "bounds.layers", expected: "at most \(Bounds.layerLimit) layers",
      found: "\(layers.count)")
    for (index, layer) in layers.enumerated() {
      let key = "bounds.layers.\(index)"
      try layer.scoreGap.check("\(key).scoreGap", stepCount: stepCount, isUnbounded: true)
      try layer.leak.check("\(key).leak", stepCount: stepCount, isUnbounded: false)
      try requireFinite(layer.fetchError, "\(key).fetchError")
    }
    try tokenMargin.check("bounds.tokenMargin", stepCount: stepCount, isUnbounded: true)
    try requireFinite(largestMagnitude, "bounds.largestMagnitude")
    try CertificateFault.require(
      caseCount >= 0, "bounds.caseCount", expected: "a number that is not negative", found: "\(caseCount)")
  }
}
