// Tests of the removal of comments and strings, on which the checks of source text stand.
import Testing

@Suite struct SwiftTextTests {
  /// Source, the same without comments, the same without comments and the insides of strings.
  static let cases: [(source: String, withoutComments: String, codeOnly: String)] = [
    ("let a = 1", "let a = 1", "let a = 1"),
    ("a // b", "a     ", "a     "),
    ("a /* b */ c", "a         c", "a         c"),
    ("a /* b /* c */ d */ e", "a                   e", "a                   e"),
    ("/* a\nb */ c", "    \n     c", "    \n     c"),
    (#"f("// no")"#, #"f("// no")"#, #"f("     ")"#),
    (#"f("a \" b") // c"#, #"f("a \" b")     "#, #"f("      ")     "#),
    (#"f("\(g(1) as! Int)")"#, #"f("\(g(1) as! Int)")"#, #"f("\(g(1) as! Int)")"#),
    (#"f("x\("y")z")"#, #"f("x\("y")z")"#, #"f(" \(" ") ")"#),
    (##"f(#"a "b" \(c)"#)"##, ##"f(#"a "b" \(c)"#)"##, ##"f(#"          "#)"##),
    (##"f(#"\#(try! c)"#)"##, ##"f(#"\#(try! c)"#)"##, ##"f(#"\#(try! c)"#)"##),
    ("f(\"\"\"\n  a \"b\"\n  \"\"\") // c", "f(\"\"\"\n  a \"b\"\n  \"\"\")     ", "f(\"\"\"\n       \n  \"\"\")     "),
    ("let a = \"open\nas! b", "let a = \"open\nas! b", "let a = \"    \nas! b"),
    ("#if os(Linux)", "#if os(Linux)", "#if os(Linux)"),
    ("a / b * c", "a / b * c", "a / b * c"),
  ]

  @Test(arguments: cases)
  func commentsAndStringsAreBlankedInPlace(source: String, withoutComments: String, codeOnly: String) {
    #expect(blanked(source, strings: false) == withoutComments)
    #expect(blanked(source, strings: true) == codeOnly)
  }

  @Test func anUnfinishedCommentOrStringEndsWithTheText() {
    for source in ["/* a", "\"a", "\"\"\"a", "#\"a", "\"\\", "\"\\(a", "/", "#"] {
      #expect(blanked(source, strings: true).unicodeScalars.count == source.unicodeScalars.count)
    }
  }
}
