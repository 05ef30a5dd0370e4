internal import Inspection
package import Profiles

/// Pages of a code set as people print them: A4, four codes a page, to be cut apart.
package struct CodeSheet: Sendable {
    /// How codes are written.
    package enum Symbol: String, Sendable, CaseIterable {
        case code128, datamatrix, qr

        var kind: BarcodeSymbol.Kind {
            switch self {
            case .code128: .code128
            case .datamatrix: .dataMatrix
            case .qr: .qr
            }
        }
    }

    private let set: CodeSet
    private let symbol: Symbol

    package init(_ set: CodeSet, symbol: Symbol) { (self.set, self.symbol) = (set, symbol) }

    /// A4 in millimetres (ISO 216).
    private static let page = (width: 210.0, height: 297.0)
    /// Far enough apart that a scanner's line or frame does not take the neighbour's code.
    private static let cardHeight = 70.0
    private static let cardsPerPage = 4
    /// Millimetres of the narrowest element. A bar of 0.33 mm, GS1's nominal size, is read at arm's length;
    /// squares are read one by one and take more.
    private static let barModule = 0.33
    private static let squareModule = 0.8
    /// Most millimetres that a symbol may be wide; a longer one is made of narrower elements.
    private static let mostWidth = 170.0

    /// The pages, each an SVG document, in the order of the set.
    ///
    /// Throws `GatewayError` where a code cannot be written as the symbol that was asked for.
    package func pages() throws(GatewayError) -> [String] {
        var pages: [String] = []
        for start in stride(from: 0, to: set.codes.count, by: Self.cardsPerPage) {
            let codes = set.codes[start..<min(start + Self.cardsPerPage, set.codes.count)]
            var cards = ""
            for (row, code) in codes.enumerated() { cards += try card(code, row: row) }
            pages.append(page(cards))
        }
        return pages
    }

    private func page(_ cards: String) -> String {
        """
        <?xml version="1.0" encoding="UTF-8"?>
        <svg xmlns="http://www.w3.org/2000/svg" width="210mm" height="297mm" viewBox="0 0 210 297">
        <rect width="210" height="297" fill="#fff"/>
        \(cards)</svg>

        """
    }

    /// One code with its word and what it does, above a line to cut along.
    private func card(_ code: CodeSet.Code, row: Int) throws(GatewayError) -> String {
        let top = Double(row) * Self.cardHeight
        let bars = try BarcodeSymbol(symbol.kind, code.text)
        let module = min(
            symbol == .code128 ? Self.barModule : Self.squareModule, Self.mostWidth / max(1, bars.width))
        let (title, sentence) = Self.words(code.meaning)
        var path = ""
        for bar in bars.bars {
            path +=
                "M\(Self.text(bar.x)) \(Self.text(bar.y))h\(Self.text(bar.width))"
                + "v\(Self.text(bar.height))h-\(Self.text(bar.width))z"
        }
        let cut = top + Self.cardHeight
        return """
            <text x="20" y="\(Self.text(top + 19))" font-family="sans-serif" font-weight="bold" \
            font-size="14">\(title)</text>
            <text x="20" y="\(Self.text(top + 28))" font-family="sans-serif" font-size="6">\(sentence)</text>
            <path transform="translate(20 \(Self.text(top + 34))) scale(\(Self.text(module)))" \
            shape-rendering="crispEdges" d="\(path)"/>
            <text x="20" y="\(Self.text(top + 64))" font-family="monospace" font-size="4">\(code.text) \
            (\(set.name), revision \(set.revision))</text>
            <path d="M5 \(Self.text(cut))H205" stroke="#888" stroke-width=".2" stroke-dasharray="2"/>

            """
    }

    /// What stands on a card: neither has a character that XML would take for its own.
    private static func words(_ meaning: CodeSet.Meaning) -> (title: String, sentence: String) {
        switch meaning {
        case .action(.start): ("START", "Begin, where a plan asks for it.")
        case .action(.abort): ("ABORT", "Stop this inspection. The part is then NOT DECIDED.")
        case .action(.retest): ("RETEST", "Inspect the last part once more.")
        case .action(.acknowledge): ("ACK", "I have seen that the part did not pass.")
        case .badge(let id): ("Operator \(id)", "Sign in.")
        }
    }

    /// A number of at most three decimals.
    private static func text(_ value: Double) -> String {
        let thousandths = Int((value * 1_000).rounded())
        let rest = String(thousandths % 1_000 + 1_000).dropFirst()
        return "\(thousandths / 1_000).\(rest)"
    }
}
