/// What others make of the same registers: pymodbus where it knows the type and the order, libmodbus of the
/// machine for 32-bit floats, and for every order the letters themselves, put back in alphabetical order.
enum ModbusValueJudge {
    /// One opinion a case, in their order: a decimal number, a float's bits in hex, `not-finite` or a text.
    ///
    /// Where the judges differ among themselves, the line says so.
    static func opinions(_ cases: [(type: String, order: String, hex: String)]) throws -> [String] {
        try PythonJudge.output(of: script, about: cases.map { "\($0.type) \($0.order) \($0.hex)" })
            .split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
    }

    private static let script = """
        import ctypes, math, struct, sys
        from pymodbus.client.mixin import ModbusClientMixin as Client
        forms = {"uint16": "H", "int16": "h", "uint32": "I", "int32": "i", "uint64": "Q", "int64": "q",
                 "float16": "e", "float32": "f", "float64": "d"}
        libmodbus = ctypes.CDLL("libmodbus.so.5")
        def said(kind, value):
            if not kind.startswith("float"): return str(value)
            if not math.isfinite(value): return "not-finite"
            return struct.pack(">" + forms[kind], value).hex()
        def by_letters(kind, order, wire):
            letters = order if len(order) == len(wire) else None
            if letters is None: return None
            whole = bytes(wire[letters.index(letter)] for letter in sorted(letters))
            return said(kind, struct.unpack(">" + forms[kind], whole)[0])
        def by_pymodbus(kind, order, wire):
            words = {"ABCD": ("big", ">"), "CDAB": ("little", ">"), "BADC": ("big", "<"),
                     "DCBA": ("little", "<"), "ABCDEFGH": ("big", ">"), "GHEFCDAB": ("little", ">"),
                     "BADCFEHG": ("big", "<"), "HGFEDCBA": ("little", "<")}.get(order)
            if words is None or kind.upper() not in Client.DATATYPE.__members__: return None
            registers = list(struct.unpack(words[1] + str(len(wire) // 2) + "H", wire))
            name = Client.DATATYPE[kind.upper()]
            return said(kind, Client.convert_from_registers(registers, name, words[0]))
        def by_libmodbus(kind, order, wire):
            if kind != "float32": return None
            read = getattr(libmodbus, "modbus_get_float_" + order.lower())
            read.restype = ctypes.c_float
            return said(kind, read((ctypes.c_uint16 * 2)(*struct.unpack(">2H", wire))))
        for line in open(sys.argv[1]):
            kind, order, hexes = line.split()
            wire = bytes.fromhex(hexes)
            if kind == "text":
                registers = list(struct.unpack(">" + str(len(wire) // 2) + "H", wire))
                print(Client.convert_from_registers(registers, Client.DATATYPE.STRING).rstrip(" "))
                continue
            all = {f(kind, order, wire) for f in (by_letters, by_pymodbus, by_libmodbus)} - {None}
            print(all.pop() if len(all) == 1 else "judges differ: " + repr(sorted(all)))
        """
}
