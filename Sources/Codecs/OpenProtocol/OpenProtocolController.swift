/// What a controller says of itself when a session starts (MID 0002).
package struct OpenProtocolController: Sendable, Equatable {
    /// Every field that came, by name.
    package let fields: OpenProtocolFields

    /// Throws `OpenProtocolError` of kind `malformed` where the message is no MID 0002 of its revision.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        fields = try OpenProtocolFields(message, among: [2])
    }

    package var revision: Int { fields.message.revision }
    package var cellID: Int? { fields.number(.cellID) }
    package var channelID: Int? { fields.number(.channelID) }
    package var name: String { fields.text(.controllerName) ?? "" }
    /// Whose controller it is, such as `ACT`; nil below revision 2 and where blank.
    package var supplierCode: String? { given(.supplierCode) }
    package var serial: String? { given(.controllerSerial) }
    package var software: String? { given(.controllerSoftware) }
    package var protocolVersion: String? { given(.protocolVersion) }
    /// Whether sequence numbers with MIDs 9997 and 9998 may be used: only where revision 6 says so.
    package var hasSequenceNumbers: Bool { fields.number(.hasSequenceNumbers) == 1 }
    /// Whether messages may come in parts.
    package var hasLinking: Bool { fields.number(.hasLinking) == 1 }
    /// Whether the session stays without MID 9999: only where revision 7 says so.
    package var isKeepAliveOptional: Bool { fields.number(.isKeepAliveOptional) == 1 }

    private func given(_ field: OpenProtocolField) -> String? {
        fields.text(field).flatMap { $0.isEmpty ? nil : $0 }
    }
}
