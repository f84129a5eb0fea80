// A reader of Package.swift's text: its targets with their declared dependencies, without starting SwiftPM (which would
// wait for the build folder's lock while the tests run).

/// A target of the package's manifest.
struct ManifestTarget: Equatable {
  enum Kind: String {
    case library = "target"
    case executable = "executableTarget"
    case test = "testTarget"
  }

  /// What a target may import.
  enum Dependency: Hashable {
    /// A target of this package.
    case target(String)
    /// A product of another package.
    case product(String)

    /// The name of the target or product, which is also the name of the module.
    var module: String {
      switch self {
      case .target(let name), .product(let name): name
      }
    }
  }

  let name: String
  let kind: Kind
  let dependencies: [Dependency]
  /// The folder of its sources, relative to the package's root and without a slash at the end.
  let path: String
}

/// What a manifest's text says that this reader does not understand.
struct ManifestError: Error, Equatable, CustomStringConvertible {
  let description: String
}

/// Reads the targets from a manifest's text, in its order.
///
/// It understands the literal form `Package(…, targets: [.target(name: "…", dependencies: ["…", .product(…)], path: "…")])`
/// and refuses everything else in those places, such as a dependency list that is computed: then the checks that stand on
/// it must be taught the new form, instead of passing over it.
func manifestTargets(_ text: String) throws(ManifestError) -> [ManifestTarget] {
  var parser = ManifestParser(blanked(text, strings: false))
  guard let package = try parser.call(named: "Package") else {
    throw ManifestError(description: "no call of Package( in the manifest")
  }
  guard case .array(let elements)? = package.first(where: { $0.label == "targets" })?.value else {
    throw ManifestError(description: "Package( has no literal array of targets")
  }
  var targets: [ManifestTarget] = []
  for element in elements { targets.append(try target(from: element)) }
  return targets
}

/// Reads the modules of a manifest's library products, in its order.
func manifestLibraryModules(_ text: String) throws(ManifestError) -> [String] {
  var parser = ManifestParser(blanked(text, strings: false))
  let package = try parser.call(named: "Package")
  guard case .array(let products)? = package?.first(where: { $0.label == "products" })?.value else {
    throw ManifestError(description: "Package( has no literal array of products")
  }
  var modules: [String] = []
  for case .call("library", let arguments) in products {
    guard case .array(let targets)? = arguments.first(where: { $0.label == "targets" })?.value else {
      throw ManifestError(description: "a library product has no literal array of targets")
    }
    for target in targets {
      guard case .string(let name) = target else {
        throw ManifestError(description: "a library product has a target that is not a literal string: \(target)")
      }
      modules.append(name)
    }
  }
  return modules
}

private func target(from value: ManifestValue) throws(ManifestError) -> ManifestTarget {
  guard case .call(let kindName, let arguments) = value, let kind = ManifestTarget.Kind(rawValue: kindName),
    case .string(let name)? = arguments.first(where: { $0.label == "name" })?.value
  else { throw ManifestError(description: "not a target with a literal name: \(value)") }

  var dependencies: [ManifestTarget.Dependency] = []
  if let declared = arguments.first(where: { $0.label == "dependencies" })?.value {
    guard case .array(let elements) = declared else {
      throw ManifestError(description: "the dependencies of \(name) are not a literal array")
    }
    for element in elements { dependencies.append(try dependency(from: element, of: name)) }
  }

  var path = (kind == .test ? "Tests/" : "Sources/") + name
  if let declared = arguments.first(where: { $0.label == "path" })?.value {
    guard case .string(let text) = declared else {
      throw ManifestError(description: "the path of \(name) is not a literal string")
    }
    path = text.hasSuffix("/") ? String(text.dropLast()) : text
  }
  return ManifestTarget(name: name, kind: kind, dependencies: dependencies, path: path)
}

private func dependency(from value: ManifestValue, of target: String) throws(ManifestError) -> ManifestTarget.Dependency
{
  switch value {
  case .string(let name): return .target(name)
  case .call(let form, let arguments):
    if case .string(let name)? = arguments.first(where: { $0.label == "name" })?.value {
      if form == "product" { return .product(name) }
      if form == "target" || form == "byName" { return .target(name) }
    }
  default: break
  }
  throw ManifestError(description: "a dependency of \(target) is in a form that is not understood: \(value)")
}
