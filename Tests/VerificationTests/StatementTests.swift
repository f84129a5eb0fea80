// The statements that claims are made of.
import Testing
import Verification

@Suite struct StatementTests {
  private let half = CircuitStatement(
    inputCount: 2, tables: [0b0110, 0b1000], offsets: [0, 2, 4], operands: [0, 1, 0, 1], outputs: [4, 7])

  @Test(arguments: [[false, false], [true, false], [false, true], [true, true]])
  func aStatementEvaluatesItsGates(inputs: [Bool]) {
    #expect(half.wireValues(inputs) == inputs + [inputs[0] != inputs[1], inputs[0] && inputs[1]])
  }

  @Test func aFormCountsItsPositions() {
    let form = PromptForm(
      tokens: .wiresWithValues, inputCount: 2, wireCount: 4, leadingTokens: [8], endToken: 9)
    #expect(form.prompt([true, false]) == [8, 1, 2])
    #expect(form.emittedTokenCount == 3)
    #expect(form.readPositionCount == 5)
    #expect(form.firstAnsweringPosition == 2)
    #expect(form.fault(vocabularySize: 10, positionCount: 5) == nil)
    #expect(form.fault(vocabularySize: 9, positionCount: 5) == "token 9, and the model has 9 tokens")
    #expect(form.fault(vocabularySize: 10, positionCount: 4) == "5 positions, and the model has 4")
  }
}
