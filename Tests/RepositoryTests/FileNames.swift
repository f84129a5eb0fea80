// The check that a file's name says what is in it: none is a bag for whatever found no other place.
import Testing

/// Words that say nothing of what is in a file.
private let emptyWords: Set<String> = [
  "util", "utils", "utility", "utilities", "helper", "helpers", "common", "manager", "managers", "placeholder",
]

/// The paths in which a file or a folder is named with a word that says nothing.
func fileNameFaults(_ paths: [String]) -> [String] {
  paths.filter { path in
    // The words of `CacheManager.swift` and `test_helpers.py`: runs of letters, parted before each capital.
    path.matches(of: /[A-Z]?[a-z]+|[A-Z]+(?![a-z])/).contains { emptyWords.contains($0.output.lowercased()) }
  }.map { "\($0): name the file after what is in it" }
}

@Suite struct FileNamesTests {
  @Test func everyNameSaysWhatIsInTheFile() {
    #expect(fileNameFaults(Checkout.current.paths) == [])
  }

  @Test(arguments: [
    "Sources/Circuits/Circuit.swift", "Sources/Circuits/Formats/AIGER+Reading.swift",
    "Sources/Circuits/Commonality.swift", "Tests/RepositoryTests/FileNames.swift", "Scripts/run-tests",
  ])
  func aTellingNameIsAccepted(path: String) {
    #expect(fileNameFaults([path]).isEmpty)
  }

  @Test(arguments: [
    "Sources/Circuits/Utils.swift", "Sources/Circuits/StringUtil.swift", "Sources/Utilities/A.swift",
    "Tests/TestHelpers.swift", "Sources/Circuits/Common.swift", "Sources/Circuits/CacheManager.swift",
    "Sources/Circuits/Placeholder.swift", "Scripts/utils", "Tests/Python/helpers.py",
  ])
  func anEmptyNameIsRejected(path: String) {
    #expect(fileNameFaults([path]).count == 1)
  }
}
