// The networks that Python recomputes (Tests/Python/test_memorizers.py): the files are what is written today.
//
// To write them anew after a change of a construction: WRIGHT_WRITE_GOLDENS=1 swift test -c release --filter MemorizationGoldenTests
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing

@Suite struct MemorizationGoldenTests {
  private static func data(_ construction: MemorizationConstruction) throws -> MemorizationData {
    switch construction {
    case .truthTable:
      // Every row of four variables; three labels.
      let points = (0..<16).map { row in (0..<4).map { Integer(row >> $0 & 1) } }
      return try MemorizationData(integerPoints: points, labels: drawnLabels(16, bound: 1, denominators: 1, seed: 1))
    case .baum:
      let points = drawnPoints(40, dimension: 4, in: -99...99, seed: 2)
      return try MemorizationData(integerPoints: points, scale: 4, labels: drawnBits(40, seed: 2))
    case .zhang, .bubeck, .twoLayer, .vardi:
      let points = drawnPoints(30, dimension: 3, in: -99...99, seed: 3)
      let labels = drawnLabels(30, bound: 20, denominators: 6, seed: 3)
      return try MemorizationData(integerPoints: points, scale: 2, labels: labels)
    }
  }

  @Test(arguments: MemorizationConstruction.allCases)
  func theFilesThatPythonReadsAreWhatIsWritten(construction: MemorizationConstruction) throws {
    let folder = repositoryRoot.appending(path: "Tests/Python/goldens/memorization")
    let data = try Self.data(construction)
    var generator = SplitMix64(seed: 7)
    let network = try construction.memorize(data, using: &generator).network
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    let files = [
      "\(construction.rawValue).network": Data(network.text.utf8), "\(construction.rawValue).csv": Data(data.text.utf8),
      "\(construction.rawValue).size.json": try encoder.encode(network.size) + Data("\n".utf8),
    ]
    if ProcessInfo.processInfo.environment["WRIGHT_WRITE_GOLDENS"] == "1" {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      for (name, bytes) in files { try bytes.write(to: folder.appending(path: name)) }
    }
    for (name, bytes) in files {
      #expect(try Data(contentsOf: folder.appending(path: name)) == bytes, "\(name)")
    }
    // What stands in the files is read back as the same values.
    #expect(
      try IntegerNetwork(text: Array(Data(contentsOf: folder.appending(path: "\(construction.rawValue).network"))))
        == network)
    #expect(try MemorizationData(text: data.text).text == data.text)
    #expect(MemorizationCheck(network, on: try MemorizationData(text: data.text)).isExact)
  }
}
