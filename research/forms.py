"""The editing form of data sets: a file or a typed table, checked whole, and shown for what it changes before it changes anything."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext, pgettext_lazy
from wagtail.admin.widgets import AdminAutoHeightTextInput
from wagtail.models import Page

from portal.facts import figures, shown
from portal.models import Fact
from portal.models.page_form import BasePageForm
from portal.templatetags.value_tags import listed

from . import cells
from .datasets import MOST_BYTES, BrokenCSV, Difference, Table, compared, decoded, read, too_large
from .history import parsed

MOST_SHOWN = 30
"""So many changes are named; of the others their number."""


def digest(csv: str) -> str:
    """Return by what a table is known that somebody has agreed to."""
    return hashlib.sha256(csv.strip().encode()).hexdigest()[:16]


def with_plain_line_ends(csv: str) -> str:
    """Return a table as it is kept: browsers send what stands in a field with other line ends than they were given."""
    return csv.replace("\r\n", "\n").replace("\r", "\n").strip("\n")


class ListsErrors(forms.Widget):
    """A widget whose errors stand in a list, each with its line; Wagtail writes those of others into one paragraph."""

    def render_with_errors(self, name: str, value: object, attrs: dict[str, Any] | None = None, errors: Iterable[str] = ()) -> SafeString:
        """Return the widget below its errors, which describe it."""
        attrs = attrs or {}
        key = f"{attrs.get('id')}-problems"
        described = " ".join(filter(None, [attrs.get("aria-describedby"), key]))
        widget = self.render(name, value, {**attrs, "aria-invalid": "true", "aria-describedby": described})
        lines = format_html_join("", "<li>{}</li>", ((error,) for error in errors))
        return format_html('<ul class="problems" id="{}">{}</ul>{}', key, lines, widget)


class TableWidget(ListsErrors, AdminAutoHeightTextInput):
    """The field for a typed table."""


class FileWidget(ListsErrors, forms.ClearableFileInput):
    """The field for a file with a table."""


class AgreementWidget(ListsErrors, forms.CheckboxInput):
    """A box whose value is the table that was shown: another one has to be agreed to anew."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, check_test=bool)

    def value_from_datadict(self, data: Any, files: Any, name: str) -> str:
        """Return which table was agreed to."""
        return str(data.get(name) or "")


class DataPageForm(BasePageForm):
    """The form of a data set. A file takes the place of the table in its field; what is refused leaves all else as it is."""

    upload = forms.FileField(
        required=False,
        label=pgettext_lazy("admin", "upload a CSV file"),
        help_text=pgettext_lazy(
            "admin",
            "In UTF-8, at most 1 MB. The first line names the columns; the first column holds the years, days or names of the rows; "
            "columns called basis, edition, state or note hold words, all others numbers. It replaces the table below.",
        ),
        widget=FileWidget(attrs={"accept": ".csv,.tsv,.txt,text/csv"}),
    )
    agreed = forms.CharField(
        required=False,
        label=pgettext_lazy("admin", "I have looked at the changes"),
        help_text=pgettext_lazy("admin", "Asked for once a table changes values that were saved before."),
        widget=AgreementWidget(),
    )

    def clean(self) -> dict[str, object]:
        """Read the file, and ask whether what it changes is meant."""
        cleaned: dict[str, Any] = super().clean()
        if "csv" not in self.fields:
            return cleaned
        if (upload := cleaned.get("upload")) is not None:
            self._take(upload, cleaned)
        csv = with_plain_line_ends(cleaned.get("csv") or "")
        if "csv" in cleaned:
            cleaned["csv"] = csv
        if csv and "upload" not in self.errors and "csv" not in self.errors:
            self._check(csv, cleaned)
        return cleaned

    def _take(self, upload: Any, cleaned: dict[str, Any]) -> None:
        """Put the text of a file into the field for the table; one that is too large is not read."""
        if upload.size > MOST_BYTES:
            self.add_error("upload", too_large(upload.size))
            return
        try:
            text = decoded(upload.read())
            read(text)
        except BrokenCSV as error:
            self.add_error("upload", [ValidationError(str(problem)) for problem in error.problems])
            return
        self._errors.pop("csv", None)
        cleaned["csv"] = with_plain_line_ends(text)
        self._show("csv", cleaned["csv"])

    def _show(self, name: str, value: str) -> None:
        """Let the form show a value where it is shown again."""
        self.data[self.add_prefix(name)] = value

    def _check(self, csv: str, cleaned: dict[str, Any]) -> None:
        """Ask whether the changes of a table are meant. A broken one is named by the page itself."""
        new, old = parsed(csv), parsed(self.initial.get("csv") or "")
        if new is None or not (differences := compared(old, new)):
            return
        wanted = digest(csv)
        self.fields["agreed"].widget.attrs["value"] = wanted
        if cleaned.get("agreed") == wanted:
            return
        self._show("agreed", "")
        lines = [ValidationError(sentence(difference)) for difference in differences[:MOST_SHOWN]]
        bound = [ValidationError(text) for text in changed_figures(self.instance, old, new)]
        if (more := len(differences) - MOST_SHOWN) > 0:
            text = npgettext("admin", "and %(number)d further change", "and %(number)d further changes", more) % {"number": more}
            lines.append(ValidationError(text))
        asked = pgettext("admin", "This table changes what was saved before. Please look at the changes, tick the box and save again.")
        self.add_error("agreed", [ValidationError(asked), *bound, *lines])


def changed_figures(page: Page, old: Table | None, new: Table) -> Iterator[str]:
    """Yield in words what happens to the figures that other pages show of a table: those that lose their cell first."""
    facts = list(Fact.objects.filter(dataset=page.pk, **shown.BOUND).order_by("name")) if page.pk else []
    before, after = ({fact.pk: cells.cell(table, fact.row, fact.column) for fact in facts} for table in (old, new))
    for fact in sorted(facts, key=lambda fact: after[fact.pk] is not None):
        was, now = before[fact.pk], after[fact.pk]
        if was == now:
            continue
        pages = listed(dict.fromkeys(used.title for used in fact.pages_that_use() if used.locale_id == fact.locale_id)) or "–"
        values = {"name": fact.name, "pages": pages}
        if now is None:
            yield pgettext("admin", "The figure “%(name)s” loses its cell: nothing is shown in its place on %(pages)s.") % values
        else:
            values |= {"old": figures.written(was.number, fact.unit) if was else "–", "new": figures.written(now.number, fact.unit)}
            yield pgettext("admin", "The figure “%(name)s” changes from %(old)s to %(new)s on %(pages)s.") % values


def sentence(difference: Difference) -> str:
    """Return a difference in words."""
    values = {"row": difference.key, "column": difference.column, "old": difference.old or "–", "new": difference.new or "–"}
    if not difference.key:
        added = pgettext("admin", "New column: %(column)s")
        return (added if difference.new else pgettext("admin", "Column that is gone: %(column)s")) % values
    if not difference.column:
        return (pgettext("admin", "New row: %(row)s") if difference.new else pgettext("admin", "Row that is gone: %(row)s")) % values
    return pgettext("admin", "%(row)s, %(column)s: %(old)s → %(new)s") % values
