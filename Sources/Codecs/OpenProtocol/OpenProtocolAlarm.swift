/// An alarm of a controller or its tool: MIDs 0071 (it began) and 0076 (whether one is on).
package struct OpenProtocolAlarm: Sendable, Equatable {
    /// Every field that came, by name.
    package let fields: OpenProtocolFields

    /// Throws `OpenProtocolError` of kind `malformed` where the message is not what its revision says.
    package init(_ message: OpenProtocolMessage) throws(OpenProtocolError) {
        fields = try OpenProtocolFields(message, among: [71, 76])
    }

    package var message: OpenProtocolMessage { fields.message }
    /// Such as `E404`, without the blanks that may stand on either side; nil where blank.
    package var code: String? {
        fields.text(.alarmCode).map { String($0.drop { $0 == " " }) }.flatMap { $0.isEmpty ? nil : $0 }
    }
    /// Whether an alarm is on. MID 0071 says so by being sent; nil where MID 0076 has neither 0 nor 1.
    package var isActive: Bool? { message.mid == 71 ? true : flag(.isAlarmActive) }
    package var isControllerReady: Bool? { flag(.isControllerReady) }
    package var isToolReady: Bool? { flag(.isToolReady) }
    /// What the alarm is in the controller's words; nil below revision 3 and where blank.
    package var text: String? { fields.text(.alarmText).flatMap { $0.isEmpty ? nil : $0 } }
    package var time: OpenProtocolTime? { fields.time(.time) }

    private func flag(_ field: OpenProtocolField) -> Bool? {
        [0: false, 1: true][fields.number(field) ?? -1]
    }
}
