extension OpenProtocolLayout {
    /// MID 0002, revisions 1 to 7 (specification R2.16, tables 12 to 18).
    static let communicationStart: [OpenProtocolLayout?] = revisions([
        [(.cellID, 4, .number), (.channelID, 2, .number), (.controllerName, 25, .text)],
        [(.supplierCode, 3, .text)],
        [(.protocolVersion, 19, .text), (.controllerSoftware, 19, .text), (.toolSoftware, 19, .text)],
        [(.rbuType, 24, .text), (.controllerSerial, 10, .text)],
        [(.systemType, 3, .number), (.systemSubtype, 3, .number)],
        [
            (.hasSequenceNumbers, 1, .number), (.hasLinking, 1, .number), (.stationID, 10, .paddedNumber),
            (.stationName, 25, .text), (.clientID, 1, .text),
        ],
        [(.isKeepAliveOptional, 1, .number)],
    ])

    /// Layouts of which each has the fields of the one before and those of its own.
    static func revisions(_ additions: [[Row]]) -> [OpenProtocolLayout] {
        var layouts: [OpenProtocolLayout] = []
        for rows in additions { layouts.append(OpenProtocolLayout(after: layouts.last, rows)) }
        return layouts
    }
}
