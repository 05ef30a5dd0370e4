extension LineMachine {
    /// What differs between kinds of lines. Times are in nanoseconds.
    package struct Settings: Sendable, Equatable {
        /// How long opening may take.
        package var openTimeout: Int64 = 3_000_000_000
        /// How long a single transaction waits to be sent: longer than one dial takes, shorter than a person.
        package var patience: Int64 = 3_000_000_000
        /// Silence that must lie between a frame and the next request.
        package var gap: Int64 = 0
        /// How long one byte is on its way, where that counts: time-outs are the device's alone.
        package var byteTime: Int64 = 0
        /// After a missed answer, stay quiet for as long again, so that a late answer falls into the quiet
        /// and not behind the next request: frames without transaction numbers cannot be told apart.
        package var waitsOutLateReplies = false
        /// An open link on which nothing at all is heard for so long, though asked, is opened anew; nil
        /// never.
        package var redialAfterSilence: Int64? = 30_000_000_000

        /// A TCP connection: frames carry transaction numbers.
        package static let tcp = Settings()

        /// A serial line with frames of RTU.
        ///
        /// The gap is 3.5 characters, and never less than 1.75 ms, which MODBUS over Serial Line V1.02,
        /// clause 2.5.1.1, sets for rates above 19,200 baud. A missed answer says nothing about the tty.
        package static func rtu(characterNanoseconds: Int64) -> Settings {
            var settings = Settings()
            settings.gap = max(1_750_000, characterNanoseconds * 7 / 2)
            settings.byteTime = characterNanoseconds
            settings.waitsOutLateReplies = true
            settings.redialAfterSilence = nil
            return settings
        }
    }
}
