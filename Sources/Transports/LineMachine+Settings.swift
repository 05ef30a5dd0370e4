extension LineMachine {
    /// What differs between kinds of lines. Times are in nanoseconds.
    package struct Settings: Sendable, Equatable {
        /// How long opening may take.
        package var openTimeout: Int64 = 3_000_000_000
        /// How long a single transaction waits to be sent: longer than one dial takes, shorter than a person.
        /// The pauses that units need come on top.
        package var patience: Int64 = 3_000_000_000
        /// Silence that must lie between a frame and the next request.
        package var gap: Int64 = 0
        /// How long one byte is on its way, where that counts: time-outs are the device's alone.
        package var byteTime: Int64 = 0
        /// Bytes of request and reply beside their PDUs: unit and check sum, twice.
        package var overhead = 6
        /// The quiet that units need to carry out what was written to all of them, as unit 0; nil where 0 is
        /// a unit like any other.
        package var turnaround: Int64?
        /// How long a link that is closed between rounds stays open for more: an answer may lead to the next
        /// question.
        package var linger: Int64 = 100_000_000
        /// After a missed answer, stay quiet for as long again, so that a late answer falls into the quiet
        /// and not behind the next request: frames without transaction numbers cannot be told apart.
        package var waitsOutLateReplies = false
        /// An open link on which nothing at all is heard for so long, though asked more than once, is opened
        /// anew; nil never.
        package var redialAfterSilence: Int64? = 30_000_000_000

        /// A TCP connection: frames carry transaction numbers.
        package static let tcp = Settings()

        /// A serial line with frames of RTU.
        ///
        /// The gap is 3.5 characters, and never less than 1.75 ms. A missed answer says nothing about the
        /// tty.
        package static func rtu(characterNanoseconds: Int64) -> Settings {
            var settings = Settings()
            settings.gap = max(shortestGap, characterNanoseconds * 7 / 2)
            settings.byteTime = characterNanoseconds
            settings.turnaround = broadcastTurnaround
            settings.waitsOutLateReplies = true
            settings.redialAfterSilence = nil
            return settings
        }

        /// A serial line with frames of ASCII: each byte is two characters, and colon, CR and LF come on top.
        package static func ascii(characterNanoseconds: Int64) -> Settings {
            var settings = rtu(characterNanoseconds: characterNanoseconds)
            settings.byteTime = 2 * characterNanoseconds
            settings.overhead = 7
            return settings
        }

        /// Frames of RTU in a TCP stream. The server at its end keeps the gaps of its line, whose speed is
        /// not known here.
        package static let rtuOverTCP: Settings = {
            var settings = Settings()
            settings.gap = shortestGap
            settings.turnaround = broadcastTurnaround
            settings.waitsOutLateReplies = true
            return settings
        }()

        /// MODBUS over Serial Line V1.02, clause 2.5.1.1, for rates above 19,200 baud.
        private static let shortestGap: Int64 = 1_750_000
        /// The same, clause 2.4.1: "typically" 100 to 200 ms.
        private static let broadcastTurnaround: Int64 = 100_000_000
    }
}
