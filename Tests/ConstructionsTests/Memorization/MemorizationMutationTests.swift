// Mutations: a label that changes, a weight that changes, and what the verifier says of them.
import Constructions
import ExactArithmetic
import Synchronization
import TestSupport
import Testing

/// Every network that differs in one hidden or output number: by +1, by -1, and where it is a weight without it.
private func mutants(of network: IntegerNetwork) throws -> [IntegerNetwork] {
  var all: [IntegerNetwork] = []
  func changed<Number: SignedNumeric & Hashable & Sendable & Codable>(
    _ rows: [IntegerNetwork.Row<Number>]
  ) -> [[IntegerNetwork.Row<Number>]] {
    rows.indices.flatMap { r -> [[IntegerNetwork.Row<Number>]] in
      let row = rows[r]
      var others: [IntegerNetwork.Row<Number>] = [1, -1].map { .init(row.terms, bias: row.bias + $0) }
      for t in row.terms.indices {
        for change in [1, -1] as [Number] {
          var terms = row.terms
          let weight = terms[t].weight + change
          if weight == 0 { terms.remove(at: t) } else { terms[t] = .init(terms[t].column, weight) }
          others.append(.init(terms, bias: row.bias))
        }
      }
      return others.map { other in
        var rows = rows
        rows[r] = other
        return rows
      }
    }
  }
  for l in network.hiddenLayers.indices {
    for rows in changed(network.hiddenLayers[l].rows) {
      var layers = network.hiddenLayers
      layers[l] = IntegerNetwork.Layer(layers[l].activation, rows)
      all.append(
        try IntegerNetwork(inputCount: network.inputCount, hiddenLayers: layers, outputs: network.outputs))
    }
  }
  for outputs in changed(network.outputs) {
    all.append(
      try IntegerNetwork(inputCount: network.inputCount, hiddenLayers: network.hiddenLayers, outputs: outputs))
  }
  return all
}

@Suite struct MemorizationMutationTests {
  private static func data(_ construction: MemorizationConstruction, _ count: Int) throws -> MemorizationData {
    let isBoolean = construction == .truthTable
    return try MemorizationData(
      integerPoints: drawnPoints(count, dimension: isBoolean ? 8 : 3, in: isBoolean ? 0...1 : -99...99, seed: count),
      labels: drawnBits(count, seed: count))
  }

  @Test(arguments: MemorizationConstruction.allCases)
  func oneLabelThatIsFlippedChangesThatOutputAlone(construction: MemorizationConstruction) throws {
    let data = try Self.data(construction, 25)
    var generator = SplitMix64(seed: 1)
    let before = try construction.memorize(data, using: &generator).network
    for row in 0..<data.pointCount {
      var labels = data.labels
      labels[row] = 1 - labels[row]
      var generator = SplitMix64(seed: 1)
      let after = try construction.memorize(data.relabelled(labels), using: &generator).network
      let different = (0..<data.pointCount).filter {
        before.outputs(at: data.point($0)) != after.outputs(at: data.point($0))
      }
      #expect(different == [row])
      // The old network against the new labels: one fault, with what was expected and what was found.
      let check = MemorizationCheck(before, on: data.relabelled(labels))
      #expect(check.faultCount == 1 && !check.isExact)
      #expect(check.faults == [.init(row: row + 1, expected: labels[row], found: 1 - labels[row])])
    }
  }

  /// The verifier and the slow evaluation agree on every mutant; nearly all mutants are wrong somewhere on the data.
  @Test(arguments: MemorizationConstruction.allCases)
  func everySingleNumberThatChangesAnOutputIsFound(construction: MemorizationConstruction) throws {
    let data = try Self.data(construction, 12)
    var generator = SplitMix64(seed: 1)
    let network = try construction.memorize(data, using: &generator).network
    var harmless = 0
    let all = try mutants(of: network)
    for mutant in all {
      let faults = (0..<data.pointCount).filter { mutant.outputs(at: data.point($0)) != [data.labels[$0]] }
      let check = MemorizationCheck(mutant, on: data, threadCount: 1)
      #expect(check.faultCount == faults.count && check.faults.map(\.row) == faults.map { $0 + 1 })
      if faults.isEmpty { harmless += 1 }
    }
    // Zigzags and blocks pass through every label: no number has room. Indicators keep their value when a coordinate that differs weighs more,
    // thresholds have room on both sides, and so have the comparisons of bit extraction, whose positions are far apart.
    let most: [MemorizationConstruction: Double] = [.truthTable: 0.4, .baum: 0.9, .vardi: 0.25]
    #expect(Double(harmless) <= most[construction, default: 0] * Double(all.count), "\(harmless) of \(all.count)")
  }

  @Test(arguments: [MemorizationConstruction.zhang, .twoLayer, .bubeck])
  func realLabelsLeaveNoRoomForAChangedBreakpoint(construction: MemorizationConstruction) throws {
    let points = drawnPoints(12, dimension: 3, in: -99...99, seed: 12)
    let data = try MemorizationData(
      integerPoints: points, labels: drawnLabels(12, bound: 1000, denominators: 7, seed: 2))
    var generator = SplitMix64(seed: 1)
    let network = try construction.memorize(data, using: &generator).network
    for mutant in try mutants(of: network) where construction == .zhang {
      // A unit beyond all points does nothing; every unit of Zhang's network has a point behind it.
      #expect(!MemorizationCheck(mutant, on: data, threadCount: 1).isExact)
    }
    for outputs in try mutants(of: network) where outputs.hiddenLayers == network.hiddenLayers {
      #expect(!MemorizationCheck(outputs, on: data, threadCount: 1).isExact)
    }
  }

  @Test func corruptionOfALargerNetworkIsFound() throws {
    let data = try MemorizationData(
      integerPoints: drawnPoints(3000, dimension: 40, in: 0...1, seed: 2), labels: drawnBits(3000, seed: 2))
    var generator = SplitMix64(seed: 1)
    let network = try VardiMemorizer.memorize(data, using: &generator).network
    var found = 0
    for _ in 0..<20 {
      let l = Int.random(in: network.hiddenLayers.indices, using: &generator)
      var layers = network.hiddenLayers
      var rows = layers[l].rows
      let r = Int.random(in: rows.indices, using: &generator)
      guard let t = rows[r].terms.indices.randomElement(using: &generator) else { continue }
      var terms = rows[r].terms
      terms[t] = .init(terms[t].column, 3 * terms[t].weight)
      rows[r] = .init(terms, bias: rows[r].bias)
      layers[l] = .init(layers[l].activation, rows)
      let mutant = try IntegerNetwork(inputCount: 40, hiddenLayers: layers, outputs: network.outputs)
      let check = MemorizationCheck(mutant, on: data)
      #expect(check.comparedCount == 3000)
      #expect(check.faults.count == min(check.faultCount, MemorizationCheck.keptFaults))
      if !check.isExact { found += 1 }
    }
    #expect(found >= 15)
  }

  @Test func theResultDoesNotDependOnThreadsAndAStopIsSeen() throws {
    let data = try Self.data(.zhang, 700)
    var generator = SplitMix64(seed: 1)
    let network = try ZhangMemorizer.memorize(data, using: &generator).network
    let wrong = data.relabelled(
      data.labels.indices.map { $0.isMultiple(of: 9) ? 1 - data.labels[$0] : data.labels[$0] })
    let checks = [1, 2, 5].map { MemorizationCheck(network, on: wrong, threadCount: $0) }
    #expect(checks[0] == checks[1] && checks[1] == checks[2])
    #expect(checks[0].faultCount == 78 && checks[0].faults.map(\.row) == (0..<20).map { 9 * $0 + 1 })
    let calls = Mutex<[Int]>([])
    let stopped = MemorizationCheck(network, on: data, threadCount: 1) { done in
      calls.withLock { $0.append(done) }
      return done < 100
    }
    #expect(!stopped.isExact && stopped.faultCount == 0 && stopped.comparedCount == 112)
    #expect(calls.withLock { $0 } == [16, 32, 48, 64, 80, 96, 112])
  }
}
