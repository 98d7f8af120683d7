"""Our work: themes, and below them services, each answering the same questions, and projects, each with a period."""

from __future__ import annotations

from work.change_notes import ChangeNote

from .projects import ProjectIndexPage, ProjectPage
from .services import Audience, ServiceIndexPage, ServicePage, Status
from .themes import ThemePage

__all__ = ["Audience", "ChangeNote", "ProjectIndexPage", "ProjectPage", "ServiceIndexPage", "ServicePage", "Status", "ThemePage"]
