"""The home page, the five sections and the pages below them, one module each."""

from __future__ import annotations

from .content import ContentPage
from .home import HomePage
from .sections import Agenda2030Page, DataAndResearchPage, OurWorkPage, SectionPage, TakePartPage, WhoWeArePage

__all__ = [
    "Agenda2030Page",
    "ContentPage",
    "DataAndResearchPage",
    "HomePage",
    "OurWorkPage",
    "SectionPage",
    "TakePartPage",
    "WhoWeArePage",
]
