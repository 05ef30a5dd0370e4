"""A real browser looks at the station page: usage page_judge.py URL WORD [PICTURE [WIDTH HEIGHT]].

Waits until the large panel says WORD, then checks that nothing scrolls, that the page names the part and that
it says that everything is simulated; writes a PICTURE where one is named."""

import json
import sys

from playwright.sync_api import sync_playwright

url, word = sys.argv[1], sys.argv[2]
picture = sys.argv[3] if len(sys.argv) > 3 else None
width, height = (int(sys.argv[4]), int(sys.argv[5])) if len(sys.argv) > 5 else (1280, 800)

with sync_playwright() as playwright:
    browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
    page = browser.new_page(viewport={"width": width, "height": height})
    problems = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on("requestfailed", lambda request: problems.append(f"failed: {request.url}"))
    elsewhere = []
    page.on("request", lambda request: elsewhere.append(request.url) if not request.url.startswith(url) else None)
    page.goto(url, wait_until="domcontentloaded")
    page.wait_for_function(
        "word => document.getElementById('word').textContent.trim() === word", arg=word, timeout=60_000)
    if picture:
        page.screenshot(path=picture)
    seen = page.evaluate("""() => ({
        serial: document.getElementById('serial').textContent,
        scrolls: document.documentElement.scrollHeight > innerHeight + 1
            || document.documentElement.scrollWidth > innerWidth + 1,
        text: document.body.innerText,
    })""")
    browser.close()

assert not problems, problems
assert not elsewhere, f"the page fetched from elsewhere: {elsewhere}"
assert not seen["scrolls"], "the page scrolls"
assert "SIMULATED" in seen["text"], "the page does not say that it is simulated"
print(json.dumps({"serial": seen["serial"]}))
