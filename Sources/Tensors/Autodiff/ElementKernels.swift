// Kernels that touch each number once, for both kinds of numbers.
internal import CKernels

/// Sums, scalings and column sums of arrays in memory.
public protocol ElementKernels {
  /// y[i] += x[i] for i < count.
  static func add(_ x: UnsafePointer<Self>, count: Int, to y: UnsafeMutablePointer<Self>)
  /// y[i] += scale x[i] for i < count.
  static func add(_ x: UnsafePointer<Self>, scaledBy scale: Self, count: Int, to y: UnsafeMutablePointer<Self>)
  /// y[i] = scale y[i] for i < count.
  static func scale(_ y: UnsafeMutablePointer<Self>, by scale: Self, count: Int)
  /// The row x added to each of the rows of y.
  static func addRow(_ x: UnsafePointer<Self>, rows: Int, columns: Int, to y: UnsafeMutablePointer<Self>)
  /// y[c] += the sum over the rows, in order, of x[r stride + c].
  static func addColumnSums(
    of x: UnsafePointer<Self>, stride: Int, rows: Int, columns: Int, to y: UnsafeMutablePointer<Self>)
  /// y[i] = max(y[i], 0).
  static func relu(_ y: UnsafeMutablePointer<Self>, count: Int)
  /// The index of the first number that is infinite or not a number, where there is one.
  static func firstNotFinite(_ x: UnsafePointer<Self>, count: Int) -> Int?
}

extension Float: ElementKernels {
  /// y[i] += x[i] for i < count.
  public static func add(_ x: UnsafePointer<Float>, count: Int, to y: UnsafeMutablePointer<Float>) {
    wright_f32_add(x, count, y)
  }
  /// y[i] += scale x[i] for i < count.
  public static func add(
    _ x: UnsafePointer<Float>, scaledBy scale: Float, count: Int, to y: UnsafeMutablePointer<Float>
  ) { wright_f32_add_scaled(x, scale, count, y) }
  /// y[i] = scale y[i] for i < count.
  public static func scale(_ y: UnsafeMutablePointer<Float>, by scale: Float, count: Int) {
    wright_f32_scale(scale, count, y)
  }
  /// The row x added to each of the rows of y.
  public static func addRow(
    _ x: UnsafePointer<Float>, rows: Int, columns: Int, to y: UnsafeMutablePointer<Float>
  ) { wright_f32_add_row(x, rows, columns, y) }
  /// y[c] += the sum over the rows, in order, of x[r stride + c].
  public static func addColumnSums(
    of x: UnsafePointer<Float>, stride: Int, rows: Int, columns: Int, to y: UnsafeMutablePointer<Float>
  ) { wright_f32_column_sums(x, stride, rows, columns, y) }
  /// y[i] = max(y[i], 0).
  public static func relu(_ y: UnsafeMutablePointer<Float>, count: Int) { wright_f32_relu(count, y) }
  /// The index of the first number that is infinite or not a number, where there is one.
  public static func firstNotFinite(_ x: UnsafePointer<Float>, count: Int) -> Int? {
    let index = wright_f32_first_not_finite(x, count)
    return index < 0 ? nil : index
  }
}

extension Double: ElementKernels {
  /// y[i] += x[i] for i < count.
  public static func add(_ x: UnsafePointer<Double>, count: Int, to y: UnsafeMutablePointer<Double>) {
    wright_f64_add(x, count, y)
  }
  /// y[i] += scale x[i] for i < count.
  public static func add(
    _ x: UnsafePointer<Double>, scaledBy scale: Double, count: Int, to y: UnsafeMutablePointer<Double>
  ) { wright_f64_add_scaled(x, scale, count, y) }
  /// y[i] = scale y[i] for i < count.
  public static func scale(_ y: UnsafeMutablePointer<Double>, by scale: Double, count: Int) {
    wright_f64_scale(scale, count, y)
  }
  /// The row x added to each of the rows of y.
  public static func addRow(
    _ x: UnsafePointer<Double>, rows: Int, columns: Int, to y: UnsafeMutablePointer<Double>
  ) { wright_f64_add_row(x, rows, columns, y) }
  /// y[c] += the sum over the rows, in order, of x[r stride + c].
  public static func addColumnSums(
    of x: UnsafePointer<Double>, stride: Int, rows: Int, columns: Int, to y: UnsafeMutablePointer<Double>
  ) { wright_f64_column_sums(x, stride, rows, columns, y) }
  /// y[i] = max(y[i], 0).
  public static func relu(_ y: UnsafeMutablePointer<Double>, count: Int) { wright_f64_relu(count, y) }
  /// The index of the first number that is infinite or not a number, where there is one.
  public static func firstNotFinite(_ x: UnsafePointer<Double>, count: Int) -> Int? {
    let index = wright_f64_first_not_finite(x, count)
    return index < 0 ? nil : index
  }
}
