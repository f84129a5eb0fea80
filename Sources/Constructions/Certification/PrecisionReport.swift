// What each number format leaves of gap and margin.
import Transformers
import Verification

/// To be written.
public struct PrecisionReport: Encodable {
  /// For now.
  public init(_ folder: SimulationFolder) {}
  /// For now.
  public var text: String { "" }
}
