"""What the loader of content records remembers of each record."""

from __future__ import annotations

from django.contrib.contenttypes.fields import GenericForeignKey
from django.contrib.contenttypes.models import ContentType
from django.db import models


class LoadedRecord(models.Model):
    """One content record that was loaded, and the object that it became.

    `digest` is the SHA-256 of the record, `state` that of the object as the load left it: a record that changed since is
    loaded again, an object whose state changed since was edited by a person and is left alone.
    """

    record_id = models.CharField(max_length=500, unique=True)
    content_type = models.ForeignKey(ContentType, on_delete=models.CASCADE, related_name="+")
    object_id = models.PositiveBigIntegerField()
    object = GenericForeignKey("content_type", "object_id")
    digest = models.CharField(max_length=64)
    state = models.CharField(max_length=64)

    class Meta:
        indexes = (models.Index(fields=["content_type", "object_id"]),)

    def __str__(self) -> str:
        return self.record_id


class DeclinedRecord(models.Model):
    """A translation that a load left out: it does not fit what people have made of the page that it translates.

    Whoever loads is told so; a record of another digest is offered and tried anew.
    """

    record_id = models.CharField(max_length=500, unique=True)
    digest = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.record_id
