// The `wright` program: one file per subcommand, collected here.
import ArgumentParser

/// The program.
@main
struct Wright: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wright",
    abstract: "Transformers whose weights are written down, not trained.",
    discussion: """
      Takes a Boolean circuit, writes down the weights of a transformer that evaluates it gate by gate as a chain of thought, runs it, certifies \
      that it computes the circuit for all inputs, and exports it.

      EXAMPLE:
        wright circuit generate ripple-carry-adder --width 8 -o adder.aag
        wright construct adder.aag -o adder-llama
        wright run adder-llama --input 1000000011000000
        wright certify adder-llama --circuit adder.aag

      \(ExitStatus.documentation)

      COMPLETIONS:
        wright --generate-completion-script bash   (or zsh, fish)
      """,
    version: "wright 0.1.0",
    subcommands: [
      CircuitCommand.self, Construct.self, Run.self, Check.self, Certify.self, Verify.self, Mutants.self, Export.self,
      Info.self, FrontierCommand.self,
      Train.self, Eval.self, Demo.self,
    ])

  /// Parses the arguments, runs the subcommand, and turns whatever it throws into a message and an exit code.
  static func main() {
    Interruption.install()
    do {
      var command = try parseAsRoot()
      try command.run()
    } catch {
      ExitStatus.end(with: error)
    }
  }
}
