import Judging
import Testing

@testable import Profiles

@Suite("Profiles out of other programs' files")
struct ProfileImportTests {
    private func imported(
        _ format: ProfileImport.Format, _ text: String
    ) -> (text: String?, faults: [String], warnings: [String]) {
        let faults = FaultCollector()
        let text = ProfileImport.profile(
            from: SourceFile(path: "in", bytes: Array(text.utf8)), format: format, name: "meter",
            faults: faults)
        return (text, faults.sorted.map(\.description), faults.warnings.map(\.description))
    }

    /// The lines of the points, and what a check of the profile says once units and names are filled in.
    private func points(_ profile: String?) throws -> [String] {
        let profile = try #require(profile)
        let filled = profile.replacing("\"?\"", with: "\"1\"")
        let faults = FaultCollector()
        let read = DeviceProfile.read(SourceFile(path: "p", bytes: Array(filled.utf8)), faults: faults)
        #expect(faults.sorted.map(\.description) == [])
        #expect(read != nil)
        return profile.split(separator: "\n").filter { $0.hasPrefix("  - {") }.map { String($0.dropFirst(4)) }
    }

    @Test("Telegraf's register style: FIXED is a whole number of as many registers as are listed")
    func telegrafRegisters() throws {
        let read = imported(
            .telegraf,
            """
            [[inputs.modbus]]
              name = "PM-7"   # a meter
              controller = "tcp://10.0.0.7:502"
              coils = [ { name = "motor run", address = [3] } ]
              holding_registers = [
                { name = "energy", byte_order = "CDAB", data_type = "FIXED", scale=0.001, address = [5,6]},
                { name = "volts",  byte_order = "BA",   data_type = "UFIXED", scale=0.1, address = [0]},
                { name = "flow", byte_order="ABCD", data_type="FLOAT32-IEEE", scale=1.0, address=[8,9]},
                { name = "odd",    byte_order = "ABCD", data_type = "INT32", scale=1.0, address = [20,30]},
              ]
            """)
        #expect(read.faults == [])
        #expect(
            try points(read.text) == [
                "{id: motor_run, table: coil, address: 0x0003}",
                #"{id: energy, address: 0x0005, type: int32, byte_order: CDAB, scale: "0.001", unit: "?"}"#,
                #"{id: volts, address: 0x0000, type: uint16, byte_order: BADC, scale: "0.1", unit: "?"}"#,
                #"{id: flow, address: 0x0008, type: float32, unit: "?"}"#,
            ])
        #expect(read.warnings.count == 1)
        #expect(read.warnings.first?.hasPrefix("in:9:1: its type or addresses have no counterpart") == true)
        #expect(
            read.text?.contains("# its type or addresses have no counterpart: odd: INT32 at 20,30") == true)
        #expect(read.text?.contains("model: \"PM-7\"") == true)
    }

    @Test("Telegraf's request style: the request says table and byte order")
    func telegrafRequests() throws {
        let read = imported(
            .telegraf,
            """
            [[inputs.modbus]]
              configuration_type = "request"
              [[inputs.modbus.request]]
                slave_id = 1
                byte_order = "DCBA"
                register = "input"
                fields = [
                  { address=0, name="rpm", type="UINT16" },  # comment
                  { address=1, name="force", type="INT32", scale=0.01 },
                  { address=3, name="spare", type="UINT32", omit=true },
                  { address=5, name="level", type="FLOAT32" },
                ]
                [inputs.modbus.request.tags]
                  machine = "m"
              [[inputs.modbus.request]]
                register = "coil"
                fields = [ { address=7, name="on" } ]
            """)
        #expect(read.faults == [] && read.warnings == [])
        #expect(
            try points(read.text) == [
                #"{id: rpm, table: input, address: 0x0000, type: uint16, byte_order: DCBA, unit: "?"}"#,
                #"{id: force, table: input, address: 0x0001, type: int32, byte_order: DCBA, scale: "0.01", "#
                    + #"unit: "?"}"#,
                #"{id: level, table: input, address: 0x0005, type: float32, byte_order: DCBA, unit: "?"}"#,
                "{id: on, table: coil, address: 0x0007}",
            ])
    }

    @Test("Neuron's tags: the area's first digit is the table, it counts from 1, decimal multiplies")
    func neuron() throws {
        let read = imported(
            .neuronCSV,
            #"""
            Group,Interval,Name,Address,Attribute,Type,Description,Decimal,Precision,Bias
            g,1000,flow rate,1!400001#BL,Read,FLOAT,"a, ""b""",,,
            g,1000,total,1!300011,Read,UINT32,,0.01,,-5
            g,1000,run,1!000002,Read Write,BIT,,,,
            g,1000,alarm,1!400020.3,Read,BIT,,,,
            g,1000,serial,1!400030.10H,Read,STRING,,,,
            g,1000,set,1!400040,Read Write,INT16,,,,
            g,1000,what,DB1.DW0,Read,INT16,,,,
            """#)
        #expect(read.faults == [])
        #expect(
            try points(read.text) == [
                #"{id: flow_rate, address: 0x0000, type: float32, byte_order: CDAB, unit: "?"}"#,
                #"{id: total, table: input, address: 0x000A, type: uint32, scale: "0.01", offset: "-5", "#
                    + #"unit: "?"}"#,
                "{id: run, table: coil, address: 0x0001, access: read_write}",
                "{id: alarm, address: 0x0013, type: bit, bit: 3}",
                "{id: serial, address: 0x001D, type: string, count: 5}",
                #"{id: set, address: 0x0027, type: int16, unit: "?", access: read_write}"#,
            ])
        #expect(read.warnings.count == 2, "\(read.warnings)")
        #expect(read.warnings.last?.hasPrefix("in:8:1: its address or type has no counterpart") == true)
    }

    @Test("EdgeX's profile: rawType before valueType, units where they are known")
    func edgeX() throws {
        let read = imported(
            .edgex,
            """
            name: "Test"
            manufacturer: "Example"
            model: "M-1"
            deviceResources:
            -
              name: "Run"
              attributes: { primaryTable: "COILS", startingAddress: 14 }
              properties: { valueType: "Bool", readWrite: "RW" }
            -
              name: "Room"
              attributes: { primaryTable: "INPUT_REGISTERS", startingAddress: 3, rawType: "Int16" }
              properties: { valueType: "Float32", readWrite: "R", scale: 0.1, units: "Cel" }
            -
              name: "Fault"
              attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: 10.10 }
              properties: { valueType: "Bool", readWrite: "RW" }
            -
              name: "Flow"
              attributes: { primaryTable: "HOLDING_REGISTERS", startingAddress: 20, isWordSwap: true }
              properties: { valueType: "Float32", readWrite: "R", units: "furlong" }
            deviceCommands:
            - name: "All"
            """)
        #expect(read.faults == [])
        #expect(
            try points(read.text) == [
                "{id: Run, table: coil, address: 0x000E, access: read_write}",
                #"{id: Room, table: input, address: 0x0003, type: int16, scale: "0.1", unit: Cel}"#,
                "{id: Fault, address: 0x000A, type: bit, bit: 10}",
                #"{id: Flow, address: 0x0014, type: float32, byte_order: CDAB, unit: "?"}"#,
            ])
        #expect(read.text?.contains("manufacturer: \"Example\"") == true)
        #expect(read.warnings.map { $0.prefix(6) } == ["in:18:", "in:21:"], "\(read.warnings)")
    }

    @Test(
        "A file of another kind is refused with place and remedy",
        arguments: [
            (ProfileImport.Format.telegraf, "a = ", "in:1:5: a value is missing"),
            (.telegraf, "a = 1\na = 2", "in:2:6: a is there already"),
            (.telegraf, "a = \"open", "in:1:10: the text does not end on its line"),
            (.telegraf, "a = [1, 2", "in:1:10: ] is missing here"),
            (.telegraf, "[x]\ny = 1", "in:1:1: it has no [[inputs.modbus]]"),
            (.telegraf, "[[inputs.modbus]]\nname = 'x'", "in:1:1: nothing in it is a Modbus value"),
            (.telegraf, "a = " + String(repeating: "[", count: 40), "in:1:21: values are nested too deep"),
            (.neuronCSV, "", "in:1:1: the file is empty"),
            (.neuronCSV, "a,b\n1,2", "in:1:1: no columns `name` and `address`"),
            (.edgex, "a: 1", "in:1:1: it has no list `deviceResources`"),
            (.edgex, "a: [", "in:"),
        ])
    func refused(_ format: ProfileImport.Format, _ text: String, _ start: String) {
        let read = imported(format, text)
        #expect(read.text == nil)
        #expect(read.faults.first?.hasPrefix(start) == true, "\(read.faults)")
    }

    @Test("Whatever stands in a file, nothing but a fault comes of it")
    func randomFiles() {
        let seed = SeededRandom.seed()
        print("SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        let alphabet = Array("[]{}=\"'#.,\n !01x4-_abinputs.modbus coils address name".utf8)
        for _ in 0..<2_000 {
            let bytes = (0..<Int.random(in: 0...120, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? alphabet.randomElement(using: &random) ?? 0 : UInt8.random(in: 0...255, using: &random)
            }
            for format in ProfileImport.Format.allCases {
                _ = imported(format, String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    /// Seen failing (the program ended) with addresses added up before they were compared with the last one.
    @Test(
        "An address beyond every register is left out, however large it is",
        arguments: ["9223372036854775807", "9223372036854775806", "-9223372036854775808", "65536", "-1"])
    func hugeAddresses(_ address: String) {
        for (format, text) in Self.files(number: address, elsewhere: "0") {
            let read = imported(format, text)
            #expect(read.text?.contains("id: good") == true, "\(format): \(read)")
            #expect(read.text?.contains("id: bad") == false)
            #expect(read.warnings.count == 1, "\(read.warnings)")
        }
    }

    /// One file of each kind with `number` as the address of `bad`, and `elsewhere` in other places.
    private static func files(number: String, elsewhere: String) -> [(ProfileImport.Format, String)] {
        let register = #"data_type="INT32", byte_order="ABCD""#
        return [
            (
                .telegraf,
                """
                [[inputs.modbus]]
                holding_registers = [
                  {name="good", \(register), scale=1.0, address=[1,2]},
                  {name="bad", \(register), scale=1.0, address=[\(number)]},
                ]
                """
            ),
            (
                .telegraf,
                """
                [[inputs.modbus]]
                [[inputs.modbus.request]]
                fields = [{address=1, name="good", type="INT16"},
                  {address=\(number), name="bad", type="INT64"}]
                """
            ),
            (
                .neuronCSV,
                "name,address,type,decimal\ngood,1!400001,INT16,\nbad,1!\(number)\(elsewhere),INT64,\n"
            ),
            (
                .edgex,
                """
                deviceResources:
                - name: good
                  attributes: {primaryTable: HOLDING_REGISTERS, startingAddress: 1}
                  properties: {valueType: Int16}
                - name: bad
                  attributes: {primaryTable: HOLDING_REGISTERS, startingAddress: "\(number)"}
                  properties: {valueType: Int64}
                """
            ),
        ]
    }

    @Test("Whatever numbers stand in a file of the right form, it is read or refused")
    func randomNumbers() {
        let seed = SeededRandom.seed()
        print("SEED=\(seed)")
        var random = SeededRandom(seed: seed)
        let types = ["INT8L", "UINT64", "FIXED", "STRING", "BIT", "FLOAT32"]
        for _ in 0..<3_000 {
            for (format, form) in Self.forms {
                // One piece of text after each number that is left open.
                let text = form.split(separator: "§", omittingEmptySubsequences: false).map {
                    $0 + (Self.numbers.randomElement(using: &random) ?? "0")
                }
                _ = imported(
                    format, text.joined().replacing("TYPE", with: types.randomElement(using: &random) ?? ""))
            }
        }
    }

    /// Numbers at the ends of what fits somewhere, and beyond.
    private static let numbers = [
        "0", "1", "-1", "15", "16", "125", "65535", "65536", "99999", "400000", "465536", "2147483648",
        "9223372036854775807", "-9223372036854775808", "9223372036854775808", "0x7fffffffffffffff",
        "0x-1", "1e30", "1e400", "-1e400", "1e-400", "1e9223372036854775807", "0.1", "-0", "1_000", "NaN",
        "170141183460469231731687303715884105727", "-170141183460469231731687303715884105728", "",
        "0." + String(repeating: "0", count: 400) + "1", String(repeating: "9", count: 400),
    ]

    /// Files whose numbers are open (§).
    private static let forms: [(ProfileImport.Format, String)] = [
        (
            .telegraf,
            """
            [[inputs.modbus]]
            holding_registers = [
            {name="a", data_type="TYPE", scale=§, address=[§, §]},
            {name="b", data_type="TYPE", length=§, bit=§, address=[§]}]
            [[inputs.modbus.request]]
            fields = [{address=§, type="TYPE", length=§, scale=§}] #
            """
        ),
        (
            .telegraf,
            """
            [[inputs.modbus]]
            input_registers = [{data_type="TYPE", scale="§", address=[§]}] #
            """
        ),
        (
            .neuronCSV,
            """
            name,address,type,decimal,bias
            a,§!§.§H,STRING,§,§
            b,1!4§.§,BIT,§,§
            c,1!§#BL,INT64,§,§
            """
        ),
        (
            .edgex,
            """
            deviceResources:
            - attributes: {primaryTable: HOLDING_REGISTERS, startingAddress: "§.§"}
              properties: {valueType: Bool, scale: "§", offset: "§"}
            - attributes: {primaryTable: COILS, startingAddress: "§"}
              properties: {valueType: String, scale: "§", offset: "§"}
            - attributes: {primaryTable: INPUT_REGISTERS, startingAddress: "§",
                stringRegisterSize: "§"}
              properties: {valueType: String, offset: "§"} #
            """
        ),
    ]
}

@Suite("A profile to fill in")
struct ProfileTemplateTests {
    private func faults(_ text: String) -> [String] {
        let faults = FaultCollector()
        let profile = DeviceProfile.read(
            SourceFile(path: "p.yaml", bytes: Array(text.utf8)), faults: faults)
        return faults.sorted.map(\.description) + (profile?.vectorFaults().map(\.description) ?? [])
    }

    @Test("It says what is open, by place, and is right once that is written")
    func open() {
        let text = ProfileTemplate.text(name: "em-3", manufacturer: nil, model: nil)
        let open = faults(text)
        #expect(open.count == 4, "\(open)")
        #expect(open.allSatisfy { $0.contains("still open") })
        #expect(faults(text.replacing("\"?\"", with: "\"1\"")) == [])
    }

    @Test("Every example in it is right")
    func examples() {
        let text = ProfileTemplate.text(name: "em-3", manufacturer: "Example", model: "EM-3")
        #expect(text.contains("#|"))
        #expect(faults(text.replacing("#|", with: "").replacing("\"?\"", with: "\"1\"")) == [])
    }
}
