"""The table of page types in docs/pages.md, made from the classes: `python -m tests.tools.page_types`; `--check` compares."""

from __future__ import annotations

import os
import sys

import django

from portal.settings.environment import BASE_DIR

FILE = BASE_DIR / "docs" / "pages.md"
BEGIN, END = "<!-- page types: made by `python -m tests.tools.page_types` -->\n", "<!-- end of page types -->\n"


def table() -> str:
    """Return the table: each type, what it may lie below, what may lie below it, and its kind."""
    from wagtail.models import Page, get_page_models

    lines = ["| type | lies below | holds | kind |", "| --- | --- | --- | --- |"]
    for model in sorted(get_page_models(), key=lambda model: model._meta.label):
        if model is Page:
            continue
        parents, children = model.allowed_parent_page_models(), model.allowed_subpage_models()
        kinds = ", ".join(f"`{kind}`" for kind in getattr(model, "kinds", ()))
        kind = f"`{model.listing.kind}`" if model.listing else f"section of {kinds}" if kinds else ""
        lines.append(f"| `{model._meta.label}` | {_names(parents)} | {_names(children)} | {kind} |")
    return "\n".join(lines) + "\n"


def _names(models: list[type]) -> str:
    return ", ".join(sorted(f"`{model.__name__}`" for model in models)) or "–"


def written(text: str) -> str:
    """Return the document with the table as the classes have it."""
    before, _, rest = text.partition(BEGIN)
    _, _, after = rest.partition(END)
    return f"{before}{BEGIN}{table()}{END}{after}"


def main() -> int:
    """Write the document; with `--check` say whether it is up to date."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings.test")
    django.setup()
    text = FILE.read_text(encoding="utf-8")
    if "--check" in sys.argv:
        return int(written(text) != text)
    FILE.write_text(written(text), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
