import Testing

/// What the other tests of this folder find with: a finder that sees nothing would let everything pass.
struct FinderTests {
    private func words(_ source: String) -> [String] { SwiftTokens.of(source).map(\.text) }

    @Test func textsAndCommentsAreNoCode() {
        #expect(words("a // try! {\nb /* { /* } */ */ c") == ["a", "b", "c"])
        #expect(words(#"x = "try! { \" }" y"#) == ["x", "=", "y"])
        #expect(words("x = #\"\\\" { \"# y") == ["x", "=", "y"])
        #expect(words("x = \"\"\"\n  \" { \"\" }\n  \"\"\" y") == ["x", "=", "y"])
    }

    @Test func interpolatedCodeIsCode() {
        #expect(
            words(#"x = "{ \(f(g("}")) + 1) {" y"#) == [
                "x", "=", "f", "(", "g", "(", ")", ")", "+", "1", "y",
            ])
        #expect(words("x = #\"\\(a) \\#(b)\"# y") == ["x", "=", "b", "y"])
    }

    @Test func linesAreCountedWithinTextsToo() {
        let tokens = SwiftTokens.of("a\n/*\n*/ b\n\"\"\"\n\n\"\"\"\nc")
        #expect(tokens.map(\.line) == [1, 3, 7])
    }

    @Test func functionsAreMeasuredFromKeywordToBrace() {
        let source = """
            protocol P {
                func requirement() -> Array<Int>
                var value: Int { get }
            }
            struct S {
                init?(a: Int) { self.init(b: a) }
                func long(
                    first: Int, then: () -> Void = { }
                ) async throws
                    -> Int
                {
                    let text = "}"
                    func inner() { if true { } }
                    return 1
                }
                subscript(at: Int) -> Int { 1 }
                deinit { }
            }
            """
        let found = FunctionBody.all(in: SwiftTokens.of(source)).map { "\($0.name) \($0.line) \($0.lines)" }
        #expect(
            found == [
                "value 3 1", "init 6 1", "long 7 9", "inner 13 1", "subscript 16 1", "deinit 17 1",
            ])
    }

    @Test func sharedTypesAreTold() {
        let source = """
            package final class A {}
            @frozen package nonisolated(unsafe) struct B { class func f() {} }
            enum C {}
            extension A { package indirect enum D {} }
            protocol E: AnyObject {}
            """
        let found = DeclaredType.all(in: SwiftTokens.of(source))
        #expect(found.map(\.name) == ["A", "B", "C", "D", "E"])
        #expect(found.map(\.isShared) == [true, true, false, true, false])
        #expect(found.map(\.isNested) == [false, false, false, true, false])
        #expect(found.map(\.line) == [1, 2, 3, 4, 5])
    }

    @Test func importsAreFoundWhateverStandsBeforeThem() {
        let source = "package import A\n@testable import B\nimport struct C.D\ninternal import E\n// import F"
        let found = Import.all(in: SwiftTokens.of(source))
        #expect(found.map(\.module) == ["A", "B", "C", "E"])
        #expect(found.map(\.line) == [1, 2, 3, 4])
    }

    @Test func theTreeIsThere() {
        #expect(SourceTree.shared.file("Package.swift") != nil)
        #expect(SourceTree.shared.shipped.count > 20)
    }
}
