import Testing

/// Names are nouns of the shop floor and of metrology, and every shared type says what it is.
struct NameTests {
    /// Words that say nothing of what a type does; no name may end in one.
    static let empty: Set<String> = [
        "Manager", "Helper", "Helpers", "Util", "Utils", "Utility", "Utilities", "Core", "Common", "Data",
        "Info",
    ]

    @Test func typesSayWhatTheyAre() {
        for file in SourceTree.shared.swift {
            for type in DeclaredType.all(in: file.tokens) where Self.isEmpty(type.name) {
                Issue.record("\(file.path):\(type.line): the name \(type.name) says nothing")
            }
        }
    }

    @Test func foldersAndFilesSayWhatTheyHold() {
        for file in SourceTree.shared.swift {
            for part in file.path.split(separator: "/")
            where Self.isEmpty(part.prefix { $0 != "." && $0 != "+" }) {
                Issue.record("\(file.path): the name \(part) says nothing")
            }
        }
    }

    @Test func noTypeTakesItsModulesName() {
        let modules = Set(ArrowTests.arrows.keys)
        for file in SourceTree.shared.shipped {
            for type in DeclaredType.all(in: file.tokens)
            where modules.contains(type.name) && !type.isNested {
                Issue.record("\(file.path):\(type.line): \(type.name) is the name of a module")
            }
        }
    }

    @Test func sharedTypesAreDocumented() {
        for file in SourceTree.shared.swift where !file.isUnder("Tests") {
            for type in Self.undocumented(file) {
                Issue.record("\(file.path):\(type.line): \(type.name) has no documentation")
            }
        }
    }

    // MARK: Finders

    /// Whether the last word of a name is an empty one.
    static func isEmpty(_ name: some StringProtocol) -> Bool {
        let start = name.lastIndex(where: \.isUppercase) ?? name.startIndex
        return empty.contains(String(name[start...]).capitalizedFirst)
    }

    /// Types that other modules see, without a `///` right above them or their attributes.
    static func undocumented(_ file: SourceFile) -> [DeclaredType] {
        let lines = file.lines.map { $0.drop(while: \.isWhitespace) }
        return DeclaredType.all(in: file.tokens).filter { type in
            guard type.isShared else { return false }
            let above = lines[..<(type.line - 1)].last { !$0.hasPrefix("@") && !$0.hasPrefix("// Safety:") }
            return above?.hasPrefix("///") != true
        }
    }

    @Test(arguments: ["LineManager", "Util", "DeviceInfo", "utils"])
    func emptyNamesAreFound(name: String) { #expect(Self.isEmpty(name)) }

    @Test(arguments: ["CommonRail", "Tolerance", "Database", "DataMatrix", "SerialLine"])
    func namesThatSaySomethingPass(name: String) { #expect(!Self.isEmpty(name)) }

    @Test func missingDocumentationIsFound() {
        let text =
            "/// A.\n@frozen\npackage struct A {}\n\npackage enum B {}\nstruct C {}\n// D\npackage class D {}"
        #expect(Self.undocumented(SourceFile(path: "a.swift", text: text)).map(\.name) == ["B", "D"])
    }
}

extension String {
    fileprivate var capitalizedFirst: String { prefix(1).uppercased() + dropFirst() }
}
