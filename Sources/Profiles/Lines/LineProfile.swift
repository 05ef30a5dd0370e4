package import Metrology

/// What a device says that speaks in lines of text, over a tty or a TCP connection.
package struct LineProfile: Sendable, Equatable {
    package let framing: Framing
    package let speaking: Speaking
    /// Every line that the device can say; a line must fit exactly one of them.
    package let forms: [LineForm]
    package let points: [LinePoint]
    package let vectors: [LineVector]
    /// Values whose unit the lines do not say, with the unit that the profile takes for it.
    package let assumptions: [Assumption]

    /// How lines are told apart in the stream of bytes.
    package struct Framing: Sendable, Equatable {
        /// Bytes before each line; empty for none.
        package let prefix: [UInt8]
        /// Bytes after each line; empty where a length or only silence ends one.
        package let suffix: [UInt8]
        /// Bytes of every line; nil where they differ.
        package let length: Int?
        /// Longest line without prefix and suffix.
        package let longest: Int
        /// Silence that ends a line, or gives up an incomplete one.
        package let idleGapMilliseconds: Int
        /// Bytes that mean nothing wherever they stand, such as XON and XOFF.
        package let ignored: [UInt8]
    }

    /// How readings come.
    package enum Speaking: Sendable, Equatable {
        /// The device answers this question with one line.
        case asked(Question)
        /// The device says its value again and again; after this silence it counts as out of reach.
        case streaming(silenceMilliseconds: Int)
        /// The device says one line at the end of each of its cycles.
        case reporting(Recognition)
    }

    /// What is asked, how often, and how long an answer may take.
    package struct Question: Sendable, Equatable {
        package let command: [UInt8]
        package let everyMilliseconds: Int
        package let timeoutMilliseconds: Int
    }

    /// How a line that came twice is told from two results.
    package enum Recognition: Sendable, Equatable {
        /// This point counts results: the same line again is the same result, whenever it comes.
        case number(String)
        /// The same line again within this time is the same result. Two results that are alike to the last
        /// character cannot be told apart within it.
        case sameLine(withinMilliseconds: Int)
    }

    /// A unit that the profile says and the line does not.
    package struct Assumption: Sendable, Equatable {
        package let point: String
        package let unit: UnitOfMeasure
    }

    /// The point with this id.
    package func point(_ id: String) -> LinePoint? { points.first { $0.id == id } }
}

/// One value within a line.
package struct LinePoint: Sendable, Equatable {
    package let id: String
    package let meaning: Meaning
    package let place: SourcePlace

    /// What its characters say.
    package enum Meaning: Sendable, Equatable {
        /// Printable ASCII, as it stands there.
        case text
        /// One of these, by what the device writes; longest first.
        case words([Word])
        case number(LineNumber)
    }

    /// What the device writes, and the word for it.
    package struct Word: Sendable, Equatable {
        package let written: [UInt8]
        package let word: String
    }

    /// What its number measures; nil for texts and words.
    package var number: LineNumber? {
        guard case .number(let number) = meaning else { return nil }
        return number
    }

    /// Every word that it can say; empty for a text or a number.
    package var words: [String] {
        guard case .words(let words) = meaning else { return [] }
        return words.map(\.word)
    }
}

/// What one line came to.
package struct LineReading: Sendable, Equatable {
    /// What sort of line it was.
    package enum Kind: Sendable, Equatable {
        /// The line holds values; those that it does not hold are bad.
        case values
        /// The device says that it has no value, and why.
        case complaint(String)
        /// A line that is no reading at all.
        case nothing
        /// The line fits no form, or more than one: everything is bad.
        case unknown(String)
    }

    package let kind: Kind
    /// One for each point of the profile, in its order; empty for a line that is no reading.
    package let readings: [PointReading]
    /// Whether the device itself calls the result invalid.
    package let isDisowned: Bool
}
