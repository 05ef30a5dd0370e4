/// Results of a PowerMACS station (MIDs 0106 and 0107; specification R2.16, tables 152 to 155).
package enum OpenProtocolPowerMACS {
    /// A named value that the station was told to report.
    package struct Variable: Sendable, Equatable {
        package let name: String
        /// Two characters: `I` integer, `F` decimal, `S` text; others are kept.
        package let type: String
        /// As it came, without the blanks at its end.
        package let text: String
        /// Of which step it is; nil where it is not of one, 0 of the bolt.
        package let step: Int?

        /// The value where it is a number.
        package var number: OpenProtocolDecimal? {
            ["I", "F"].contains(type) ? OpenProtocolDecimal(Array(text.utf8)[...]) : nil
        }
    }

    /// What begins both messages.
    package struct Head: Sendable, Equatable {
        /// How many messages tell of this result: one of the station, one a bolt.
        package let messages: Int
        /// Which of them this is, from 1.
        package let message: Int
        /// Unique within the system, to 4,294,967,295; 0105 can rewind to it.
        package let dataNumber: Int
        package let station: Int?
    }

    /// One bolt as the station's message tells it.
    package struct Bolt: Sendable, Equatable {
        package let number: Int?
        /// True only for 1, false only for 0.
        package let isOK: Bool?
        package let torqueStatus: OpenProtocolTightening.Status
        package let angleStatus: OpenProtocolTightening.Status
        /// Nm, in revisions 1 to 3 of the unit that the station is set to; kN with a press.
        package let torque, torqueHigh, torqueLow: OpenProtocolDecimal?
        /// Degrees; mm with a press.
        package let angle, angleHigh, angleLow: OpenProtocolDecimal?
    }

    /// MID 0106: the station and its bolts. MID 0108 acknowledges it and can ask for MID 0107.
    package struct Station: Sendable, Equatable {
        package let head: Head
        package let name: String
        package let time: OpenProtocolTime?
        package let mode: Int?
        package let modeName: String
        /// True only for 1, false only for 0.
        package let isOK: Bool?
        /// 0 OK, 1 OK after repair, 2 not OK, 3 ended not OK.
        package let status: Int?
        /// The part, at most 40 characters.
        package let identifier: String
        package let bolts: [Bolt]
        package let variables: [Variable]
        /// 1 spindles, 2 presses; nil below revision 4.
        package let systemSubtype: Int?
    }

    /// MID 0107: one bolt whole.
    package struct BoltReport: Sendable, Equatable {
        package let head: Head
        package let time: OpenProtocolTime?
        package let number: Int?
        package let name: String
        package let program: String
        /// 0 OK, 1 OK after repair, 2 not OK, 3 ended not OK.
        package let status: Int?
        package let errors: String
        package let customerError: String
        package let results: [Variable]
        package let stepResults: [Variable]
        /// Whether every step's results had room.
        package let hasAllSteps: Bool?
        package let variables: [Variable]
        /// 1 spindles, 2 presses; nil below revision 4.
        package let systemSubtype: Int?
    }
}
