// The `wright` program: one file per subcommand, collected here.
import ArgumentParser

@main
struct Wright: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "wright", abstract: "Transformers whose weights are written down.")
}
