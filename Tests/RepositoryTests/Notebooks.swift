// The check of what notebooks hold besides their code: the language, no errors, and assertions at the end.
import Foundation
import Testing

/// What is wrong with a notebook file, before anybody runs it.
func notebookFaults(_ file: SourceFile) -> [String] {
  func fault(_ text: String) -> String { "\(file.path): \(text)" }
  guard let notebook = try? JSONSerialization.jsonObject(with: Data(file.text.utf8)) as? [String: Any],
    let cells = notebook["cells"] as? [[String: Any]]
  else { return [fault("not a notebook")] }

  var faults: [String] = []
  let metadata = notebook["metadata"] as? [String: Any]
  if (metadata?["kernelspec"] as? [String: Any])?["language"] as? String == nil {
    faults.append(fault("metadata.kernelspec.language is missing, and some programs do not run it without"))
  }
  let code = cells.filter { $0["cell_type"] as? String == "code" }
  for (index, cell) in code.enumerated() {
    let outputs = cell["outputs"] as? [[String: Any]] ?? []
    if outputs.contains(where: { $0["output_type"] as? String == "error" }) {
      faults.append(fault("code cell \(index + 1) holds the output of an error"))
    }
  }
  if !source(of: code.last).contains(/(?m)^\s*assert\b/) {
    faults.append(fault("the last code cell asserts nothing"))
  }
  return faults
}

/// A cell's source, which the format keeps as one string or as a list of lines.
private func source(of cell: [String: Any]?) -> String {
  (cell?["source"] as? [String])?.joined() ?? cell?["source"] as? String ?? ""
}

@Suite struct NotebooksTests {
  /// A notebook's text with the given metadata and code cells, each with the types of its outputs.
  static func notebook(metadata: String, cells: [(source: String, outputs: [String])]) -> SourceFile {
    let list = cells.map { cell in
      let outputs = cell.outputs.map { "{\"output_type\": \"\($0)\"}" }.joined(separator: ", ")
      return "{\"cell_type\": \"code\", \"source\": [\"\(cell.source)\"], \"outputs\": [\(outputs)]}"
    }
    let text = "{\"metadata\": \(metadata), \"nbformat\": 4, \"cells\": [\(list.joined(separator: ", "))]}"
    return SourceFile(path: "Notebooks/01.ipynb", text: text)
  }

  static let python =
    "{\"kernelspec\": {\"name\": \"python3\", \"display_name\": \"Python 3\", \"language\": \"python\"}}"

  @Test func everyNotebookOfThisCheckoutIsWellFormed() {
    let files = Checkout.current.files { $0.hasSuffix(".ipynb") }
    #expect(files.flatMap(notebookFaults) == [])
  }

  @Test func aWellFormedNotebookIsAccepted() {
    let file = Self.notebook(
      metadata: Self.python, cells: [("a = 1", ["stream"]), ("b = a\\n\", \"assert b == 1", [])])
    #expect(notebookFaults(file) == [])
  }

  @Test func aNotebookWithoutItsLanguageIsRejected() {
    let cells: [(String, [String])] = [("assert True", [])]
    for metadata in ["{}", "{\"kernelspec\": {\"name\": \"python3\"}}"] {
      #expect(notebookFaults(Self.notebook(metadata: metadata, cells: cells)).count == 1)
    }
  }

  @Test func aNotebookThatKeepsAnErrorIsRejected() {
    let file = Self.notebook(metadata: Self.python, cells: [("a", []), ("assert a", ["stream", "error"])])
    #expect(notebookFaults(file) == ["Notebooks/01.ipynb: code cell 2 holds the output of an error"])
  }

  @Test func aNotebookThatDoesNotEndInAnAssertionIsRejected() {
    for cells in [[], [("assert True", []), ("print('assert')", [])]] as [[(String, [String])]] {
      let file = Self.notebook(metadata: Self.python, cells: cells)
      #expect(notebookFaults(file) == ["Notebooks/01.ipynb: the last code cell asserts nothing"])
    }
  }

  @Test(arguments: ["", "{", "[]", "{\"cells\": 1}"])
  func aFileThatIsNoNotebookIsRejected(text: String) {
    #expect(
      notebookFaults(SourceFile(path: "Notebooks/01.ipynb", text: text)) == ["Notebooks/01.ipynb: not a notebook"])
  }
}
