package import Metrology

/// One frame that is to be written, with what it means: for the ledger, and to read it back.
package struct PlannedWrite: Sendable, Equatable {
    package let write: RegisterWrite
    /// What the frame says, in the order of its addresses.
    package let values: [Value]

    /// One point of the frame.
    package struct Value: Sendable, Equatable {
        package let point: DevicePoint
        package let value: PointValue
        /// As they go on the wire; for a coil 0 or 1, for a bit field its bits in their places.
        package let words: [UInt16]
    }
}

extension RegisterMap {
    /// The frame that writes all of `values`; throws as `write` does.
    package func plan(_ values: [(point: String, value: PointValue)]) throws(WriteRefusal) -> PlannedWrite {
        var parts: [PlannedWrite.Value] = []
        for (id, value) in values {
            guard let point = point(id) else {
                throw WriteRefusal(
                    point: id, what: "the profile has no such point",
                    remedy: NearestName.remedy(for: id, among: points.map(\.id)))
            }
            parts.append(.init(point: point, value: value, words: try point.words(writing: value)))
        }
        parts.sort { $0.point.address < $1.point.address }
        guard let first = parts.first?.point else {
            throw WriteRefusal(point: "", what: "nothing is to be written", remedy: "name a point")
        }
        for part in parts where part.point.isReadBack && !commands.contains(part.point.id) {
            try part.point.checkComparable(part.words)
        }
        if let mask = first.fieldMask {
            return PlannedWrite(write: try masked(parts, mask), values: parts)
        }
        for (left, right) in zip(parts, parts.dropFirst()) {
            guard left.point.table == first.table, right.point.table == first.table,
                left.point.addresses.upperBound == right.point.address
            else { throw .apart(left.point, right.point) }
            // Function 16 would clear what else its register holds.
            if right.point.fieldMask != nil { throw .field(right.point, beside: left.point) }
        }
        let write = RegisterWrite(address: first.address, content: try content(parts, first))
        return PlannedWrite(write: write, values: parts)
    }

    /// Fields of one register go out in one mask write; the device keeps all other bits.
    private func masked(
        _ parts: [PlannedWrite.Value], _ mask: UInt16
    ) throws(WriteRefusal) -> RegisterWrite {
        var (mask, bits) = (mask, parts[0].words[0])
        for part in parts.dropFirst() {
            guard let other = part.point.fieldMask else { throw .field(parts[0].point, beside: part.point) }
            guard part.point.address == parts[0].point.address, mask & other == 0 else {
                throw .apart(parts[0].point, part.point)
            }
            mask |= other
            bits |= part.words[0]
        }
        return RegisterWrite(address: parts[0].point.address, content: .masked(mask: mask, bits: bits))
    }

    private func content(
        _ parts: [PlannedWrite.Value], _ first: DevicePoint
    ) throws(WriteRefusal) -> RegisterWrite.Content {
        let words = parts.flatMap(\.words)
        if first.table == .coil {
            return words.count == 1 ? .coil(words != [0]) : .coils(words.map { $0 != 0 })
        }
        if parts.contains(where: { $0.point.writing.function == .single }) {
            guard words.count == 1 else {
                throw WriteRefusal(
                    point: first.id, what: "\(words.count) registers, and the device takes one at a time",
                    remedy: "write one point with one register, or remove `writes: single`")
            }
            return .register(words[0])
        }
        guard words.count <= limits.registersPerWrite else {
            throw WriteRefusal(
                point: first.id, what: "\(words.count) registers in one frame",
                remedy: "at most \(limits.registersPerWrite)")
        }
        return .registers(words)
    }
}

extension DevicePoint {
    /// The bits of its one register that it takes; nil for whole registers and for fields of more.
    var registerMask: UInt16? { width == 1 ? type.mask.flatMap { UInt16(exactly: $0) } : nil }

    /// The same for a point whose register holds other bits that must stay: never for coils.
    var fieldMask: UInt16? { table == .holding ? registerMask : nil }

    /// How a point is written, and how it is found out that the device took the value.
    package struct Writing: Sendable, Equatable {
        package var function = Function.block
        package var readBack = ReadBack.itself

        package init(function: Function = .block, readBack: ReadBack = .itself) {
            (self.function, self.readBack) = (function, readBack)
        }
    }

    /// Which function of Modbus writes a register.
    package enum Function: String, Sendable, CaseIterable {
        /// 16, for any number of registers.
        case block
        /// 6, for a device that does not know 16.
        case single
        /// 22, for some bits of a register: the device must know it.
        case mask
    }

    /// What shows that a value was taken.
    package enum ReadBack: Sendable, Equatable {
        /// The point itself, where it can be read.
        case itself
        /// Another point.
        case point(String)
        /// Nothing: the device changes the value at once, or hides it.
        case none
    }
}

extension WriteRefusal {
    fileprivate static func field(_ field: DevicePoint, beside other: DevicePoint) -> WriteRefusal {
        WriteRefusal(
            point: field.id,
            what: "it is a field of a register, and \(other.id) a whole one, so one frame cannot write both",
            remedy: "write them one after the other")
    }

    fileprivate static func apart(_ left: DevicePoint, _ right: DevicePoint) -> WriteRefusal {
        WriteRefusal(
            point: right.id,
            what:
                "it does not follow \(left.id) (\(left.addressText)…) at once, so one frame cannot "
                + "write both",
            remedy: "write every point between them too, or none")
    }
}
