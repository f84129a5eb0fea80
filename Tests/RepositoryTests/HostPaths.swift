// The check that no file leans on the folders of the machine on which it was written.
import Testing

/// The places where a text names a folder below a home or a working folder of one machine.
func hostPathFaults(_ files: [SourceFile]) -> [String] {
  // At the start of a path only: `https://a.example/work/b` and `Sources/work/b` are none. `~` and $HOME are the way.
  let hostPath = /(?:^|[^\w.~\/)}-])\/(?:work|root|home|Users)\/\w/
  return files.flatMap { file in
    file.text.numberedLines.compactMap { line in
      line.text.contains(hostPath) ? "\(file.path):\(line.number): a path of one machine" : nil
    }
  }
}

@Suite struct HostPathsTests {
  @Test func noFileNamesAFolderOfOneMachine() {
    #expect(hostPathFaults(Checkout.current.files { _ in true }) == [])
  }

  @Test(arguments: [
    "see https://a.example/work/b", "Sources/work/b", "~/work/b", "$HOME/work/b", "../root/a", "/usr/local",
    "a /root/ b",
    "a/home/b",
  ])
  func aPathThatMovesIsAccepted(text: String) {
    #expect(hostPathFaults([SourceFile(path: "a.md", text: text)]).isEmpty)
  }

  @Test(arguments: ["work", "root", "home", "Users"])
  func aPathOfOneMachineIsRejected(folder: String) {
    for text in ["/\(folder)/a", "cd /\(folder)/a/b", "\"/\(folder)/a\"", "(/\(folder)/a)", "file:\n  - /\(folder)/a"] {
      #expect(hostPathFaults([SourceFile(path: "a.md", text: text)]).count == 1, "\(text)")
    }
  }
}
