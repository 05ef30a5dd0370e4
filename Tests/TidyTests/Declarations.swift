/// A function, initialiser, subscript or computed property, and how many lines it takes.
struct FunctionBody: Equatable {
    let name: String
    let line: Int
    /// From its keyword to its closing brace.
    let lines: Int

    /// Every body in `tokens`, in order; nested ones stand for themselves too.
    static func all(in tokens: [Token]) -> [FunctionBody] {
        tokens.indices.compactMap { index in
            guard let name = declaredName(tokens, at: index), let open = opening(tokens, after: index),
                let close = closing(tokens, of: open)
            else { return nil }
            return FunctionBody(
                name: name, line: tokens[index].line, lines: tokens[close].line - tokens[index].line + 1)
        }
    }

    private static func declaredName(_ tokens: [Token], at index: Int) -> String? {
        let next = index + 1 < tokens.count ? tokens[index + 1].text : ""
        let isMember = index > 0 && tokens[index - 1].text == "."
        switch tokens[index].text {
        case "func", "var": return isMember ? nil : next
        case "deinit": return next == "{" ? "deinit" : nil
        case "init": return !isMember && ["(", "?", "<"].contains(next) ? "init" : nil
        case "subscript": return !isMember && ["(", "<"].contains(next) ? "subscript" : nil
        default: return nil
        }
    }

    /// Where the body of the declaration at `index` opens; nil for a requirement or a stored property.
    private static func opening(_ tokens: [Token], after index: Int) -> Int? {
        var depth = 0
        for place in tokens.indices.dropFirst(index + 1) {
            let token = tokens[place]
            if depth == 0, token.line > tokens[place - 1].line, !continues(tokens, at: place) { return nil }
            switch token.text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return place
            case "}" where depth == 0: return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    /// Whether the line that begins at `place` goes on with the declaration of the line before.
    private static func continues(_ tokens: [Token], at place: Int) -> Bool {
        let arrow = tokens[place - 1].text == ">" && tokens[place - 2].text == "-"
        return arrow || [",", ":", "&", "=", "where"].contains(tokens[place - 1].text)
            || ["{", "-", "where", "throws", "rethrows", "async", ":", "&", "="].contains(tokens[place].text)
    }

    private static func closing(_ tokens: [Token], of open: Int) -> Int? {
        var depth = 0
        for place in tokens.indices.dropFirst(open) {
            if tokens[place].text == "{" { depth += 1 }
            if tokens[place].text == "}" { depth -= 1 }
            if depth == 0 { return place }
        }
        return nil
    }
}

/// A type that a file declares.
struct DeclaredType: Equatable {
    let name: String
    let line: Int
    /// Whether other modules see it: `package`, `public` or `open`.
    let isShared: Bool
    /// Whether it stands within another type, an extension or a function.
    let isNested: Bool

    static func all(in tokens: [Token]) -> [DeclaredType] {
        var depth = 0
        return tokens.indices.dropLast().compactMap { index in
            depth += tokens[index].text == "{" ? 1 : tokens[index].text == "}" ? -1 : 0
            guard ["struct", "class", "enum", "actor", "protocol"].contains(tokens[index].text),
                tokens[index + 1].text.first?.isUppercase == true,
                index == 0 || ![".", ":", "import"].contains(tokens[index - 1].text)
            else { return nil }
            let shared = tokens[..<index].reversed().prefix { modifiers.contains($0.text) }
                .contains { ["package", "public", "open"].contains($0.text) }
            return DeclaredType(
                name: tokens[index + 1].text, line: tokens[index].line, isShared: shared, isNested: depth > 0)
        }
    }

    private static let modifiers: Set<String> = [
        "package", "public", "open", "final", "indirect", "nonisolated", "(", "unsafe", ")", "distributed",
    ]
}

/// What a file imports.
struct Import: Equatable {
    let module: String
    let line: Int

    static func all(in tokens: [Token]) -> [Import] {
        let kinds: Set<String> = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
        return tokens.indices.dropLast().compactMap { index in
            guard tokens[index].text == "import" else { return nil }
            let place = kinds.contains(tokens[index + 1].text) ? index + 2 : index + 1
            guard place < tokens.count else { return nil }
            return Import(module: tokens[place].text, line: tokens[index].line)
        }
    }
}
