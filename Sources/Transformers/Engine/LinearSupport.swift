// Which rows and columns of a linear map hold anything but zeros.
import Tensors

/// The rows and columns of a linear map that are not all zero. Dropping the others changes no output for finite inputs.
struct LinearSupport {
  /// Whether each output depends on an input or has a bias that is not 0.
  var rows: [Bool]
  /// Whether each input matters to an output.
  var columns: [Bool]

  /// The support of `map`; everything where `compacts` is false.
  init(_ map: Linear, compacts: Bool) {
    let (rowCount, columnCount) = (map.weight.rowCount, map.weight.columnCount)
    rows = Array(repeating: !compacts, count: rowCount)
    columns = Array(repeating: !compacts, count: columnCount)
    if !compacts { return }
    map.weight.elements.withUnsafeBufferPointer { elements in
      columns.withUnsafeMutableBufferPointer { columns in
        for r in 0..<rowCount {
          var any = (map.bias?[r] ?? 0) != 0
          for k in 0..<columnCount where elements[r * columnCount + k] != 0 {
            any = true
            columns[k] = true
          }
          rows[r] = any
        }
      }
    }
  }
}

/// The indices at which `flags` is true, ascending.
func indices(of flags: [Bool]) -> [Int] { flags.indices.filter { flags[$0] } }

/// Elementwise or; both have the same length.
func union(_ a: [Bool], _ b: [Bool]) -> [Bool] { zip(a, b).map { $0 || $1 } }
