"""What the tests judge of a page in the browser: axe, contrast in every script, texts that do not fit."""

from __future__ import annotations

from tests.support import tool_path

AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


# axe leaves most Arabic text out of the contrast rule (version 4.14.1 judges about a third of it on the home page): it measures
# Latin letters in its place. Each letter is lent one, so that the text keeps its elements, their styles and about its length.
_LEND_LATIN_LETTERS = r"""() => {
    const arabic = /[\u0600-\u06ff\u0750-\u077f\u0870-\u08ff\ufb50-\ufdff\ufe70-\ufefc]/g;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    window.ownTexts = [];
    while (walker.nextNode()) {
        const text = walker.currentNode.data;
        if (text.search(arabic) >= 0) window.ownTexts.push([walker.currentNode, text]);
    }
    for (const [node, text] of window.ownTexts) node.data = text.replace(arabic, "n");
    return window.ownTexts.length;
}"""
_GIVE_BACK_LETTERS = "() => { for (const [node, text] of window.ownTexts) node.data = text; }"


def _run_axe(page: object, **options: object) -> list[str]:
    """Return what axe finds with these options, one line for each element."""
    if not page.evaluate("typeof axe === 'object'"):
        page.add_script_tag(path=tool_path("axe-core"))
    found = page.evaluate("options => axe.run(document, options)", {"resultTypes": ["violations"], **options})["violations"]
    return [
        f"{violation['id']}: {node['html'][:160]} – {' '.join((node.get('failureSummary') or '').split())[:240]}"
        for violation in found
        for node in violation["nodes"]
    ]


def contrast_violations(page: object) -> list[str]:
    """Return the texts with too little contrast, whatever their script; the text of the page is as before afterwards."""
    page.evaluate(_LEND_LATIN_LETTERS)
    try:
        return _run_axe(page, runOnly=["color-contrast"])
    finally:
        page.evaluate(_GIVE_BACK_LETTERS)


def axe_violations(page: object) -> list[str]:
    """Return what axe finds wrong on a Playwright page, one line for each element; the page's context bypasses CSP."""
    rules = {"target-size": {"enabled": True}, "color-contrast": {"enabled": False}}
    return _run_axe(page, runOnly=AXE_TAGS, rules=rules) + contrast_violations(page)


def overflow(page: object) -> int:
    """Return by how many pixels a page is wider than its window."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


# Lines of text that stand out of the window at the sides. What scrolls by itself may; what is hidden from sight on purpose is
# moved away or cut to a pixel.
_CUT_OFF = r"""() => {
    const scrolls = element => ["auto", "scroll"].includes(getComputedStyle(element).overflowX);
    const leftOut = element => {
        for (let at = element; at && at !== document.body; at = at.parentElement)
            if (scrolls(at) || at.matches(".vh, .skip, [aria-hidden=true]")) return true;
        return false;
    };
    const width = document.documentElement.clientWidth;
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    const found = [];
    while (walker.nextNode()) {
        const node = walker.currentNode;
        if (!node.data.trim() || !node.parentElement.checkVisibility() || leftOut(node.parentElement)) continue;
        const range = document.createRange();
        range.selectNodeContents(node);
        if ([...range.getClientRects()].some(line => line.right > width + 1 || line.left < -1)) found.push(node.data.trim().slice(0, 80));
    }
    return found;
}"""


def cut_off(page: object) -> list[str]:
    """Return the texts that do not fit into the window: `main` cuts them off, so that the page does not scroll sideways."""
    return page.evaluate(_CUT_OFF)
