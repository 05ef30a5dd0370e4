/// The characters of the layouts, as data.
///
/// Read from the layouts of xkeyboard-config 2.35.1 (`us`, `gb`, `de`, `fr`), and cut down to what Windows
/// has in the same place: a scanner types for whichever system it was set up on. Where the two differ, or one
/// has a dead accent, the key is dead or without a character here, so that it is refused and not guessed.
enum KeyboardTables {
    typealias Table = (
        plain: KeyboardLayout.Layer, shifted: KeyboardLayout.Layer, withAltGr: KeyboardLayout.Layer
    )

    static func table(_ name: KeyboardLayout.Name) -> Table {
        switch name {
        case .us: unitedStates
        case .uk: unitedKingdom
        case .de: germany
        case .fr: france
        }
    }

    private static let noAltGr = KeyboardLayout.Layer(rows: [])

    private static let unitedStates: Table = (
        .init(rows: ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'\\", "␀zxcvbnm,./"]),
        .init(rows: ["~!@#$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:\"|", "␀ZXCVBNM<>?"]),
        noAltGr
    )

    private static let unitedKingdom: Table = (
        .init(rows: ["`1234567890-=", "qwertyuiop[]", "asdfghjkl;'#", "\\zxcvbnm,./"]),
        .init(rows: ["¬!\"£$%^&*()_+", "QWERTYUIOP{}", "ASDFGHJKL:@~", "|ZXCVBNM<>?"]),
        .init(rows: ["␀␀␀␀€␀␀␀␀␀␀␀␀"])
    )

    private static let germany: Table = (
        .init(rows: ["☠^1234567890ß☠´", "qwertzuiopü+", "asdfghjklöä#", "<yxcvbnm,.-"]),
        .init(rows: ["°!\"§$%&/()=?☠`", "QWERTZUIOPÜ*", "ASDFGHJKLÖÄ'", ">YXCVBNM;:_"]),
        .init(rows: ["␀␀²³␀␀␀{[]}\\␀", "@␀€␀␀␀␀␀␀␀␀~", "", "|␀␀␀␀␀␀µ␀␀␀"])
    )

    private static let france: Table = (
        .init(rows: ["²&é\"'(-è_çà)=", "azertyuiop☠^$", "qsdfghjklmù*", "<wxcvbn,;:!"]),
        .init(rows: ["␀1234567890°+", "AZERTYUIOP☠¨£", "QSDFGHJKLM%µ", ">WXCVBN?./§"]),
        .init(rows: ["␀␀☠~#{[|☠`\\^@]}", "␀␀€␀␀␀␀␀␀␀␀¤"])
    )
}
