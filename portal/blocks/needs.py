"""What the blocks of a page show of other pages and of files, found before any of them is rendered: so it is read together.

A block that shows more than is chosen in it says so itself: `linked_pages()` names the ids of pages that it links to, `shown_pages(value)`
of those that it shows as cards, by what is stored of it, in the active language; `shows_children` and `shows_all` say what they are called.
"""

from __future__ import annotations

from typing import Any

from portal.pages.readers import Needs

from .files import FileChooserMixin
from .walking import every, stored_parts


def needs_of(instance: Any) -> Needs:
    """Return what is to be read for the blocks of an object. No query but for what is kept."""
    needs = Needs()
    for whole in stored_parts(instance):
        for part in every(whole):
            block = part.block
            if linked := getattr(block, "linked_pages", None):
                needs.linked |= linked()
            if shown := getattr(block, "shown_pages", None):
                needs.shown |= shown(part.value)
            needs.children |= getattr(block, "shows_children", False)
            if part.value and getattr(block, "shows_all", False):
                needs.whole.add(int(part.value))
            if part.value and isinstance(block, FileChooserMixin):
                needs.files.setdefault(block.model_class, set()).add(int(part.value))
    return needs
