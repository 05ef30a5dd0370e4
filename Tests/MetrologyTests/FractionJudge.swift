import Glibc
import Testing

/// Python's `fractions` as a second opinion, with unit sizes written down from their definitions anew.
enum FractionJudge {
    /// What Python would have expected otherwise, a line each, and at the end how many lines it judged.
    static func disagreements(_ cases: String) throws -> String {
        var template = Array("/tmp/plumbline-conversions-XXXXXX".utf8CString)
        let descriptor = mkstemp(&template)
        try #require(descriptor >= 0)
        let path = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
        defer { unlink(path) }
        let file = try #require(fdopen(descriptor, "w"))
        fputs(script + "\nCASES = '''\n" + cases + "'''\njudge(CASES)\n", file)
        fclose(file)
        let pipe = try #require(popen("/usr/bin/python3 \(path) 2>&1", "r"))
        defer { pclose(pipe) }
        var output: [UInt8] = []
        while case let byte = fgetc(pipe), byte != EOF { output.append(UInt8(byte)) }
        return String(decoding: output, as: UTF8.self)
    }

    private static let script = #"""
        from fractions import Fraction as F

        INCH = F("0.0254")
        POUND_FORCE = F("0.45359237") * F("9.80665")
        # Size of each unit in SI, or in what the project counts.
        SIZE = {
            "mm3/{stroke}": F(1), "cm3/(1000.{stroke})": F(1000, 1000),
            "mm3": F("1e-9"), "cm3": F("1e-6"), "mL": F("1e-6"), "L": F("1e-3"), "m3": F(1),
            "[gal_us]": 231 * INCH**3,
            "mm3/s": F("1e-9"), "mm3/min": F("1e-9") / 60, "mL/min": F("1e-6") / 60, "mL/s": F("1e-6"),
            "cm3/min": F("1e-6") / 60, "L/h": F("1e-3") / 3600, "L/min": F("1e-3") / 60, "L/s": F("1e-3"),
            "m3/h": F(1) / 3600, "m3/min": F(1) / 60, "m3/s": F(1),
            "mg": F("1e-6"), "g": F("1e-3"), "kg": F(1), "t": F(1000),
            "g/s": F("1e-3"), "g/min": F("1e-3") / 60, "kg/h": F(1) / 3600,
            "kg/s": F(1), "kg/min": F(1) / 60, "t/h": F(1000) / 3600, "kg/m3": F(1), "g/cm3": F(1000),
            "Pa": F(1), "kPa": F(1000), "mbar": F(100), "bar": F(100000), "MPa": F(10**6),
            "[psi]": POUND_FORCE / INCH**2,
            "N.m": F(1), "cN.m": F("0.01"), "mN.m": F("0.001"), "N": F(1), "mN": F("0.001"),
            "[lbf_av].[in_i]": POUND_FORCE * INCH, "[lbf_av].[ft_i]": POUND_FORCE * INCH * 12,
            "[ozf_av].[in_i]": POUND_FORCE / 16 * INCH, "kgf.m": F("9.80665"),
            "kgf.cm": F("0.0980665"), "kgf.mm": F("0.00980665"), "gf.cm": F("0.0000980665"),
            "deg": F(1), "um": F("1e-6"), "mm": F("1e-3"), "Cel": F(1), "K": F(1),
            "us": F("1e-6"), "ms": F("1e-3"), "s": F(1), "min": F(60),
            "Hz": F(1), "{stroke}/min": F(1, 60), "{rev}/min": F(1, 60),
            "mOhm": F("1e-3"), "Ohm": F(1), "kOhm": F(1000), "mV": F("1e-3"), "V": F(1),
            "mA": F("1e-3"), "A": F(1), "1": F(1), "%": F("0.01"),
        }
        ZERO = {"Cel": F("273.15")}


        def ends(number):
            rest = number.denominator
            for prime in (2, 5):
                while rest % prime == 0:
                    rest //= prime
            return rest == 1


        def bounded(number):
            return any((number / F(10) ** e).denominator == 1 and abs(number / F(10) ** e) < 10**17
                       for e in range(-12, 7))


        def expected(value, source, target, step):
            result = (F(value) * SIZE[source] + ZERO.get(source, 0) - ZERO.get(target, 0)) / SIZE[target]
            if step != "-":
                result = round(result / F(step)) * F(step)
            elif not ends(result):
                return "endless"
            return result if bounded(result) else "tooLarge"


        def judge(cases):
            count = 0
            for line in cases.split("\n"):
                if not line:
                    continue
                value, source, target, step, outcome = line.split(" ")
                count += 1
                wanted = expected(value, source, target, step)
                got = outcome if outcome in ("endless", "tooLarge") else F(outcome)
                if wanted != got:
                    print(line, "expected", wanted)
            print("judged", count)
        """#
}
