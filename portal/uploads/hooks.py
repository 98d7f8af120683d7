"""Uploaded files in Wagtail: who may open a document, what the admin's lists, choosers and interface show of files."""

from __future__ import annotations

from collections.abc import Callable

from django.db.models import QuerySet
from django.http import Http404, HttpRequest
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.html import format_html
from wagtail import hooks
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.documents.api.admin.views import DocumentsAdminAPIViewSet
from wagtail.documents.models import AbstractDocument
from wagtail.documents.rich_text import DocumentLinkHandler
from wagtail.images.api.admin.views import ImagesAdminAPIViewSet
from wagtail.images.models import AbstractImage
from wagtail.images.rich_text import ImageEmbedHandler
from wagtail.images.views.chooser import viewset as image_chooser
from wagtail.permissions import policy_registry
from wagtail.rich_text.feature_registry import FeatureRegistry

from portal.uploads import access, pictures, views
from portal.uploads.cleaning import clean_photographs
from portal.uploads.lists import DocumentsView


@hooks.register("before_serve_document", order=1)
def check_document(document: AbstractDocument, request: HttpRequest) -> None:
    """Let a document be opened by those who may read it, after Wagtail has asked for the rights on its collection.

    Raises:
        Http404: it is not public, and the request has no right to it.
    """
    found = access.publicity([document])[document.pk]
    request.file_is_public = found.is_public
    if found.reach is access.Reach.NOBODY and not access.may_read(request, document):
        raise Http404


class ShownDocumentLinkHandler(DocumentLinkHandler):
    """A link to a document inside rich text; to whoever could not open it, even the name of the file would say too much."""

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict]) -> list[str]:
        """Return the opening tags: a link, or none where the document is not to be named or is gone."""
        return [
            format_html('<a href="{}">', document.url) if document and access.is_shown(document) else "<a>"
            for document in cls.get_many(attrs_list)
        ]


class ShownImageEmbedHandler(ImageEmbedHandler):
    """A picture inside rich text: where it is not to be seen nothing stands in for it."""

    @classmethod
    def get_many(cls, attrs_list: list[dict]) -> list[AbstractImage | None]:
        """Return the pictures, and None for each that is gone or not to be seen."""
        return [image if image and access.is_shown(image) else None for image in super().get_many(attrs_list)]

    @classmethod
    def expand_db_attributes_many(cls, attrs_list: list[dict]) -> list[str]:
        """Return the pictures as HTML."""
        tags = super().expand_db_attributes_many(attrs_list)
        return ["" if tag == '<img alt="">' else tag for tag in tags]


@hooks.register("register_rich_text_features", order=100)
def register_document_links(features: FeatureRegistry) -> None:
    """Put the handlers that ask who reads in the place of Wagtail's."""
    features.register_link_type(ShownDocumentLinkHandler)
    features.register_embed_type(ShownImageEmbedHandler)


@hooks.register("construct_image_chooser_queryset")
def offer_usable_pictures(images: QuerySet, request: HttpRequest) -> QuerySet:
    """Offer no picture that is out of use."""
    return images.filter(is_withdrawn=False).exclude(usable_until__lt=timezone.localdate())


class _OwnFiles:
    """Of files, the admin's interface shows a person those on which they have a right: Wagtail's shows all."""

    def get_queryset(self) -> QuerySet:
        """Return the files that a person works with."""
        policy = policy_registry.get_by_type(self.model)
        own = policy.instances_user_has_any_permission_for(self.request.user, access.USING_ACTIONS)
        return super().get_queryset().filter(pk__in=own.values("pk"))


class OwnDocumentsViewSet(_OwnFiles, DocumentsAdminAPIViewSet):
    """Documents in the admin's interface."""


class OwnImagesViewSet(_OwnFiles, ImagesAdminAPIViewSet):
    """Pictures in the admin's interface."""


@hooks.register("construct_admin_api", order=1)
def show_own_files(router: WagtailAPIRouter) -> None:
    """Put the narrower views in the place of Wagtail's."""
    router.register_endpoint("documents", OwnDocumentsViewSet)
    router.register_endpoint("images", OwnImagesViewSet)


# Wagtail 8 has one viewset for this chooser and no setting for its views.
image_chooser.choose_view_class = pictures.ChoosePictureView


# Before Wagtail's own patterns, which stay for reversing.
@hooks.register("register_admin_urls", order=-1)
def list_files() -> list[URLPattern]:
    """Put the list that says which documents are public, and those that offer a person's own tags, in the place of Wagtail's."""
    return [
        path("documents/", DocumentsView.as_view()),
        path("documents/results/", DocumentsView.as_view(results_only=True)),
        path("images/", pictures.PicturesView.as_view()),
        path("images/results/", pictures.PicturesView.as_view(results_only=True)),
        path("images/<int:image_id>/", pictures.PictureView.as_view()),
        path("images/<int:image_id>/hidden/<int:rendition_id>/", views.hidden_picture, name="hidden_picture"),
    ]


@hooks.register("prepare_portal")
def clean_older_photographs(say: Callable[[str], None]) -> None:
    """Remove the metadata of photographs from before."""
    clean_photographs()
