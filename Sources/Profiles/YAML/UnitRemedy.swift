internal import Metrology

/// What to write instead of a unit that is not in the table.
enum UnitRemedy {
    /// What people and manuals write, in small letters, and the UCUM code for it.
    private static let codes = [
        "degc": "Cel", "°c": "Cel", "c": "Cel", "celsius": "Cel", "deg_c": "Cel", "kelvin": "K",
        "degree": "deg", "degrees": "deg", "°": "deg", "rpm": "{rev}/min", "1/min": "{rev}/min",
        "psi": "[psi]", "nm": "N.m", "n·m": "N.m", "ncm": "cN.m", "cnm": "cN.m", "mnm": "mN.m",
        "lbfin": "[lbf_av].[in_i]", "lb-in": "[lbf_av].[in_i]", "lbf.in": "[lbf_av].[in_i]",
        "lbfft": "[lbf_av].[ft_i]", "ft-lb": "[lbf_av].[ft_i]", "lbf.ft": "[lbf_av].[ft_i]",
        "cc": "cm3", "ccm": "cm3", "cc/min": "cm3/min", "lpm": "L/min", "gal": "[gal_us]",
        "mm3/stroke": "mm3/{stroke}", "mm3/st": "mm3/{stroke}",
        "µm": "um", "μm": "um", "micron": "um", "µs": "us", "μs": "us", "sec": "s",
        "percent": "%", "none": "1", "count": "1", "counts": "1", "ω": "Ohm", "mω": "mOhm", "kω": "kOhm",
    ]

    static func text(for written: String) -> String {
        if let code = codes[written.lowercased()] { return "did you mean \(Wording.quoted(code))?" }
        return NearestName.remedy(for: written, among: UnitOfMeasure.table.map(\.code))
    }
}
