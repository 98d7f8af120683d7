"""Pictures and documents that records bring along."""

from __future__ import annotations

import hashlib
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.files import File
from PIL import UnidentifiedImageError
from wagtail.documents import get_document_model
from wagtail.images import get_image_model

from portal.models import LoadedRecord

from .objects import state_of
from .reading import Record
from .values import ValueProblem


def _state_of(instance: Any) -> str:
    """Return a digest of what a load left of a picture or document; what older portals stored says nothing and is `state_of`."""
    parts = [instance.title, getattr(instance, "credit", ""), instance.file.name]
    return hashlib.sha256(repr(parts).encode()).hexdigest()


class Files:
    """The files of one load."""

    def __init__(self) -> None:
        self.written: list[tuple[Any, str]] = []

    def remove(self) -> None:
        """Remove the files that this load has written, after it was taken back."""
        for storage, name in self.written:
            storage.delete(name)

    def id_of(self, record: Record, key: str, name: str) -> int:
        """Return the id of an image or document of a record, made at its first use."""
        entry = next((item for item in record.get(key) or [] if item["id"] == name), None)
        if entry is None:
            raise ValueProblem(f"“{key}” of this record holds no “{name}”")
        full_name = f"{record.id}#{key}:{name}"
        path = record.place.path.parent / entry["file"]
        if not path.resolve().is_relative_to(record.place.path.parent.resolve()):
            raise ValueProblem(f"the file “{entry['file']}” lies outside the record's folder")
        if not path.is_file():
            raise ValueProblem(f"there is no file “{entry['file']}” beside the record")
        digest = hashlib.sha256(path.read_bytes() + repr(sorted(entry.items())).encode()).hexdigest()
        stored = LoadedRecord.objects.filter(record_id=full_name).first()
        if stored is not None and stored.object is not None:
            is_edited = stored.state not in {_state_of(stored.object), state_of(stored.object)}
            if stored.digest == digest or is_edited:
                # What a person has named otherwise, or replaced, is theirs.
                return stored.object_id
        model = get_image_model() if key == "images" else get_document_model()
        instance = stored.object if stored is not None and stored.object is not None else model()
        instance.title = entry["title"]
        if key == "images":
            instance.credit = entry.get("credit", "")
        with path.open("rb") as opened:
            file_field = instance.file
            try:
                file_field.save(path.name, File(opened), save=False)
            except UnidentifiedImageError as error:
                raise ValueProblem(f"“{entry['file']}” is no image that can be read") from error
            self.written.append((file_field.storage, file_field.name))
            if key == "images":
                try:
                    instance.width, instance.height = file_field.width, file_field.height
                except Exception as error:
                    raise ValueProblem(f"“{entry['file']}” is no image that can be read") from error
            instance.file_size = file_field.size
            instance.full_clean(exclude=["collection", "uploaded_by_user", "tags"])
            instance.save()
        LoadedRecord.objects.update_or_create(
            record_id=full_name,
            defaults={
                "content_type": ContentType.objects.get_for_model(instance),
                "object_id": instance.pk,
                "digest": digest,
                "state": _state_of(instance),
            },
        )
        return instance.pk
