/// How one make of controller differs from the specification: data, so that a further make is a further row.
package struct ControllerQuirks: Sendable, Equatable {
    package let name: String
    /// TCP port that the maker's manual gives; the scenario's own is used, this one is told.
    package let usualPort: Int
    /// Three letters of the maker in 0002 from revision 2.
    let supplier: String
    /// Highest revision of 0001 and 0002 that it knows.
    var startRevision = 6
    /// Revisions of 0061 that it knows; empty for none at all.
    var resultRevisions: [Int] = Array(1...7)
    /// Revisions of 0101 that it knows; empty for none.
    var spindleRevisions: [Int] = Array(1...4)
    /// Revisions of 0064 and 0065 that it knows; empty for none.
    var oldRevisions: [Int] = Array(1...7)
    var hasAlarms = true
    /// Whether telegrams may be numbered and acknowledged by 9997 and 9998.
    var acknowledgesLinks = false
    /// Whether the answer to 0008 and 0009 names these, as older releases had it, and not the data's MID, as
    /// section 5.27.1.2 of 2.16 has it. Which make does which is unconfirmed.
    var namesGenericRequest = false
    /// What is added to the id in 0061 (and 0101) against that by which 0064 finds the same result.
    var lastResultOffset = 0
    /// Keep-alives that come faster than so many seconds hang it; 0 for never.
    var shortestKeepAlive = 0.0
    /// Whether a result that nobody acknowledged goes to the next subscriber too; else 0064 alone has it.
    var resendsAfterLoss = false

    /// The makes known. Ports and what they are known for are facts of the field; revisions of 0001 and 0061
    /// beyond that, and the letters GHM and STW, are this simulator's choice: unconfirmed.
    static let all: [ControllerQuirks] = [
        .init(name: "standard", usualPort: 4545, supplier: "ACT"),
        // The PF 6000 table lists no 9997/9998; who offers them says so in 0002 revision 6.
        .init(name: "link-level", usualPort: 4545, supplier: "ACT", acknowledgesLinks: true),
        .init(
            name: "ghm", usualPort: 4545, supplier: "GHM", startRevision: 1, resultRevisions: [999],
            spindleRevisions: [], oldRevisions: [1], hasAlarms: false),
        // Which of the two ids is the higher one, the source does not say: unconfirmed.
        .init(
            name: "cet", usualPort: 4545, supplier: "CET", startRevision: 3, resultRevisions: [1, 2],
            spindleRevisions: [], oldRevisions: [1, 2], hasAlarms: false, lastResultOffset: 1),
        .init(
            name: "cs351", usualPort: 4545, supplier: "BRC", startRevision: 3, resultRevisions: [1, 2, 3],
            spindleRevisions: [], oldRevisions: [1, 2, 3], namesGenericRequest: true, shortestKeepAlive: 5),
        .init(
            name: "flex", usualPort: 4545, supplier: "ACT", resultRevisions: [],
            spindleRevisions: [1, 2, 3, 4], oldRevisions: []),
        .init(
            name: "stahlwille", usualPort: 4002, supplier: "STW", startRevision: 3, resultRevisions: [1, 2],
            spindleRevisions: [], oldRevisions: [1, 2], hasAlarms: false),
        .init(
            name: "gwk", usualPort: 4002, supplier: "GWK", startRevision: 3, resultRevisions: [1, 2, 3],
            spindleRevisions: [], oldRevisions: [1, 2, 3], hasAlarms: false, namesGenericRequest: true),
    ]

    package static let standard = all[0]

    package static func named(_ name: String) -> ControllerQuirks? { all.first { $0.name == name } }

    /// Names of the makes, for the scenario.
    package static var names: [String] { all.map(\.name) }
}
