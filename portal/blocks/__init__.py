"""StreamField blocks by family; each has a small template of its own, a preview and a description.

`CONTENT_BLOCKS` is what the body of a content page or article takes; `SECTION_BLOCKS` adds what only the wide sections of
the home page and the five sections hold.
"""

from __future__ import annotations

from .accessibility import AccessibilityBlock
from .data import DATA_SET_BLOCK, DataSetBlock, FactsBlock, KeyFiguresBlock, TableBlock
from .layout import AccordionBlock, CardsBlock, SiteMapBlock, StepsBlock, SubpagesBlock, TasksBlock, TimelineBlock
from .links import LinksBlock
from .media import DownloadsBlock, FigureBlock, VideoBlock
from .people import ContactBlock, OfficesBlock
from .stories import GalleryBlock, InterviewBlock, OutsideFilmBlock, SoundBlock
from .text import CalloutBlock, HeadingBlock, NoticeBlock, QuoteBlock, TextBlock

CONTENT_BLOCKS = (
    ("heading", HeadingBlock()),
    ("text", TextBlock()),
    ("quote", QuoteBlock()),
    ("notice", NoticeBlock()),
    ("callout", CalloutBlock()),
    ("steps", StepsBlock()),
    ("accordion", AccordionBlock()),
    ("timeline", TimelineBlock()),
    ("key_figures", KeyFiguresBlock()),
    ("table", TableBlock()),
    (DATA_SET_BLOCK, DataSetBlock()),
    ("facts", FactsBlock()),
    ("image", FigureBlock()),
    ("gallery", GalleryBlock()),
    ("video", VideoBlock()),
    ("outside_film", OutsideFilmBlock()),
    ("sound", SoundBlock()),
    ("interview", InterviewBlock()),
    ("downloads", DownloadsBlock()),
    ("links", LinksBlock()),
    ("cards", CardsBlock()),
    ("subpages", SubpagesBlock()),
    ("contact", ContactBlock()),
    ("offices", OfficesBlock()),
    ("accessibility", AccessibilityBlock()),
    ("site_map", SiteMapBlock()),
)

SECTION_BLOCKS = (("tasks", TasksBlock()), *CONTENT_BLOCKS)
