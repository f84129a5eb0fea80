// Where the tests find real circuits and golden checkpoints: the folder `shared/data` beside the checkout, where it is there.
public import Foundation

/// The folder of shared test data, or `nil` where this checkout has none (the tests that need it then say so and return).
public let sharedData: URL? = {
  let here = URL(fileURLWithPath: #filePath)
  let root = here.deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  for candidate in [root.appending(path: "../shared/data"), root.appending(path: "shared/data")] {
    let folder = candidate.standardizedFileURL
    if FileManager.default.fileExists(atPath: folder.path) { return folder }
  }
  return nil
}()

/// The root of this checkout.
public let repositoryRoot = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
