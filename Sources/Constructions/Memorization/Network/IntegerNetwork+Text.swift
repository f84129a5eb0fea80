// The plain text of a network: integers that any language reads back in a few lines (Tests/Python/integer_network.py does).
//
//     wright integer network 1
//     inputs 2
//     layer relu 3            activation and number of rows, one row a line:
//     -1 0:1 1:1              bias, then column:weight in ascending columns, without the weights that are 0
//     0 =                     bias, with the weights of the row above
//     0                       a bias alone
//     layer threshold 1
//     -5 0:2 2:-3
//     outputs 1
//     1/2 0:-7/3              output rows have fractions
//     end
//
// The text is canonical: one blank between fields, no other blanks, no empty line, "\n" behind every line, decimal numbers without "+" or leading
// zeros, fractions in lowest terms; a row that repeats the weights of the row above is written with "=", unless it has none. So a network has one text.
import ExactArithmetic

extension IntegerNetwork {
  /// The first line of the text of a network.
  static let textMagic = "wright integer network 1"

  /// The network as plain text; `init(text:limits:)` reads it back.
  ///
  /// - Complexity: linear in the text, but for the conversion of long numbers to decimal.
  public var text: String {
    var text = "\(Self.textMagic)\ninputs \(inputCount)\n"
    for layer in hiddenLayers {
      text += "layer \(layer.activation.rawValue) \(layer.rows.count)\n"
      Self.write(layer.rows, to: &text)
    }
    text += "outputs \(outputs.count)\n"
    Self.write(outputs, to: &text)
    return text + "end\n"
  }

  private static func write<Number>(_ rows: [Row<Number>], to text: inout String) {
    var above: [Term<Number>]?
    for row in rows {
      text += "\(row.bias)"
      if row.terms == above, !row.terms.isEmpty {
        text += " ="
      } else {
        for term in row.terms { text += " \(term.column):\(term.weight)" }
      }
      text += "\n"
      above = row.terms
    }
  }
}
