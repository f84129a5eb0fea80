// The C library's functions behind calls that inlinable code of other modules can make without importing the library.

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

@usableFromInline func libraryExponential(_ x: Float) -> Float { expf(x) }
@usableFromInline func libraryExponential(_ x: Double) -> Double { exp(x) }
@usableFromInline func librarySine(_ x: Double) -> Double { sin(x) }
@usableFromInline func libraryCosine(_ x: Double) -> Double { cos(x) }
