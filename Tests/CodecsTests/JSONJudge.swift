/// The `rfc8785` package of PyPI as a second opinion on canonical JSON.
enum JSONJudge {
    /// What the judge writes otherwise, a line each, and at the end how many lines it judged.
    static func disagreements(_ documents: [String]) throws -> String {
        try PythonJudge.output(of: script, about: documents)
    }

    private static let script = """
        import json, sys, rfc8785
        lines = open(sys.argv[1], "rb").read().split(b"\\n")[:-1]
        for line in lines:
            if rfc8785.dumps(json.loads(line)) != line:
                print("otherwise", line, rfc8785.dumps(json.loads(line)))
        print("judged", len(lines))
        """
}
