extension PartStory {
    /// How the page looks, on a screen and on A4 paper. Verdicts are words, so that it reads without colour.
    static let style = """
        :root { --ink: #1b2430; --dim: #5b6673; --line: #d5dbe2; --soft: #f3f5f8; }
        * { box-sizing: border-box; }
        body { margin: 0; padding: 0 28px; color: var(--ink); background: #fff;
          font: 15px/1.5 "Noto Sans", "Liberation Sans", Helvetica, Arial, sans-serif; }
        main, header { max-width: 1040px; margin: 0 auto; }
        header { padding-top: 28px; padding-bottom: 18px; border-bottom: 3px solid var(--ink); }
        header .verdict { float: right; font-size: 24px; padding: 8px 22px; margin: 8px 0 0 10px; }
        .kind { margin: 0; color: var(--dim); }
        h1 { margin: 0; font-size: 34px; line-height: 1.2; overflow-wrap: anywhere; }
        .item { margin: 2px 0 0; color: var(--dim); overflow-wrap: anywhere; }
        .test { margin: 0 -28px; padding: 8px; max-width: none; text-align: center; font-weight: bold;
          color: #5a3c00; background: #ffe9b8; border-bottom: 1px solid #e0b95a; }
        section { padding: 8px 0 14px; border-bottom: 1px solid var(--line); }
        section:last-child { border-bottom: 0; }
        h2 { font-size: 20px; margin: 16px 0 8px; }
        h3 { font-size: 15px; margin: 20px 0 6px; }
        p { margin: 6px 0; max-width: 80ch; }
        ul { margin: 4px 0; padding-left: 22px; }
        .verdict { display: inline-block; padding: 1px 8px; border-radius: 4px; font-weight: bold;
          font-size: 12px; letter-spacing: .03em; border: 1.5px solid; white-space: nowrap; }
        .pass { color: #0d5c2c; background: #e3f5e9; }
        .fail { color: #951b1b; background: #fde8e8; }
        .open { color: #7a4d00; background: #fff1d6; }
        dl { display: grid; grid-template-columns: 1fr 1fr; gap: 0 28px; margin: 8px 0; }
        dl div { display: grid; grid-template-columns: 150px 1fr; padding: 4px 0;
          border-bottom: 1px solid var(--line); }
        dt { color: var(--dim); }
        dd { margin: 0; overflow-wrap: anywhere; }
        table { width: 100%; border-collapse: collapse; font-size: 13px; }
        th { text-align: left; color: var(--dim); font-weight: normal;
          border-bottom: 1.5px solid var(--ink); padding: 4px 10px 4px 0; vertical-align: bottom; }
        td { padding: 4px 10px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top;
          overflow-wrap: anywhere; }
        td:last-child, th:last-child { padding-right: 0; }
        small { color: var(--dim); font-size: 11px; white-space: nowrap; }
        code, pre { font: 11.5px/1.45 "Noto Sans Mono", "Liberation Mono", monospace; }
        code { overflow-wrap: anywhere; }
        .measured td:nth-child(3), .measured td:nth-child(4) { white-space: nowrap; }
        .gauges td:nth-child(3), .gauges td:nth-child(4) { white-space: nowrap; }
        .timeline td:first-child, .decided td:first-child { width: 4.5em; }
        .timeline td:nth-child(2) { width: 15em; white-space: nowrap; }
        figure { margin: 12px 0; break-inside: avoid; }
        figcaption { font-size: 12px; color: var(--dim); overflow-wrap: anywhere; }
        pre { margin: 4px 0 0; padding: 8px 10px; background: var(--soft); overflow-x: auto; }
        @media screen and (max-width: 720px) { dl { grid-template-columns: 1fr; } }
        @media print {
          @page { size: A4; margin: 14mm 13mm 16mm; }
          body { font-size: 9.5pt; padding: 0; }
          main, header { max-width: none; }
          header { padding-top: 0; }
          h2, h3 { break-after: avoid; }
          tr, dl div { break-inside: avoid; }
          thead { display: table-header-group; }
          table { font-size: 8pt; }
          th, td { padding-top: 2px; padding-bottom: 2px; }
          dl div { grid-template-columns: 28mm 1fr; padding: 2px 0; }
          section { padding: 2px 0 8px; }
          code, pre { font-size: 7pt; }
          small { font-size: 7pt; }
          pre { white-space: pre-wrap; border: 1px solid var(--line); }
          .verdict, .test, pre { print-color-adjust: exact; }
          td .verdict { font-size: 7pt; padding: 0 5px; border-width: 1px; }
          header .verdict { font-size: 16pt; }
          .test { margin: 0 0 10px; }
        }
        """
}
