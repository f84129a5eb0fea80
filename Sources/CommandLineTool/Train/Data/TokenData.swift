// Texts to train a decoder on: from a task or from files, in the tokens of a vocabulary.
import Randomness
import Tasks
import Training
import Transformers

/// The examples of a decoder's run, and what their tokens mean.
struct TokenData {
  let tokenizer: WordLevelTokenizer
  let training: ExampleSet<TokenText>
  /// Empty where nothing is held out.
  let validation: ExampleSet<TokenText>
  /// The tokens of the longest text.
  let longestText: Int
  /// The digests of the files that were read.
  let digests: [String]

  /// What fills up shorter texts of a batch; its loss does not count.
  var padding: Int { tokenizer.roles.padding ?? tokenizer.roles.end ?? 0 }

  /// The examples that a configuration names, in the vocabulary of the model that it starts from, if it has one.
  init(_ data: DataSection, vocabulary: WordLevelTokenizer?, faults: ConfigurationFaults) throws {
    let random = Philox(seed: data.splitSeed).split("examples")
    let source: Source
    switch data.task {
    case .modularAddition:
      source = try Source(ModularAddition(modulus: data.modulus), data, vocabulary, faults)
    case .permutationComposition:
      source = try Source(
        PermutationComposition(degree: data.degree, length: data.length, isChain: data.chain), data, vocabulary, faults)
    case .parity:
      source = try Source(Parity(bitCount: data.bits, isChain: data.chain), data, vocabulary, faults)
    default:
      source = try Source(files: data, vocabulary)
    }
    tokenizer = source.tokenizer
    validation = source.validation
    longestText = source.longestText
    digests = source.digests
    training = try limited(source.training, to: data.examples, random: random, faults: faults)
  }

  /// What is read before training examples are counted off.
  private struct Source {
    var tokenizer: WordLevelTokenizer
    var training: ExampleSet<TokenText>
    var validation: ExampleSet<TokenText>
    var longestText: Int
    var digests: [String] = []

    /// The texts of a task.
    init(
      _ task: some TokenTask, _ data: DataSection, _ vocabulary: WordLevelTokenizer?, _ faults: ConfigurationFaults
    ) throws {
      try checkDrawing(of: task, data, faults: faults)
      let tokenizer = try vocabulary ?? TokenData.tokenizer(words: task.words)
      let roles = tokenizer.roles
      let tokens = try task.words.map { word in
        guard let token = tokenizer.token(word) else {
          throw Failure.refused("model.from", expected: "a vocabulary with the word \(word)", found: "none")
        }
        return token
      }
      let text = { @Sendable (example: TokenExample) in
        TokenText(
          begin: roles.begin, prompt: example.prompt.map { tokens[Int($0)] },
          answer: example.answer.map { tokens[Int($0)] }, end: roles.end)
      }
      self.tokenizer = tokenizer
      let split = ExampleSplit(task, trainingFraction: data.trainingFraction, seed: data.splitSeed)
      if let listed = split.training, let held = split.validation {
        training = .listed(listed.map { text(task.example(Int($0))) })
        validation = .listed(held.map { text(task.example(Int($0))) })
      } else {
        training = .drawn { text(split.trainingExample(using: &$0)) }
        validation = split.hasValidation ? .drawn { text(split.validationExample(using: &$0)) } : .listed([])
      }
      let special = (roles.begin == nil ? 0 : 1) + (roles.end == nil ? 0 : 1)
      longestText = task.promptLength + task.answerLength + special
    }

    /// The texts of files.
    init(files data: DataSection, _ vocabulary: WordLevelTokenizer?) throws {
      let files = try [data.path, data.validationPath].compactMap(\.self).map {
        try ExampleFile<TextLine>($0, expected: "an object like {\"prompt\": \"a b\", \"answer\": \"c\"}")
      }
      let tokenizer = try vocabulary ?? TokenData.tokenizer(words: try Source.words(of: files))
      let sets = try files.map { try Source.texts($0, tokenizer) }
      training = .listed(sets[0])
      validation = .listed(sets.count > 1 ? sets[1] : [])
      longestText = sets.joined().map(\.tokens.count).max() ?? 0
      digests = files.map(\.digest)
      self.tokenizer = tokenizer
    }

    /// The words of files, in the order in which they come.
    ///
    /// White space and words are what the tokenizer takes for them: scalars, not what they look like, so that an é of one scalar and one of two
    /// make two words.
    private static func words(of files: [ExampleFile<TextLine>]) throws -> [String] {
      var (words, known): ([String], Set<[UInt8]>) = ([], [])
      for file in files {
        for (index, line) in file.lines.enumerated() {
          for text in [line.prompt, line.answer] {
            for word in text.unicodeScalars.split(whereSeparator: \.properties.isWhitespace).map(String.init)
            where known.insert(Array(word.utf8)).inserted {
              if let mark = TokenData.marks.first(where: { word.unicodeScalars.contains($0.unicodeScalars) }) {
                throw file.failure(
                  index, expected: "words without \(mark), which the texts that are trained on begin or end with",
                  found: word)
              }
              words.append(word)
            }
          }
        }
      }
      return words
    }

    private static func texts(_ file: ExampleFile<TextLine>, _ tokenizer: WordLevelTokenizer) throws -> [TokenText] {
      let roles = tokenizer.roles
      func tokens(_ text: String, _ index: Int) throws -> [Int] {
        do {
          let tokens = try tokenizer.encode(text)
          return roles.prependsBegin ? Array(tokens.dropFirst()) : tokens
        } catch {
          throw file.failure(index, expected: "words of the vocabulary", found: error.description)
        }
      }
      return try file.lines.enumerated().map { index, line in
        let (prompt, answer) = (try tokens(line.prompt, index), try tokens(line.answer, index))
        if answer.isEmpty { throw file.failure(index, expected: "an answer of at least one word", found: "none") }
        if prompt.isEmpty && roles.begin == nil {
          throw file.failure(index, expected: "a prompt of at least one word", found: "none")
        }
        return TokenText(begin: roles.begin, prompt: prompt, answer: answer, end: roles.end)
      }
    }
  }

  /// What begins a text and what ends it.
  private static let marks = ["<s>", "</s>"]

  /// Words, then `<s>` and `</s>`, as constructed models have them; `</s>` also fills the shorter rows of a batch.
  static func tokenizer(words: [String]) throws -> WordLevelTokenizer {
    let (begin, end) = (words.count, words.count + 1)
    return try WordLevelTokenizer(
      words: WordList(words + marks),
      roles: .init(begin: begin, end: end, padding: end, prependsBegin: true), specialTokens: [begin, end])
  }
}

/// Refuses a split of a task whose prompts are not listed where drawing would hardly ever come to one of its sides, or not to as many different
/// examples as are wanted.
func checkDrawing<Task: TokenTask>(of task: Task, _ data: DataSection, faults: ConfigurationFaults) throws {
  if let count = task.promptCount, count <= ExampleSplit<Task>.listLimit { return }
  var faults = faults
  let (fraction, least) = (data.trainingFraction, 0x1p-10)
  if fraction < least || (fraction < 1 && 1 - fraction < least) {
    faults.add(
      "data.training_fraction",
      expected: "1, or a number from \(least) to \(1 - least), since there are too many prompts to list",
      found: "\(fraction)")
  }
  // The sides are decided by a hash, so that their sizes are known about; a quarter is left for chance.
  let most = task.promptCount.map { 0.75 * fraction * Double($0) } ?? .infinity
  if let examples = data.examples, Double(examples) > most {
    faults.add(
      "data.examples", expected: "at most three quarters of the training side's prompts, \(Int(most))",
      found: "\(examples)")
  }
  try faults.check()
}

/// As many different examples as the configuration wants.
func limited<Example: Hashable & Sendable>(
  _ examples: ExampleSet<Example>, to count: Int?, random: Philox, faults: ConfigurationFaults
) throws -> ExampleSet<Example> {
  guard let count else { return examples }
  if let all = examples.count {
    if count > all {
      var faults = faults
      faults.add("data.examples", expected: "at most the \(all) examples that there are", found: "\(count)")
      try faults.check()
    }
    return examples.limited(to: count, random: random)
  }
  var random = random
  guard case .drawn(let draw) = examples else { return examples }
  var (list, known): ([Example], Set<Example>) = ([], [])
  while list.count < count {
    let example = draw(&random)
    if known.insert(example).inserted { list.append(example) }
  }
  return .listed(list)
}
