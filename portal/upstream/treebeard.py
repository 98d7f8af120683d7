"""Paths in the tree of pages, which treebeard keeps to itself."""

from __future__ import annotations

from wagtail.models import Page


def path_after(parent: Page, last: str) -> str:
    """Return the path that the next page below another gets.

    treebeard 5.3 gives a path to one page alone, with queries (`add_child`). This can go when it adds many at once.

    Args:
        last: the path of the last page below it, empty where there is none.
    """
    return Page(path=last)._inc_path() if last else Page._get_path(parent.path, parent.depth + 1, 1)


def free_path(parent: Page) -> str:
    """Return the path that the next page below another gets; what hangs there with a path of broken length or letters does not count.

    treebeard's own ways (`add_child`, `move`) fail where the tree is broken
    (django-treebeard#235). This can go when it repairs a branch by itself.
    """
    below = Page.objects.filter(path__startswith=parent.path).values_list("path", flat=True)
    length = len(parent.path) + Page.steplen
    taken = [path[-Page.steplen :] for path in below if len(path) == length and not set(path) - set(Page.alphabet)]
    return Page._get_path(parent.path, parent.depth + 1, max(map(Page._str2int, taken), default=0) + 1)
