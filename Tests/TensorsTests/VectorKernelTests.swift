// Each kernel against a plain loop, on every length from 0 to 70.
import Foundation
import Tensors
import Testing

/// Numbers of either sign up to `size`, the same for the same count.
private func numbers(_ count: Int, upTo size: Float = 4, seed: UInt32 = 1) -> [Float] {
  var state = seed &* 2_654_435_761
  return (0..<count).map { _ in
    state = state &* 1_664_525 &+ 1_013_904_223
    return (Float(state >> 8) / 8_388_608 - 1) * size
  }
}

/// What a kernel writes to `count` places; a guard value behind them must survive.
private func output(_ count: Int, _ kernel: (UnsafeMutablePointer<Float>) -> Void) -> [Float] {
  var y = Array(repeating: Float(-7), count: count + 1)
  kernel(&y)
  #expect(y[count] == -7, "a kernel writes nothing behind its output")
  return Array(y.dropLast())
}

private func expectClose(_ a: [Float], _ b: [Double], _ tolerance: Double = 1e-6, _ note: String = "") {
  #expect(a.count == b.count)
  for (i, (x, y)) in zip(a, b).enumerated() {
    if !(abs(Double(x) - y) <= tolerance * max(1, abs(y))) { Issue.record("index \(i): \(x) is not \(y) \(note)") }
  }
}

@Suite struct VectorKernelTests {
  // MARK: The exponential

  @Test func theExponentialIsWithinItsBoundOnAMillionArguments() {
    var arguments: [Float] = []
    for bits in stride(from: UInt32(0), to: 0x42B2_0000, by: 4001) {  // 0 up to 89
      arguments.append(Float(bitPattern: bits))
    }
    for bits in stride(from: UInt32(0x8000_0000), to: 0xC2D2_0000, by: 4001) {  // -0 down to -105
      arguments.append(Float(bitPattern: bits))
    }
    let values = output(arguments.count) {
      VectorKernels.exponential(arguments, count: arguments.count, into: $0)
    }
    var worst = 0.0
    for (x, y) in zip(arguments, values) {
      let exact = exp(Double(x))
      if exact > Double(Float.greatestFiniteMagnitude) * (1 + 0x1p-25) {
        if y != .infinity { Issue.record("exp(\(x)) overflows, found \(y)") }
      } else if exact < Double(Float.leastNormalMagnitude) {
        if !(abs(Double(y) - exact) <= 0x1p-149) { Issue.record("exp(\(x)) = \(exact), found \(y)") }
      } else {
        worst = max(worst, abs(Double(y) / exact - 1))
      }
    }
    #expect(worst < 1e-7)
    #expect(worst > 1e-9, "a bound that is never approached measures nothing")
  }

  @Test(arguments: [
    (Float(0), Float(1)), (-0, 1), (-104, 0), (-1e30, 0), (-.infinity, 0), (88.8, .infinity), (1e30, .infinity),
    (.infinity, .infinity),
  ])
  func theExponentialIsExactAt(_ x: Float, _ expected: Float) {
    // In every lane, and in the padded tail.
    for count in [1, 16, 21] {
      let y = output(count) { VectorKernels.exponential(Array(repeating: x, count: count), count: count, into: $0) }
      #expect(y.allSatisfy { $0 == expected && $0.sign == .plus })
    }
  }

  // MARK: Activations

  @Test func activationsOfAllLengthsAreTheirDefinitions() {
    for n in 0...70 {
      let (x, up) = (numbers(n, upTo: 12), numbers(n, seed: 2))
      let silu = output(n) { VectorKernels.siluMultiply(x, up: up, count: n, into: $0) }
      expectClose(silu, zip(x, up).map { Double($0) / (1 + exp(-Double($0))) * Double($1) })
      let gelu = output(n) { VectorKernels.geluTanh(x, count: n, into: $0) }
      expectClose(
        gelu,
        x.map { x in
          let t = Double(x)
          return 0.5 * t * (1 + tanh((2 / Double.pi).squareRoot() * (t + 0.044715 * t * t * t)))
        })
      let relu = output(n) { VectorKernels.relu(x, count: n, into: $0) }
      #expect(relu == x.map { max($0, 0) })
    }
  }

  @Test func siluAtALargeGainIsExactlyReLU() {
    let x: [Float] = [128, -128, 1024, -1024, 1e30, -1e30, 0, 104, -104]
    let y = output(9) { VectorKernels.siluMultiply(x, up: Array(repeating: 1, count: 9), count: 9, into: $0) }
    #expect(y == [128, 0, 1024, 0, 1e30, 0, 0, 104, 0])  // -0 == 0
  }

  // MARK: Normalizations and index maps

  @Test func normalizationsOfAllLengthsAreTheirDefinitions() {
    for n in 1...70 {
      let x = numbers(n)
      let columns = IndexBuffer((0..<n).filter { $0 % 3 != 1 }.reversed())
      let kept = columns.count
      let (gain, bias) = (numbers(kept, seed: 3), numbers(kept, seed: 4))
      let exact = x.map(Double.init)
      let meanSquare = exact.reduce(0) { $0 + $1 * $1 } / Double(n)
      let rms = output(kept) {
        VectorKernels.rootMeanSquareNormalize(
          x, count: n, epsilon: 1e-3, columns: columns.base, gain: gain, kept: kept, into: $0)
      }
      expectClose(
        rms, columns.indices.enumerated().map { exact[$1] / (meanSquare + 1e-3).squareRoot() * Double(gain[$0]) }, 2e-6)
      let mean = exact.reduce(0, +) / Double(n)
      let variance = exact.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(n)
      let layer = output(kept) {
        VectorKernels.layerNormalize(
          x, count: n, epsilon: 1e-3, columns: columns.base, gain: gain, bias: bias, kept: kept, into: $0)
      }
      expectClose(
        layer,
        columns.indices.enumerated().map {
          (exact[$1] - mean) / (variance + 1e-3).squareRoot() * Double(gain[$0]) + Double(bias[$0])
        }, 1e-5)
      let gathered = output(kept) { VectorKernels.gather(x, columns: columns.base, kept: kept, into: $0) }
      #expect(gathered == columns.indices.map { x[$0] })
      var scattered = x
      VectorKernels.scatterAdd(gain, rows: columns.base, kept: kept, into: &scattered)
      for (i, column) in columns.indices.enumerated() { #expect(scattered[column] == x[column] + gain[i]) }
      #expect((0..<n).allSatisfy { $0 % 3 != 1 || scattered[$0] == x[$0] })
    }
  }

  @Test func aStreamOfPlusAndMinusOnesIsNormalizedExactly() {
    let x: [Float] = (0..<64).map { $0 % 3 == 0 ? 1 : -1 }
    let columns = IndexBuffer(Array(0..<64))
    let y = output(64) {
      VectorKernels.rootMeanSquareNormalize(
        x, count: 64, epsilon: 0, columns: columns.base, gain: Array(repeating: 1, count: 64), kept: 64, into: $0)
    }
    #expect(y == x)
  }

  // MARK: Rotary positions

  @Test func rotationsOfAllLengthsAreTheirDefinitions() {
    for pairs in 0...35 {
      let frequencies = (0..<pairs).map { Float(pow(10_000, -Double($0) / 35)) }
      var (cosines, sines) = (Array(repeating: Float(0), count: pairs), Array(repeating: Float(0), count: pairs))
      VectorKernels.rotaryTable(
        inverseFrequencies: frequencies, pairs: pairs, position: 1234, cosines: &cosines, sines: &sines)
      expectClose(cosines, frequencies.map { cos(Double(1234 * $0)) })
      expectClose(sines, frequencies.map { sin(Double(1234 * $0)) })
      let x = numbers(2 * pairs)
      let y = output(2 * pairs) { out in
        out.update(from: x, count: 2 * pairs)
        VectorKernels.rotate(out, cosines: cosines, sines: sines, pairs: pairs, scale: 0.5)
      }
      let expected = (0..<2 * pairs).map { i -> Double in
        let pair = i % max(pairs, 1)
        let (a, b) = (Double(x[pair]), Double(x[pair + pairs]))
        let (c, s) = (Double(cosines[pair]), Double(sines[pair]))
        return 0.5 * (i < pairs ? a * c - b * s : b * c + a * s)
      }
      expectClose(y, expected)
    }
  }

  // MARK: Attention

  @Test(arguments: [Float(0), 1, 30, 400])
  func softmaxAndItsWeightedSumAreTheirDefinitions(_ spread: Float) {
    for count in 1...70 {
      let width = count % 12
      let (scores, values) = (numbers(count, upTo: spread), numbers(count * width, seed: 5))
      let padded = FloatBuffer(padding: scores + Array(repeating: 99, count: 5))  // what lies behind must not matter
      let panels = FloatBuffer(count: (count + 15) / 16 * 16 * width)
      for j in 0..<count {
        VectorKernels.store(Array(values[j * width..<(j + 1) * width]), in: panels.base, slot: j, columns: width)
      }
      var live = Array(repeating: Int32(-1), count: 5)
      let (total, liveCount) = VectorKernels.softmaxWeights(padded.base, count: count, live: &live)
      let attended = output(width) {
        VectorKernels.weightedSum(
          ofValues: panels.base, columns: width, weights: padded.base, live: live, liveCount: liveCount, total: total,
          into: $0)
      }
      let maximum = scores.max()!
      let weights = scores.map { exp(Double($0 - maximum)) }
      let sum = weights.reduce(0, +)
      expectClose([total], [sum], 1e-5)
      expectClose(
        attended,
        (0..<width).map { d in (0..<count).reduce(0) { $0 + weights[$1] * Double(values[$1 * width + d]) } / sum }, 1e-5
      )
      // Blocks left out hold nothing but zeros.
      for block in 0..<(count + 15) / 16 where !live[..<liveCount].contains(Int32(block)) {
        #expect(scores[block * 16..<min(count, block * 16 + 16)].allSatisfy { Float(exp(Double($0 - maximum))) == 0 })
      }
    }
  }

  @Test func aGapAbove104MakesSoftmaxExactlyOneHot() {
    for winner in 0..<70 {
      let padded = FloatBuffer(padding: (0..<70).map { $0 == winner ? 4096 : 4096 - 104.5 })
      var live = Array(repeating: Int32(-1), count: 5)
      let (total, liveCount) = VectorKernels.softmaxWeights(padded.base, count: 70, live: &live)
      #expect(total == 1 && liveCount == 1 && live[0] == Int32(winner / 16))
      for lane in 0..<16 { #expect(padded.base[winner / 16 * 16 + lane] == (lane == winner % 16 ? 1 : 0)) }
    }
  }

  @Test func slotsAreMovedAndFound() {
    for columns in [0, 1, 5] {
      let panels = FloatBuffer(count: 48 * columns)
      for slot in 0..<48 {
        VectorKernels.store(
          (0..<columns).map { Float(slot * 100 + $0) }, in: panels.base, slot: slot, columns: columns)
      }
      VectorKernels.move(panels.base, from: 47, to: 3, columns: columns)
      for slot in 0..<48 {
        for k in 0..<columns {
          let expected = Float((slot == 3 ? 47 : slot) * 100 + k)
          #expect(panels.base[(slot / 16 * columns + k) * 16 + slot % 16] == expected)
        }
      }
    }
    for count in 0...140 {
      let values = (0..<count).map { Int32($0 * 7 % 251) }
      for i in 0..<count { #expect(VectorKernels.firstIndex(of: values[i], in: values, count: count) == i) }
      #expect(VectorKernels.firstIndex(of: -1, in: values, count: count) == nil)
    }
  }
}
