// The sizes in the article on memorizing networks are those of networks that are built here.
import Constructions
import ExactArithmetic
import Foundation
import TestSupport
import Testing

@Suite struct SizeTableTests {
  @Test(arguments: MemorizationConstruction.allCases)
  func everyFigureOfTheArticleIsWhatIsBuilt(construction: MemorizationConstruction) throws {
    let range = construction == .truthTable ? 0...1 : -1000...1000
    let data = try MemorizationData(
      integerPoints: drawnPoints(1000, dimension: 20, in: range, seed: 1), labels: drawnBits(1000, seed: 2))
    var generator = SplitMix64(seed: 3)
    let network = try construction.memorize(data, using: &generator).network
    #expect(MemorizationCheck(network, on: data).isExact)
    let size = network.size
    let figures = [
      size.hiddenLayerCount, size.hiddenUnitCount, size.dense, size.nonZero, size.tied, size.maximumBits, size.bitSum,
    ]
    let row = "| \(construction.rawValue) | \(figures.map(Self.grouped).joined(separator: " | ")) |"
    let article = repositoryRoot.appending(path: "Sources/Constructions/Constructions.docc/MemorizingNetworks.md")
    let lines = try String(contentsOf: article, encoding: .utf8).split(separator: "\n")
    #expect(lines.contains(Substring(row)), "the article should say: \(row)")
  }

  /// Thousands apart, as the article writes them.
  private static func grouped(_ value: Int) -> String {
    let digits = Array(String(value))
    return digits.enumerated().map { i, digit in
      i > 0 && (digits.count - i).isMultiple(of: 3) ? ",\(digit)" : String(digit)
    }.joined()
  }
}
