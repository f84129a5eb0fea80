// Two libFuzzer targets: the text of an integer network (-D FUZZ_NETWORK) and a table of points with labels. Built by Scripts/fuzz.
import Constructions
import ExactArithmetic
import Transformers

/// Traps unless the error says where and what in words of bounded length that no terminal obeys.
private func checkFault(_ error: MemorizationTextError) {
  precondition(error.line >= 1 && error.column >= 1, "lines and columns are counted from 1")
  precondition(!error.expected.isEmpty && !error.found.isEmpty, "a fault says what was expected and what was found")
  precondition(error.description.utf8.count <= 1000, "a message is short")
  precondition(error.description.utf8.allSatisfy { $0 >= 32 && $0 != 127 }, "a message has no control characters")
}

#if FUZZ_NETWORK
  /// Runs one input; traps where the reader breaks its promise.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let bytes = Array(UnsafeRawBufferPointer(start: start, count: count))
    let network: IntegerNetwork
    do { network = try IntegerNetwork(text: bytes) } catch {
      checkFault(error)
      return 0
    }
    countAccepted()
    precondition(Array(network.text.utf8) == bytes, "a network has one text")
    let size = network.size
    precondition(size.nonZero <= size.dense && size.tied <= size.nonZero && size.distinct <= size.nonZero, "counts fit")
    precondition(network.descriptionBits > 0, "a description has bits")
    // A few bytes may name millions of inputs: a point of that length is not made here.
    guard network.inputCount <= 64 else { return 0 }
    let point = (0..<network.inputCount).map { Integer($0 * 7 - 3) }
    let slow = network.outputs(at: point.map { Rational($0, 2) })
    precondition(NetworkEvaluator(network, scale: 2).outputs(at: point) == slow, "both evaluations agree")
    return 0
  }
#else
  /// A generator of few words (Marsaglia's xorshift), the same for each input.
  private struct Numbers: RandomNumberGenerator {
    private var state: UInt64 = 88_172_645_463_325_252

    mutating func next() -> UInt64 {
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return state
    }
  }

  /// Runs one input; traps where the reader breaks its promise, or where a network is not exact.
  @_cdecl("LLVMFuzzerTestOneInput")
  public func fuzzOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let data: MemorizationData
    do { data = try MemorizationData(text: Array(UnsafeRawBufferPointer(start: start, count: count))) } catch {
      checkFault(error)
      return 0
    }
    countAccepted()
    precondition((try? MemorizationData(text: data.text)) == data, "what is written is read back")
    let bits = data.labels.map { $0.numerator.bitLength + $0.denominator.bitLength }.reduce(0, +)
    guard data.pointCount <= 24, data.dimension <= 8, bits <= 512, data.scale.bitLength <= 512 else { return 0 }
    for construction in MemorizationConstruction.allCases {
      var numbers = Numbers()
      do {
        let memorization = try construction.memorize(data, using: &numbers)
        precondition(
          MemorizationCheck(memorization.network, on: data, threadCount: 1).isExact, "every label is reproduced")
        let differences = memorization.prediction.differences(from: memorization.network.size)
        precondition(differences.isEmpty, "\(construction) has its predicted size: \(differences)")
      } catch {
        precondition(error.rows.allSatisfy { (1...data.pointCount).contains($0) }, "rows of the data are named")
        precondition(error.hypothesis != .randomNumbers, "the numbers are random")
      }
    }
    return 0
  }
#endif
