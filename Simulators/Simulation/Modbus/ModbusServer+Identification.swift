extension ModbusServer {
    /// Answers function 43 with MEI type 14 (section 6.21): MEI type, read code, object id in `body`.
    static func identification(
        _ body: [UInt8], of nameplate: Nameplate?
    ) throws(ServerRefusal) -> [UInt8] {
        guard let nameplate, body.first == 0x0E else { throw .illegalFunction }
        guard body.count == 3, (1...4).contains(body[1]) else { throw .illegalValue }
        let (code, asked) = (body[1], body[2])
        let objects = nameplate.objects
        // Objects of the category, and what this device has at all: all streams, and single objects (0x8n).
        let conformity: UInt8 = nameplate.serial != nil ? 0x83 : nameplate.name != nil ? 0x82 : 0x81
        if code == 4 {
            guard let object = objects.first(where: { $0.id == asked }) else { throw .illegalAddress }
            return [0x0E, code, conformity, 0, 0, 1] + encoded(object)
        }
        let last: UInt8 = code == 1 ? 2 : code == 2 ? 6 : 0xFF
        let category = objects.filter { $0.id <= last }
        // An object that is not there means: from the beginning.
        let start = category.firstIndex { $0.id == asked } ?? 0
        return [0x0E, code, conformity] + stream(category[start...])
    }

    /// More follows, next object, number of objects, and as many objects as a reply holds.
    private static func stream(_ objects: ArraySlice<(id: UInt8, value: [UInt8])>) -> [UInt8] {
        var (list, count): ([UInt8], UInt8) = ([], 0)
        for object in objects {
            let next = encoded(object)
            // Function, MEI type, read code, conformity, more follows, next object, number.
            guard 7 + list.count + next.count <= ServerFraming.longestPDU else {
                return [0xFF, object.id, count] + list
            }
            list += next
            count += 1
        }
        return [0, 0, count] + list
    }

    private static func encoded(_ object: (id: UInt8, value: [UInt8])) -> [UInt8] {
        [object.id, UInt8(clamping: object.value.count)] + object.value
    }
}
