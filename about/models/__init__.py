"""About us: the offices with their list, and the page for the press."""

from __future__ import annotations

from .offices import OfficeIndexPage, OfficePage
from .press import PressPage

__all__ = ["OfficeIndexPage", "OfficePage", "PressPage"]
