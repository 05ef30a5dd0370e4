/// The registers of a Modbus device.
package struct RegisterMap: Sendable, Equatable {
    package let timeoutMilliseconds: Int
    /// Most registers in one read; devices allow less than the protocol's 125 (KRAL 64).
    package let registersPerRead: Int
    /// Most registers in one write; devices allow less than the protocol's 123 (WAGO 100).
    package let registersPerWrite: Int
    package let points: [DevicePoint]
    /// What is read, when, and which points each reply holds.
    package let readPlan: ReadPlan
    /// How the device says that a result is ready; nil for a device without results of its own.
    package let cycle: DeviceCycle?
    package let vectors: [GoldenVector]

    package init(
        timeoutMilliseconds: Int, registersPerRead: Int, registersPerWrite: Int, points: [DevicePoint],
        readPlan: ReadPlan, cycle: DeviceCycle?, vectors: [GoldenVector]
    ) {
        (self.timeoutMilliseconds, self.registersPerRead) = (timeoutMilliseconds, registersPerRead)
        (self.registersPerWrite, self.points, self.readPlan) = (registersPerWrite, points, readPlan)
        (self.cycle, self.vectors) = (cycle, vectors)
    }

    /// The point with this id.
    package func point(_ id: String) -> DevicePoint? { points.first { $0.id == id } }
}

/// One request, whose one reply is one atomic group of values.
package struct ReadRequest: Sendable, Equatable {
    /// The profile's own id, or `input.0x0127` for one that was put together from loose points.
    package let id: String
    package let table: RegisterTable
    package let address: Int
    /// Registers, or bits of a bit table.
    package let count: Int
    package let moment: ReadMoment
    /// The points whose values come out of its reply, in the order of the profile.
    package let points: [DevicePoint]
    /// Decodes the reply where no value needs that of another point; nil where one does.
    let independentPoints: [FixedPoint]?

    package init(
        id: String, table: RegisterTable, address: Int, count: Int, moment: ReadMoment, points: [DevicePoint]
    ) {
        (self.id, self.table, self.address, self.count) = (id, table, address, count)
        (self.moment, self.points) = (moment, points)
        independentPoints = points.contains(where: \.isDependent) ? nil : points.map(FixedPoint.make)
    }

    package var addresses: Range<Int> { address..<address + count }
}

/// Everything that is read of a device, in the order of the profile.
package struct ReadPlan: Sendable, Equatable {
    package let requests: [ReadRequest]

    package init(requests: [ReadRequest]) { self.requests = requests }

    /// The request with this id.
    package func request(_ id: String) -> ReadRequest? { requests.first { $0.id == id } }

    /// The request whose reply holds this point.
    package func request(holding point: String) -> ReadRequest? {
        requests.first { $0.points.contains { $0.id == point } }
    }
}
