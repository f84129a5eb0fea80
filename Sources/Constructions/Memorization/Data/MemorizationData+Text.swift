// The text of data: what the strict reader reads back, one point a line, integers and fractions.
import ExactArithmetic

extension MemorizationData {
  /// The data as text: coordinates and label of a point, separated by commas, without a header; `init(text:limits:)` reads it back as itself.
  ///
  /// - Complexity: linear in the text.
  public var text: String {
    (0..<pointCount).map { row in
      (point(row) + [labels[row]]).map(\.description).joined(separator: ",") + "\n"
    }.joined()
  }
}
