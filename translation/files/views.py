"""Files in the admin: handing a translation out, showing what a file that comes back would do, and doing it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from django.contrib.admin.utils import quote
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ObjectDoesNotExist
from django.core.files.uploadedfile import UploadedFile
from django.db.models import Model
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import npgettext, pgettext
from django.views.decorators.http import require_POST
from wagtail.admin import messages
from wagtail.admin.views.pages.utils import get_valid_next_url_from_request
from wagtail.models import Page
from wagtail.rich_text import get_text_for_indexing
from wagtail_localize.models import Translation

from portal.admin import titles
from portal.language.languages import languages_by_code
from translation.differences import difference
from translation.files import archives, checking, writing
from translation.files.checking import TAKEN, Line, Outcome, Plan
from translation.files.units import FORMATS, UnusableFileError, name_of_file
from translation.guards import for_target, get_translation_and_target, refuse
from translation.permissions import reason_against_change

MOST_SEALED = 2 * 1024 * 1024
"""So many bytes a form carries at most (`DATA_UPLOAD_MAX_MEMORY_SIZE`, with room for its other fields)."""
LINES = 300
"""So many texts of a file are shown with their words; all are counted."""


@dataclass
class Looked:
    """What was sent, and what it would do: plans by file, and why others are left out."""

    plans: list[tuple[str, Plan]] = field(default_factory=list)
    errors: list[tuple[str, str]] = field(default_factory=list)
    tool: str = ""


def look(user: AbstractBaseUser, upload: UploadedFile | None, expected: Sequence[Translation]) -> Looked:
    """Return what a file, or a zip of files, would do to translations. Nothing is written.

    Raises:
        UnusableFileError: nothing of it can be read.
    """
    by_uuid = {str(one.uuid): one for one in expected}
    found, seen = Looked(), set()
    for name, data in archives.unpack(upload):
        try:
            contents, found.tool = archives.read(data)
            if not contents:
                raise UnusableFileError(pgettext("admin", "The file holds no texts."))
            for content in contents:
                translation = checking.translation_of(content, by_uuid)
                if reason := reason_against_change(user, _target_of(translation)):
                    raise UnusableFileError(reason)
                if translation.pk in seen:
                    raise UnusableFileError(pgettext("admin", "Another file holds the same translation."))
                seen.add(translation.pk)
                found.plans.append((name, checking.check(translation, content)))
        except UnusableFileError as error:
            found.errors.append((name, str(error)))
    return found


def _target_of(translation: Translation) -> Model:
    try:
        return translation.get_target_instance()
    except ObjectDoesNotExist as error:
        raise UnusableFileError(pgettext("admin", "The page of this translation is gone.")) from error


def preview(request: HttpRequest, expected: Sequence[Translation], back: str) -> HttpResponse:
    """Answer an upload with what it would do, and a button that does it; where nothing can be read, say why and lead back.

    Args:
        expected: what may be meant.
        back: the address where the person came from, and goes on.
    """
    try:
        looked = look(request.user, request.FILES.get("file"), expected)
    except UnusableFileError as error:
        messages.error(request, str(error))
        return redirect(back)
    if not looked.plans and len(looked.errors) == 1:
        messages.error(request, looked.errors[0][1])
        return redirect(back)
    return _show(request, looked, back)


def _show(request: HttpRequest, looked: Looked, back: str) -> HttpResponse:
    taken, conflicts = (
        [one for _name, plan in looked.plans for one in writing.changes_of(plan, plan.of(*outcomes))]
        for outcomes in (TAKEN, (Outcome.CONFLICT,))
    )
    sealed = {"changes": writing.seal(request.user, taken), "conflicts": writing.seal(request.user, conflicts)}
    if sum(map(len, sealed.values())) > MOST_SEALED:
        messages.error(request, pgettext("admin", "These are too many texts at once. Please import fewer files at a time."))
        return redirect(back)
    room = LINES
    files = []
    for name, plan in looked.plans:
        shown = plan.of(Outcome.REFUSED, Outcome.CONFLICT, Outcome.CHANGED, Outcome.NEW)[:room]
        room -= len(shown)
        files.append(_file(request.user, name, plan, shown))
    context = {
        "files": files,
        "errors": looked.errors,
        "sealed": sealed,
        "number": len(taken),
        "conflicts": len(conflicts),
        "tool": looked.tool,
        "back": back,
        "is_cut": room <= 0,
    }
    return render(request, "translation/files_preview.html", context)


def _file(user: AbstractBaseUser, name: str, plan: Plan, shown: Iterable[Line]) -> dict[str, object]:
    code = plan.translation.target_locale.language_code
    return {
        "name": name,
        "title": title_of(user, plan.translation),
        "language": plan.translation.target_locale.get_display_name(),
        "code": code,
        "direction": languages_by_code()[code].direction if code in languages_by_code() else "auto",
        "counts": [(one, number) for one in Outcome if (number := len(plan.of(one)))],
        "lines": [
            {
                "line": line,
                "source": readable(line.source),
                "change": _diff(line),
            }
            for line in shown
        ],
    }


def _diff(line: Line) -> SafeString:
    if line.unit is None or not line.after:
        return SafeString("")
    return difference(readable(line.unit.data), readable(line.after))


def readable(text: str) -> str:
    """Return a text of wagtail-localize as it is read, without its tags."""
    return " ".join(get_text_for_indexing(text).split())


def title_of(user: AbstractBaseUser, translation: Translation) -> str:
    """Return the title by which a person may know what a translation is of: whoever translates it, by its version."""
    target = _target_of(translation)
    return titles.title_for(user, target) if isinstance(target, Page) else str(target)


def edit_address(target: Model) -> str:
    """Return where an object is translated."""
    if isinstance(target, Page):
        return reverse("wagtailadmin_pages:edit", args=[target.pk])
    return reverse(target.snippet_viewset.get_url_name("edit"), args=[quote(target.pk)])


@for_target(writes=False)
def of_translation(request: HttpRequest, translation_id: int) -> HttpResponse:
    """Offer the files of one translation; show what one that is sent back would do."""
    translation, target = get_translation_and_target(translation_id)
    here = reverse("translation_files", args=[translation.pk])
    if request.method == "POST":
        if reason := reason_against_change(request.user, target):
            return refuse(request, reason)
        return preview(request, [translation], here)
    context = {
        "title": title_of(request.user, translation),
        "language": translation.target_locale.get_display_name(),
        "back": edit_address(target),
        "groups": [
            {"language": "", "files": [(name_of_format(one), reverse("translation_file", args=[translation.pk, one])) for one in FORMATS]}
        ],
    }
    return render(request, "translation/files.html", context)


@for_target(writes=False)
def download(request: HttpRequest, translation_id: int, file_format: str = "po") -> HttpResponse:
    """Hand a translation out.

    Raises:
        Http404: there is no such format.
    """
    if file_format not in FORMATS:
        raise Http404
    translation, _target = get_translation_and_target(translation_id)
    data = archives.write(translation, file_format)
    return attachment(data, name_of_file(translation, FORMATS[file_format]), archives.MIME_TYPES[file_format])


def name_of_format(file_format: str) -> str:
    """Return the name of a format as people know it."""
    return {"po": "PO", "xliff": "XLIFF 2.1", "xliff-1.2": "XLIFF 1.2"}[file_format]


def attachment(data: bytes, name: str, mime_type: str) -> HttpResponse:
    """Return a file as an answer that browsers store."""
    return HttpResponse(data, content_type=mime_type, headers={"Content-Disposition": f'attachment; filename="{name}"'})


@require_POST
def apply(request: HttpRequest) -> HttpResponse:
    """Write what a person has seen and said yes to; all of it or nothing."""
    back = get_valid_next_url_from_request(request) or reverse("wagtailadmin_home")
    try:
        changes = writing.unseal(request.user, request.POST.get("changes", ""))
        if "with_conflicts" in request.POST:
            changes += writing.unseal(request.user, request.POST.get("conflicts", ""))
        if reason := _reason_against(request.user, changes):
            return refuse(request, reason)
        number = writing.write(request.user, changes, "PO File" if request.POST.get("tool") == "PO File" else "XLIFF")
    except UnusableFileError as error:
        messages.error(request, str(error))
        return redirect(back)
    if number:
        text = npgettext("admin", "%(count)d translation was imported.", "%(count)d translations were imported.", number)
        messages.success(request, text % {"count": number})
    else:
        messages.info(request, pgettext("admin", "All of it stands here already. Nothing was changed."))
    return redirect(back)


def _reason_against(user: AbstractBaseUser, changes: Iterable[writing.Change]) -> str:
    """Return why a person may not write translations by now, as a sentence."""
    found: Mapping[int, Translation] = Translation.objects.select_related("source", "target_locale").in_bulk(
        {one.translation_id for one in changes}
    )
    for translation in found.values():
        if reason := reason_against_change(user, _target_of(translation)):
            return reason
    return ""
