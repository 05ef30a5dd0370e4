"""A real browser looks at the curve on the station page: usage curve_page_judge.py URL SERIAL PEAK PICTURE.

Waits until the curve of SERIAL is drawn, then checks that it is a line of many points within its card, that
both limits are lines, that the peak is said, that nothing scrolls and nothing came from elsewhere."""

import json
import sys

from playwright.sync_api import sync_playwright

url, serial, peak, picture = sys.argv[1:]

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    problems, elsewhere = [], []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("request", lambda asked: elsewhere.append(asked.url) if not asked.url.startswith(url) else None)
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_function(
        "serial => document.getElementById('curve-title').textContent === serial"
        " && document.querySelector('#curve-chart path.torque') !== null", arg=serial, timeout=30_000)
    page.screenshot(path=picture)
    seen = page.evaluate("""() => {
        const box = (element) => element.getBoundingClientRect();
        const [card, line] = [document.getElementById('live'), document.querySelector('path.torque')];
        return {
            points: line.getAttribute('d').split('L').length,
            limits: [...document.querySelectorAll('#curve-chart line.edge')].map((l) => box(l).y),
            texts: [...document.querySelectorAll('#curve-chart text')]
                .map((text) => [text.textContent, box(text).height]),
            peak: document.getElementById('curve-peak').textContent,
            isInside: box(line).x >= box(card).x && box(line).right <= box(card).right
                && box(line).y >= box(card).y && box(line).bottom <= box(card).bottom,
            height: box(line).height,
            scrolls: document.documentElement.scrollHeight > innerHeight + 1,
        };
    }""")
    browser.close()

assert not problems and not elsewhere, (problems, elsewhere)
assert seen["points"] > 200 and seen["isInside"] and seen["height"] > 60 and not seen["scrolls"], seen
assert len(seen["limits"]) == 2 and seen["limits"][0] > seen["limits"][1], seen
assert [text for text, _ in seen["texts"]] == ["25", "30"], seen
# Three metres: what is read from there is at least a fortieth of the page's height.
assert all(height >= 20 for _, height in seen["texts"]), seen
assert seen["peak"] == f"peak {peak} N·m", seen
print(json.dumps({"points": seen["points"]}))
