// Whether float32 holds weights that were trained in float64.
import Tensors

extension ParameterLayout {
  /// Refuses weights of which float32 does not hold all, by the name of the first tensor.
  func checkFloat32Holds<Scalar: TensorScalar>(_ weights: AlignedBuffer<Scalar>, place: String) throws {
    for parameter in parameters {
      guard let index = parameter.range.first(where: { !Float(weights.base[$0]).isFinite }) else { continue }
      throw Failure.refused(
        "\(place), tensor \(parameter.name)", expected: "numbers in the range of float32",
        found: "\(weights.base[index]) at index \(index - parameter.offset)")
    }
  }
}
