"""The footer of a language, from a snippet."""

from __future__ import annotations

from portal import changes
from portal.blocks import walking
from portal.blocks.links import LinkValue
from portal.blocks.media import holds_film
from portal.language.languages import SOURCE_LANGUAGE, current_language
from portal.models import Footer
from portal.pages import links
from portal.pages.links import Link

from .reading import reading


def footer_tags(language: str, *args: object) -> tuple[changes.Tag, ...]:
    """Return what the footer of a language depends on."""
    return (changes.snippets("portal.footer"), changes.PAGES, changes.RESTRICTIONS, changes.HOMES, changes.LOCALES)


def footer() -> dict[str, object] | None:
    """Return the footer of the active language: a text, columns of links, legal links, the page for sign language.

    What it promises is there: the columns lead to pages that the reader may open in their own language, the link to sign language to
    a film. The legal links stay, whatever the language behind them. Where the language has no footer it is the source's, and
    `language` says so; None while there is none at all.
    """
    return _footer(current_language().code) or None


@changes.kept("footer", footer_tags)
def _footer(language: str) -> dict[str, object]:
    with reading(language):
        snippets = {
            snippet.locale.language_code: snippet
            for snippet in Footer.objects.filter(
                locale__language_code__in={language, SOURCE_LANGUAGE}, is_finished=True
            ).select_related("locale")
        }
        snippet = snippets.get(language) or snippets.get(SOURCE_LANGUAGE)
        if snippet is None:
            return {}
        # Found together, so that the blocks need not read their pages one list after the other.
        page_ids = walking.references(snippet) | ({snippet.sign_language_page_id} - {None})
        found = links.resolve(page_ids)
        sign_language = found.get(snippet.sign_language_page_id)
        has_film = sign_language is not None and not sign_language.mark and holds_film(sign_language.page.specific)
        empty = set() if has_film or sign_language is None else {sign_language.address}
        columns = [
            {
                "heading": block.value["heading"],
                "links": [
                    link for link in _plain_links(block.value["links"]) if not link.mark and link.address not in empty
                ],
            }
            for block in snippet.body
        ]
        return {
            "language": "" if snippet.locale.language_code == language else snippet.locale.language_code,
            "about": snippet.about,
            "columns": [column for column in columns if column["links"]],
            "legal": _plain_links([block.value for block in snippet.legal]),
            "sign_language": sign_language.plain() if has_film else None,
        }


def _plain_links(values: list[LinkValue]) -> list[Link]:
    """Return links as plain values for the cache; those that lead nowhere are left out."""
    return [link for value in values if (link := value.target).address]
