// The check in finite precision: what it derives is the circuit's chain, and what the reference decoder emits, token by token.
import Circuits
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing
import Transformers
import Verification

@Suite struct FinitePrecisionCheckTests {
  @Test(arguments: smallCircuits.indices)
  func whatIsDerivedIsTheChainAndWhatTheDecoderEmits(_ index: Int) throws {
    let (name, circuit) = smallCircuits[index]
    var derivedCount = 0
    for foldsInverters in [true, false] {
      for format in smallFormats where circuit.inputCount < 5 || format.ties == .towardZero {
        let built = FinitePrecisionChain(circuit, for: format, foldsInverters: foldsInverters)
        let isEnough = PositionalCircuitLayout.insufficiency(of: format, fanIn: built.chain.fanIn) == nil
        let assignments = allAssignments(built.chain.inputCount)
        do {
          let (program, bounds) = try FinitePrecisionCheck.derive(built.model, built.form, format: format)
          derivedCount += 1
          let isRight = difference(program, built.model, format, on: assignments) == nil
          #expect(isRight, "\(name) in \(format)")
          if isEnough {
            #expect(
              assignments.allSatisfy { program.wireValues($0) == built.chain.wireValues($0) }, "\(name), \(format)")
            #expect(bounds.layers.count == 1 && !bounds.layers[0].comparesAllPairs)
            #expect(bounds.layers[0].leak.value == 0 && bounds.layers[0].fetchError == 0)
            #expect(bounds.layers[0].scoreGap.value > 0)
            // In F_{0,1} -2 is -3/2: a gate of one operand is right by a tie, which the first token wins.
            #expect(bounds.tokenMargin.value > 0 || format.precision == 2, "\(name) in \(format)")
            #expect(bounds.largestMagnitude <= Double(format.maximum))
            #expect(built.chain.stepCount == 0 || bounds.caseCount >= 1)
          }
        } catch {
          #expect(!isEnough, "\(name) in \(format): \(error)")
        }
      }
    }
    #expect(derivedCount >= 12)
  }

  @Test(arguments: [0, 1, 2, 3], [1, 2, 3, 4])
  func aFormatThatSufficesIsAcceptedAndNoOtherIsWronglyDescribed(_ exponentBits: Int, _ fanIn: Int) throws {
    var random = SplitMix64(seed: 10 * exponentBits + fanIn)
    for significandBits in 1...3 {
      let format = FloatFormat(exponentBits: exponentBits, significandBits: significandBits)
      let isEnough = PositionalCircuitLayout.insufficiency(of: format, fanIn: fanIn) == nil
      for _ in 0..<12 {
        let circuit = Circuit.randomGates(3, inputs: fanIn, fanIn: fanIn, using: &random)
        let built = FinitePrecisionChain(circuit, for: format, foldsInverters: false)
        let assignments = allAssignments(fanIn)
        switch Swift.Result(catching: { () throws(Doubt) in
          try FinitePrecisionCheck.derive(built.model, built.form, format: format)
        }) {
        case .success(let found):
          let wrong = difference(found.program, built.model, format, on: assignments)
          #expect(wrong == nil, "\(format)")
          if isEnough {
            #expect(assignments.allSatisfy { found.program.wireValues($0) == built.chain.wireValues($0) })
          }
        case .failure(let doubt):
          #expect(!isEnough, "\(format): \(doubt)")
        }
      }
    }
  }

  @Test func weightsForOneFormatAreDescribedRightlyInAnother() throws {
    var (derived, doubted, unlikeTheChain) = (0, 0, 0)
    for (_, circuit) in smallCircuits where circuit.inputCount <= 5 {
      for writtenFor in smallFormats where writtenFor.ties == .towardZero {
        for format in smallFormats where format != writtenFor {
          let built = FinitePrecisionChain(circuit, for: writtenFor, foldsInverters: false)
          guard let program = try? FinitePrecisionCheck.derive(built.model, built.form, format: format).program else {
            doubted += 1
            continue
          }
          derived += 1
          let assignments = allAssignments(built.chain.inputCount)
          let wrong = difference(program, built.model, format, on: assignments)
          #expect(wrong == nil, "written for \(writtenFor), run in \(format)")
          if assignments.contains(where: { program.wireValues($0) != built.chain.wireValues($0) }) {
            unlikeTheChain += 1
          }
        }
      }
    }
    // All three happen: a format can be too coarse to match, or right, or so coarse that another function is computed.
    #expect(derived > 100 && doubted > 100 && unlikeTheChain > 0)
  }

  @Test func rowsThatCannotOccurRepeatOnesThatCan() throws {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    for (_, circuit) in smallCircuits {
      let built = FinitePrecisionChain(circuit, for: format, foldsInverters: false)
      guard PositionalCircuitLayout.insufficiency(of: format, fanIn: built.chain.fanIn) == nil else { continue }
      let program = try FinitePrecisionCheck.derive(built.model, built.form, format: format).program
      for i in 0..<program.stepCount {
        let operands = Array(program.operands(ofStep: i))
        for row in 0..<1 << program.headCount {
          var possible = 0
          for (h, operand) in operands.enumerated() where operand >= 0 {
            possible |= (row >> (operands.firstIndex(of: operand) ?? h) & 1) << h
          }
          #expect(program.tables[i] >> UInt64(row) & 1 == program.tables[i] >> UInt64(possible) & 1)
        }
      }
    }
  }

  @Test func zeroTimesAndPlusZeroAreExactInEveryFormat() {
    // What lets the check leave out weights of 0.
    let formats = smallFormats.filter { $0.precision <= 6 } + [.init(exponentBits: 2, significandBits: 4)]
    for format in formats {
      for x in format.allValues {
        #expect(format.multiply(format.zero, x).isZero && format.multiply(x, format.zero).isZero)
        #expect(format.add(x, format.zero) == x && format.add(format.zero, x) == x)
      }
    }
    for format in [FloatFormat.binary16, .bfloat16, .binary32, .binary64] {
      var random = SplitMix64(seed: 1)
      for _ in 0..<1000 {
        let x = format.rounded(Double(Float(bitPattern: UInt32(truncatingIfNeeded: random.next() >> 34))))
        #expect(format.multiply(format.zero, -x).isZero && format.add(-x, format.zero) == -x)
      }
    }
  }

  @Test func codesAreToldApartWithoutComparingPairsInEveryFormat() throws {
    let formats =
      smallFormats + [.binary16, .bfloat16, .binary32, .binary64]
      + [(0, 8), (5, 5), (8, 4), (20, 2)].map { FloatFormat(exponentBits: $0, significandBits: $1) }
    var count = 0
    for circuit in [Circuit.rippleCarryAdder(width: 100), .random(size: 400, fanIn: 4, inputs: 10, seed: 7)] {
      for format in formats {
        let built = FinitePrecisionChain(circuit, for: format)
        guard PositionalCircuitLayout.insufficiency(of: format, fanIn: built.chain.fanIn) == nil else { continue }
        let (program, bounds) = try FinitePrecisionCheck.derive(built.model, built.form, format: format)
        #expect(!bounds.layers[0].comparesAllPairs, "\(format)")
        #expect(bounds.layers[0].scoreGap.value.isFinite && bounds.largestMagnitude.isFinite)
        var random = SplitMix64(seed: 2)
        let inputs = (0..<built.chain.inputCount).map { _ in Bool.random(using: &random) }
        #expect(program.wireValues(inputs) == built.chain.wireValues(inputs))
        count += 1
      }
    }
    #expect(count > 30)
  }

  @Test(
    arguments: ProcessInfo.processInfo.environment["WRIGHT_SLOW_TESTS"] == "1" ? [20, 200, 2000, 20_000] : [20, 200])
  func aLongChainIsDerivedWhole(_ width: Int) throws {
    let format = FloatFormat(exponentBits: 0, significandBits: 2)
    let built = FinitePrecisionChain(.rippleCarryAdder(width: width), for: format)
    let (program, bounds) = try FinitePrecisionCheck.derive(built.model, built.form, format: format)
    #expect(!bounds.layers[0].comparesAllPairs)
    // An adder has few local situations, however wide it is.
    #expect(bounds.caseCount == 20)
    var random = SplitMix64(seed: width)
    for _ in 0..<8 {
      let inputs = (0..<built.chain.inputCount).map { _ in Bool.random(using: &random) }
      #expect(program.wireValues(inputs) == built.chain.wireValues(inputs))
    }
    #expect(
      (0..<program.stepCount).allSatisfy { i in
        let own = Set(built.chain.operands(ofStep: i).map { Int32($0) })
        return own.isSubset(of: Set(program.operands(ofStep: i)))
      })
  }
}

extension Circuit {
  /// `size` random gates of 1 to `fanIn` operands.
  static func random(size: Int, fanIn: Int, inputs: Int, seed: Int) -> Circuit {
    var random = SplitMix64(seed: seed)
    var builder = CircuitBuilder(inputCount: inputs)
    var last = Wire(0)
    for _ in 0..<size {
      let k = Int.random(in: 1...fanIn, using: &random)
      let operands = (0..<k).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
      last = builder.gate(TruthTable(bits: random.next(), inputCount: k), operands)
    }
    return builder.circuit(outputs: [Literal(last)])
  }

  /// `count` gates of exactly `fanIn` operands, any wires before them.
  static func randomGates(_ count: Int, inputs: Int, fanIn: Int, using random: inout SplitMix64) -> Circuit {
    var builder = CircuitBuilder(inputCount: inputs)
    var last = Wire(0)
    for _ in 0..<count {
      let operands = (0..<fanIn).map { _ in Wire(Int.random(in: 0..<builder.wireCount, using: &random)) }
      last = builder.gate(TruthTable(bits: random.next(), inputCount: fanIn), operands)
    }
    return builder.circuit(outputs: [Literal(last)])
  }
}
