"""PO files: handing a translation out and taking it back in."""

from __future__ import annotations

import re
from pathlib import Path
from tempfile import TemporaryDirectory

import polib
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import npgettext, pgettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail_localize.models import (
    StringNotUsedInContext,
    Translation,
    UnknownContext,
    UnknownString,
)
from wagtail_localize.views import edit_translation

from portal.language.texts import plain_html
from translation.guards import for_target, get_translation_and_target

ID_FIELD = "X-WagtailLocalize-TranslationID"
MAX_SIZE = 10 * 1024 * 1024
WARNINGS_SHOWN = 5

download = for_target(writes=False)(edit_translation.download_pofile)


_POSITION_IN_TABLE = re.compile(r"\.(?:(rows)\.\d+\.\d+|columns\.\d+)$")


def current_path(path: str) -> str:
    """Return the content path of a text now; files may still name cells of tables by row and column."""
    return _POSITION_IN_TABLE.sub(lambda match: ".cells" if match[1] else ".columns", path)


class UnusableFileError(Exception):
    """The uploaded file cannot be imported; its text says why, for the person who sent it."""


def read(file: UploadedFile | None, translation: Translation) -> polib.POFile:
    """Return the PO file that was uploaded for a translation.

    Raises:
        UnusableFileError: there is no file, it is no PO file, or it belongs to another translation.
    """
    if file is None:
        raise UnusableFileError(pgettext("admin", "Please choose a PO file."))
    if (file.size or 0) > MAX_SIZE:
        raise UnusableFileError(pgettext("admin", "The file is too large to be a PO file of this page."))
    with TemporaryDirectory() as folder:
        # polib takes a path or a text. Given the text, it would open the file that the text names.
        path = Path(folder) / "upload.po"
        path.write_bytes(file.read())
        try:
            po = polib.pofile(str(path))
        except (OSError, ValueError, LookupError) as error:
            raise UnusableFileError(pgettext("admin", "Please upload a valid PO file.")) from error
    if any("\0" in text for entry in po for text in (entry.msgid, entry.msgstr, entry.msgctxt or "")):
        raise UnusableFileError(pgettext("admin", "Please upload a valid PO file."))
    for entry in po:
        # Files that were handed out before texts were stored in one form, or that a tool wrote in another, still fit.
        entry.msgid, entry.msgstr = plain_html(entry.msgid), plain_html(entry.msgstr)
        entry.msgctxt = current_path(entry.msgctxt or "")
    if ID_FIELD not in po.metadata:
        raise UnusableFileError(
            pgettext(
                "admin",
                "The file does not say which translation it belongs to (%(field)s). Please download the PO file anew.",
            )
            % {"field": ID_FIELD}
        )
    if po.metadata[ID_FIELD] != str(translation.uuid):
        raise UnusableFileError(
            pgettext("admin", "Cannot import PO file that was created for a different translation.")
        )
    return po


def warning_text(warning: object) -> str:
    """Return one of wagtail-localize's import warnings as a sentence."""
    match warning:
        case StringNotUsedInContext():
            return pgettext("admin", "“%(text)s” does not stand at “%(place)s”.") % {
                "text": warning.string,
                "place": warning.context,
            }
        case UnknownContext():
            return pgettext("admin", "There is no place “%(place)s”.") % {"place": warning.context or ""}
        case UnknownString():
            return pgettext("admin", "The text “%(text)s” is not in the source.") % {"text": warning.string}
    return str(warning)


def report(request: HttpRequest, po: polib.POFile, warnings: list) -> None:
    """Say what was imported, and what was not and why."""
    skipped = {warning.index for warning in warnings}
    count = sum(1 for index, entry in enumerate(po) if entry.msgstr and index not in skipped)
    if count:
        messages.success(
            request,
            npgettext(
                "admin",
                "Imported %(count)d translation from the PO file.",
                "Imported %(count)d translations from the PO file.",
                count,
            )
            % {"count": count},
        )
    else:
        messages.error(
            request, pgettext("admin", "Nothing was imported: the PO file holds no translation of this text.")
        )
    if warnings:
        lines = [warning_text(warning) for warning in warnings[:WARNINGS_SHOWN]]
        if len(warnings) > WARNINGS_SHOWN:
            lines.append("…")
        head = npgettext("admin", "%(count)d entry was skipped:", "%(count)d entries were skipped:", len(warnings))
        messages.warning(request, " ".join([head % {"count": len(warnings)}, *lines]))


@require_POST
@for_target(writes=True)
def upload(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Import a PO file, or say why it cannot be."""
    translation, _target = get_translation_and_target(translation_id)
    try:
        po = read(request.FILES.get("file"), translation)
    except UnusableFileError as error:
        messages.error(request, str(error))
    else:
        report(request, po, translation.import_po(po, user=request.user, tool_name="PO File"))
    return redirect(get_valid_next_url_from_request(request) or reverse("wagtailadmin_home"))
