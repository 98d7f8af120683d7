"""What every app shares: the abstract base page with its mixins, media, topics and regions, facts, alerts, the footer."""

from __future__ import annotations

from .accounts import Attempts, KnownAddress
from .alerts import Alert
from .changes import ChangeNumber
from .deputies import ApprovalTask, DeputyNotice, Deputyship
from .explanation import ExplanationMixin
from .facts import Fact
from .jobs import Job, ScheduleFailure
from .listing import ListRow, ListTerm, ListVersion
from .media import PortalDocument, PortalImage, PortalRendition
from .mixins import BodyMixin, CoverMixin, GoalsMixin, LeadMixin, MenuMixin, SourcesMixin, TopicsMixin
from .navigation import Footer
from .pages import BasePage
from .publication import FinishedMixin, PublishedVersion
from .records import DeclinedRecord, LoadedRecord
from .release import OfficeSettings, Release
from .sharing import SharedDraft, SharedDraftOpening
from .taxonomy import Region, Topic
from .visits import FallbackVisits, SentVisits

__all__ = [
    "Alert",
    "ApprovalTask",
    "Attempts",
    "BasePage",
    "BodyMixin",
    "ChangeNumber",
    "CoverMixin",
    "DeclinedRecord",
    "DeputyNotice",
    "Deputyship",
    "ExplanationMixin",
    "Fact",
    "FallbackVisits",
    "FinishedMixin",
    "Footer",
    "GoalsMixin",
    "Job",
    "KnownAddress",
    "LeadMixin",
    "ListRow",
    "ListTerm",
    "ListVersion",
    "LoadedRecord",
    "MenuMixin",
    "OfficeSettings",
    "PortalDocument",
    "PortalImage",
    "PortalRendition",
    "PublishedVersion",
    "Region",
    "ScheduleFailure",
    "SentVisits",
    "SharedDraft",
    "SharedDraftOpening",
    "Release",
    "SourcesMixin",
    "Topic",
    "TopicsMixin",
]
