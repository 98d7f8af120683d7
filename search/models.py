"""What the search keeps: documents and their terms, what editors maintain, what was asked.

`Document`, `Term`, `Posting`, `FacetValue` and `TitleStart` are made from pages alone and can be made anew at any time.
"""

from __future__ import annotations

from typing import ClassVar

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import pgettext_lazy
from wagtail.admin.panels import FieldPanel
from wagtail.models import Locale, Page, TranslatableMixin
from wagtail.search import index
from wagtail_localize.fields import TranslatableField

from portal.language.choices import TextChoices

FREQUENCY_UNIT = 10
"""`Posting.frequency` of a word that stands once in running text."""


class Document(models.Model):
    """A real page as the search knows it. It exists as long as the page is real (`portal.pages.versions`)."""

    page = models.OneToOneField(Page, on_delete=models.CASCADE, primary_key=True, related_name="search_document")
    language = models.CharField(max_length=20)
    title = models.CharField(max_length=255)
    text = models.TextField()
    """What visitors read on the page, without its title: snippets are cut from it."""
    stems = models.TextField()
    """The terms of title and text in their order, between blanks: phrases are found in it."""
    length = models.PositiveIntegerField()
    """The number of words."""
    lead = models.TextField(default="")
    """What cards say of the page: shown where no sentence answers."""
    dates = models.JSONField(default=list)
    """When the page is (`portal.listing.dates.Dates.stored`), for the line above its title."""
    change = models.CharField(max_length=100, default="")
    """That what the page announces has changed (`BasePage.change_text`), in its language, for the same line."""
    date = models.DateField(null=True)
    """What “newest first” sorts by."""
    ages = models.BooleanField(default=False)
    """Whether the page is news, which counts less the older it is."""
    facets = models.JSONField(default=dict)
    """The values of each facet, by its name: {"topic": ["return"], …}."""
    digest = models.CharField(max_length=32)
    """A hash of all that the index holds of the page: what has not changed is not written again."""

    class Meta:
        indexes: ClassVar[list] = [models.Index(fields=["language", "length"])]

    def __str__(self) -> str:
        return self.title


class Term(models.Model):
    """A term of a language, with the number of documents that hold it."""

    language = models.CharField(max_length=20)
    term = models.CharField(max_length=80)
    backwards = models.CharField(max_length=80)
    """The term from its last letter to its first: words are sought by their end too."""
    word = models.CharField(max_length=80)
    """The shortest word that the term stands for, as pages write it."""
    documents = models.IntegerField(default=0)

    class Meta:
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["language", "term"], name="search_term_unique"),
        ]

    def __str__(self) -> str:
        return self.word


class Posting(models.Model):
    """How often a term stands in a document, weighted by where, and how long the document is.

    The key holds all columns: the index that belongs to it answers a search without looking at the table.
    """

    pk = models.CompositePrimaryKey("term_id", "document_id", "frequency", "length")
    # No constraints: they would cost more than writing the row.
    term = models.ForeignKey(Term, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="+")
    document = models.ForeignKey(Document, on_delete=models.CASCADE, db_constraint=False, related_name="+")
    frequency = models.IntegerField()
    length = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.term_id} in {self.document_id}"


class FacetValue(models.Model):
    """One value of a facet of a document: what the filters of very large results ask."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=40)
    value = models.CharField(max_length=100)

    class Meta:
        indexes: ClassVar[list] = [models.Index(fields=["name", "value", "document"])]

    def __str__(self) -> str:
        return f"{self.name}: {self.value}"


class TitleStart(models.Model):
    """A title from one of its words on, folded: what suggestions begin with."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(max_length=20)
    start = models.CharField(max_length=60)
    position = models.PositiveSmallIntegerField()
    """Which word of the title it begins with, from 0; parts of compounds count behind all words."""

    def __str__(self) -> str:
        return self.start


class OfferedFile(models.Model):
    """A file that a document's page offers: what is searched with the page, and which pages change with the file."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    file = models.ForeignKey("portal.PortalDocument", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"{self.file_id} on {self.document_id}"


class FileText(models.Model):
    """The text of an uploaded file, found with the pages that offer it."""

    document = models.OneToOneField(
        "portal.PortalDocument", on_delete=models.CASCADE, primary_key=True, related_name="file_text"
    )

    class Problem(TextChoices):
        """Why the text of a file is not searched."""

        KIND = "kind", pgettext_lazy("admin", "No text is read from files of this kind.")
        SIZE = "size", pgettext_lazy("admin", "Its text is not searched: it is larger than 100 MB.")
        PARTLY = "partly", pgettext_lazy("admin", "Only the beginning of its text is searched: reading it took too long.")
        TIME = "time", pgettext_lazy("admin", "Its text is not searched: reading it took too long.")
        MEMORY = "memory", pgettext_lazy("admin", "Its text is not searched: reading it took too much memory.")
        BROKEN = "broken", pgettext_lazy("admin", "Its text is not searched: the file is damaged, or locked with a password.")
        LOST = "lost", pgettext_lazy("admin", "Its text is not searched: the file is not there.")

    file_hash = models.CharField(max_length=40)
    """The file that the text was read from."""
    text = models.TextField(blank=True)
    problem = models.CharField(max_length=10, blank=True, choices=Problem.as_choices)

    def __str__(self) -> str:
        return str(self.document)


class IndexVersion(models.Model):
    """The analysis that the index was made with; there is one row at most."""

    version = models.CharField(max_length=100)

    def __str__(self) -> str:
        return self.version


# --- what editors maintain ----------------------------------------------------------------------------------------------


def _lines(text: str) -> list[str]:
    return [line for line in (" ".join(line.split()) for line in text.splitlines()) if line]


class Synonyms(TranslatableMixin, index.Indexed, models.Model):
    """Expressions that mean the same: who searches for one finds pages that use another."""

    expressions = models.TextField(
        pgettext_lazy("admin", "expressions"),
        help_text=pgettext_lazy(
            "admin",
            "One in each line, words or short phrases: “FAP”, “Unterstützungsprogramm Familiennachzug”. Who searches for one "
            "finds pages with any of them.",
        ),
    )

    panels: ClassVar[list] = [FieldPanel("expressions")]
    translatable_fields: ClassVar[list] = [TranslatableField("expressions")]
    search_fields: ClassVar[list] = [index.AutocompleteField("expressions"), index.FilterField("locale_id")]

    class Meta(TranslatableMixin.Meta):
        verbose_name = pgettext_lazy("admin", "synonyms")
        verbose_name_plural = pgettext_lazy("admin", "synonyms")
        ordering: ClassVar[list] = ["expressions"]

    def __str__(self) -> str:
        return " = ".join(self.lines)

    @property
    def lines(self) -> list[str]:
        """Return the expressions."""
        return _lines(self.expressions)

    def clean(self) -> None:
        """Refuse fewer than two expressions, and expressions too long for a query."""
        super().clean()
        if len(set(map(str.casefold, self.lines))) < 2:
            raise ValidationError(
                {"expressions": pgettext_lazy("admin", "Please write at least two different expressions, one in each line.")}
            )
        if any(len(line) > 100 for line in self.lines):
            raise ValidationError(
                {"expressions": pgettext_lazy("admin", "An expression has at most 100 characters.")}
            )


class PromotedResult(models.Model):
    """A page that stands above all results of certain queries, in one language."""

    locale = models.ForeignKey(Locale, on_delete=models.CASCADE, related_name="+", verbose_name=pgettext_lazy("admin", "language"))
    queries = models.TextField(
        pgettext_lazy("admin", "queries"),
        help_text=pgettext_lazy(
            "admin", "What visitors search for, one query in each line. Inflected forms and word order do not matter."
        ),
    )
    page = models.ForeignKey(
        Page,
        on_delete=models.CASCADE,
        related_name="+",
        verbose_name=pgettext_lazy("admin", "page"),
        help_text=pgettext_lazy("admin", "Shown as long as it can be read in this language."),
    )
    text = models.CharField(
        pgettext_lazy("admin", "text"),
        max_length=250,
        blank=True,
        help_text=pgettext_lazy("admin", "One sentence below the title. Left empty, the page's own lead is shown."),
    )
    sort_order = models.PositiveSmallIntegerField(
        pgettext_lazy("admin", "order"),
        default=0,
        help_text=pgettext_lazy("admin", "Of several results for one query, the smallest number comes first."),
    )

    class Meta:
        verbose_name = pgettext_lazy("admin", "promoted result")
        verbose_name_plural = pgettext_lazy("admin", "promoted results")
        ordering: ClassVar[list] = ["sort_order", "pk"]

    def __str__(self) -> str:
        # Without the page: not everybody who works with promoted results may know its title.
        return ", ".join(self.lines)

    @property
    def page_title(self) -> str:
        """Return the page's title for a list of the admin."""
        return self.page.get_admin_display_title()

    @property
    def lines(self) -> list[str]:
        """Return the queries."""
        return _lines(self.queries)


class BlockedSuggestion(models.Model):
    """A word or query that is never suggested, neither while typing nor as “did you mean”."""

    locale = models.ForeignKey(
        Locale, on_delete=models.CASCADE, related_name="+", verbose_name=pgettext_lazy("admin", "language")
    )
    text = models.CharField(
        pgettext_lazy("admin", "suggestion"),
        max_length=200,
        help_text=pgettext_lazy("admin", "Suggestions that hold these words are not shown."),
    )

    class Meta:
        verbose_name = pgettext_lazy("admin", "blocked suggestion")
        verbose_name_plural = pgettext_lazy("admin", "blocked suggestions")
        ordering: ClassVar[list] = ["locale", "text"]
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["locale", "text"], name="search_blocked_suggestion_unique"),
        ]

    def __str__(self) -> str:
        return self.text


# --- what was asked -----------------------------------------------------------------------------------------------------


class AskedQuery(models.Model):
    """How often a query was asked on one day in one language, and how many pages it found. Nothing about who asked."""

    day = models.DateField()
    language = models.CharField(max_length=20)
    query = models.CharField(max_length=200)
    searches = models.PositiveIntegerField(default=0)
    results = models.PositiveIntegerField(default=0)
    """How many pages it found when it was asked last."""
    step = models.CharField(max_length=12, default="all")
    """How they were found, see `search.service.Step`."""

    class Meta:
        verbose_name = pgettext_lazy("admin", "search of the website")
        verbose_name_plural = pgettext_lazy("admin", "searches of the website")
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["day", "language", "query"], name="search_asked_query_unique"),
        ]
        indexes: ClassVar[list] = [models.Index(fields=["language", "query"])]

    def __str__(self) -> str:
        return self.query


class Click(models.Model):
    """How often a page was opened from the results of a query, on one day in one language."""

    day = models.DateField()
    language = models.CharField(max_length=20)
    query = models.CharField(max_length=200)
    page = models.ForeignKey(Page, on_delete=models.CASCADE, related_name="+")
    clicks = models.PositiveIntegerField(default=0)
    positions = models.PositiveIntegerField(default=0)
    """The sum of the positions, from 1, at which the page was opened: divided by `clicks` it is their mean."""

    class Meta:
        constraints: ClassVar[list] = [
            models.UniqueConstraint(fields=["day", "language", "query", "page"], name="search_click_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.query} → {self.page_id}"
