// The angles of rotary positions, one definition for both decoders.
#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension ModelConfiguration.RotaryEncoding {
  /// The inverse frequency of each pair of a head of width `headSize`, shape [D / 2], in radians a position: theta^(-2 i / D), then
  /// rescaled as Llama 3 does it.
  ///
  /// Of a wavelength 2 pi / f: above `originalPositionCount / lowFrequencyFactor` f becomes f / factor; below
  /// `originalPositionCount / highFrequencyFactor` it stays; between them the two are blended linearly in 1 / wavelength.
  public func inverseFrequencies(headSize: Int) -> [Double] {
    (0..<headSize / 2).map { i in
      let frequency = 1 / pow(theta, Double(2 * i) / Double(headSize))
      guard let scaling else { return frequency }
      let wavelength = 2 * Double.pi / frequency
      let turns = Double(scaling.originalPositionCount) / wavelength
      if turns < scaling.lowFrequencyFactor { return frequency / scaling.factor }
      if turns > scaling.highFrequencyFactor { return frequency }
      let blend =
        (turns - scaling.lowFrequencyFactor) / (scaling.highFrequencyFactor - scaling.lowFrequencyFactor)
      return (1 - blend) * frequency / scaling.factor + blend * frequency
    }
  }
}
