// Layers of integer rows compiled into flat arrays of limbs, which LimbMachine runs without an allocation a number.
import CGMP

/// A feedforward program over the integers: what `LimbMachine` runs.
///
/// Layers are added in order, to a layer its forms, to a form its rows; a row's value is its form's sum of products plus its
/// bias, under the layer's activation. A form is summed once however many rows add their bias to it.
package struct LimbProgram: Sendable {
  /// What happens to a row's value.
  package enum Activation: UInt8, Sendable {
    /// The positive part.
    case relu = 0
    /// 1 where the value is at least 0, else 0.
    case threshold = 1
    /// The value itself.
    case identity = 2
  }

  private var activations: [UInt8] = []
  private var layerForms: [Int64] = [0]
  private var formTerms: [Int64] = [0]
  private var formRows: [Int64] = [0]
  private var termColumns: [Int32] = []
  private var termSizes: [Int32] = []
  private var termOffsets: [Int64] = []
  private var biasSizes: [Int32] = []
  private var biasOffsets: [Int64] = []
  /// One limb at least, so that the array has an address.
  private var limbs: [UInt64] = [0]
  /// The number of inputs.
  package let inputCount: Int
  /// The number of values of the last layer.
  package private(set) var outputCount: Int
  private var previousCount: Int
  /// The most values of a layer, inputs included.
  package private(set) var width: Int

  /// A program without layers, which returns its inputs.
  package init(inputCount: Int) {
    self.inputCount = inputCount
    outputCount = inputCount
    previousCount = inputCount
    width = inputCount
  }

  /// Begins the next layer.
  package mutating func addLayer(_ activation: Activation) {
    activations.append(activation.rawValue)
    layerForms.append(Int64(formTerms.count - 1))
    previousCount = outputCount
    outputCount = 0
  }

  /// Begins the next form of the layer, without a row.
  package mutating func addForm(_ terms: some Sequence<(column: Int, weight: Integer)>) {
    for (column, weight) in terms where weight != 0 {
      precondition((0..<previousCount).contains(column), "a term's column lies in the layer before")
      termColumns.append(Int32(column))
      let (size, offset) = store(weight)
      termSizes.append(size)
      termOffsets.append(offset)
    }
    formTerms.append(Int64(termColumns.count))
    formRows.append(Int64(biasSizes.count))
    layerForms[layerForms.count - 1] = Int64(formTerms.count - 1)
  }

  /// Adds a row to the last form.
  package mutating func addRow(bias: Integer) {
    let (size, offset) = store(bias)
    biasSizes.append(size)
    biasOffsets.append(offset)
    formRows[formRows.count - 1] = Int64(biasSizes.count)
    outputCount += 1
    width = max(width, outputCount)
  }

  /// Appends a number's limbs; its signed size and where they begin.
  private mutating func store(_ value: Integer) -> (size: Int32, offset: Int64) {
    let count = (value.bitLength + UInt64.bitWidth - 1) / UInt64.bitWidth
    let offset = Int64(limbs.count)
    for i in 0..<count { limbs.append(UInt64(value.magnitudeWord(at: i))) }
    return (Int32(value.signum() * count), offset)
  }

  /// Calls `body` with the C view of the program.
  func withView(_ body: (UnsafePointer<limb_program>) -> Void) {
    activations.withUnsafeBufferPointer { activations in
      layerForms.withUnsafeBufferPointer { layerForms in
        formTerms.withUnsafeBufferPointer { formTerms in
          formRows.withUnsafeBufferPointer { formRows in
            termColumns.withUnsafeBufferPointer { termColumns in
              termSizes.withUnsafeBufferPointer { termSizes in
                termOffsets.withUnsafeBufferPointer { termOffsets in
                  biasSizes.withUnsafeBufferPointer { biasSizes in
                    biasOffsets.withUnsafeBufferPointer { biasOffsets in
                      limbs.withUnsafeBufferPointer { limbs in
                        // An array without elements may have no address; then nothing is read from it either.
                        guard let layerForms = layerForms.baseAddress, let formTerms = formTerms.baseAddress,
                          let formRows = formRows.baseAddress, let limbs = limbs.baseAddress
                        else { return }
                        let nothing = UnsafeRawPointer(limbs)
                        var view = limb_program(
                          layer_count: Int64(activations.count),
                          activations: activations.baseAddress ?? nothing.assumingMemoryBound(to: UInt8.self),
                          layer_forms: layerForms, form_terms: formTerms, form_rows: formRows,
                          term_columns: termColumns.baseAddress ?? nothing.assumingMemoryBound(to: Int32.self),
                          term_sizes: termSizes.baseAddress ?? nothing.assumingMemoryBound(to: Int32.self),
                          term_offsets: termOffsets.baseAddress ?? nothing.assumingMemoryBound(to: Int64.self),
                          bias_sizes: biasSizes.baseAddress ?? nothing.assumingMemoryBound(to: Int32.self),
                          bias_offsets: biasOffsets.baseAddress ?? nothing.assumingMemoryBound(to: Int64.self),
                          limbs: limbs)
                        body(&view)
                      }
                    }
                  }
                }
              }
            }
          }
        }
      }
    }
  }
}
