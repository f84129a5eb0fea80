// Tasks: that samplers stay in the language, solvers follow the specification, and the sides of a split do not meet.
import Randomness
import Tasks
import Testing

@Suite struct TokenTaskTests {
  @Test func modularAdditionIsAdditionForAllPrompts() {
    let task = ModularAddition(modulus: 13)
    var prompts: Set<[Int32]> = []
    for index in 0..<169 {
      let example = task.example(index)
      prompts.insert(example.prompt)
      let words = example.prompt.map { task.words[Int($0)] }
      #expect(words[1] == "+" && words[3] == "=")
      #expect(example.answer.map { Int($0) } == [((Int(words[0]) ?? -1) + (Int(words[2]) ?? -1)) % 13])
    }
    #expect(prompts.count == task.promptCount)
  }

  @Test(arguments: [false, true]) func parityCountsOnes(isChain: Bool) {
    let task = Parity(bitCount: 6, isChain: isChain)
    var prompts: Set<[Int32]> = []
    for index in 0..<64 {
      let example = task.example(index)
      prompts.insert(example.prompt)
      #expect(example.answer.last == Int32(index.nonzeroBitCount % 2))
      #expect(example.answer.count == task.answerLength)
      if isChain {
        for k in 0..<6 { #expect(example.answer[k] == example.prompt[...k].reduce(0, +) % 2) }
      }
    }
    #expect(prompts.count == 64)
  }

  @Test(arguments: 2...5) func productsOfPermutationsApplyTheFirstFirst(degree: Int) {
    let task = PermutationComposition(degree: degree, length: 2, isChain: true)
    #expect(task.groupOrder == (1...degree).reduce(1, *))
    let images = task.words.dropLast().map { word in word.compactMap { $0.wholeNumberValue } }
    #expect(images == images.sorted { $0.lexicographicallyPrecedes($1) })
    for p in images.indices {
      for q in images.indices {
        let answer = task.answer(to: [Int32(p), Int32(q), Int32(task.groupOrder)])
        #expect(answer?.first == Int32(p))
        #expect(answer.map { images[Int($0[1])] } == (0..<degree).map { images[q][images[p][$0]] })
      }
    }
  }

  @Test func promptsOutsideTheLanguageHaveNoAnswer() {
    #expect(ModularAddition(modulus: 5).answer(to: [0, 5, 5, 6]) == nil)
    #expect(ModularAddition(modulus: 5).answer(to: [0, 5, 4]) == nil)
    #expect(Parity(bitCount: 2).answer(to: [0, 2, 2]) == nil)
    #expect(Parity(bitCount: 2).answer(to: [0, 1, 1]) == nil)
    #expect(PermutationComposition(degree: 3, length: 2, isChain: true).answer(to: [6, 0, 6]) == nil)
  }

  @Test func longTasksHaveNoNumberedPrompts() {
    #expect(PermutationComposition(degree: 5, length: 8, isChain: true).promptCount == 42_998_169_600_000_000)
    #expect(PermutationComposition(degree: 5, length: 9, isChain: true).promptCount == nil)
    #expect(Parity(bitCount: 62).promptCount == nil)
    #expect(Parity(bitCount: 61).promptCount == 1 << 61)
  }

  @Test func aListedSplitIsAPartitionOfTheGivenSizes() throws {
    let split = ExampleSplit(ModularAddition(modulus: 20), trainingFraction: 0.3, seed: 4)
    let (training, validation) = (try #require(split.training), try #require(split.validation))
    #expect(training.count == 120 && validation.count == 280)
    #expect(Set(training + validation) == Set(0..<400))
    #expect(ExampleSplit(ModularAddition(modulus: 20), trainingFraction: 0.3, seed: 4).training == training)
    #expect(ExampleSplit(ModularAddition(modulus: 20), trainingFraction: 0.3, seed: 5).training != training)
    var generator = Philox(seed: 1)
    let held = Set(validation.map { ModularAddition(modulus: 20).prompt(Int($0)) })
    for _ in 0..<1000 { #expect(!held.contains(split.trainingExample(using: &generator).prompt)) }
    for _ in 0..<1000 { #expect(held.contains(split.validationExample(using: &generator).prompt)) }
  }

  @Test func sidesThatAreNotListedDoNotMeetAndHaveTheirShare() {
    let task = PermutationComposition(degree: 4, length: 5, isChain: true)  // 24^5: more than is listed
    let split = ExampleSplit(task, trainingFraction: 0.75, seed: 9)
    #expect(split.training == nil && split.hasValidation)
    var generator = Philox(seed: 2)
    let training = Set((0..<3000).map { _ in split.trainingExample(using: &generator).prompt })
    for _ in 0..<3000 { #expect(!training.contains(split.validationExample(using: &generator).prompt)) }
    // Of prompts drawn from the whole language, three quarters are for training: 4 standard deviations of 2000 draws are 0.039.
    let all = ExampleSplit(task, trainingFraction: 0.75, seed: 9)
    var (drawn, kept) = (0, 0)
    while kept < 1500 {
      var copy = generator
      let prompt = task.prompt(using: &generator)
      drawn += 1
      if all.trainingExample(using: &copy).prompt == prompt { kept += 1 }
    }
    #expect(abs(1500 / Double(drawn) - 0.75) < 0.04)
  }
}
