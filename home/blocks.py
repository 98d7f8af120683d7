"""What the wide sections of the home page and of the five sections may hold."""

from __future__ import annotations

from news.blocks import LatestNewsBlock
from portal.blocks import SECTION_BLOCKS
from portal.blocks.data import FactsBlock
from portal.blocks.layout import section_block
from portal.blocks.people import ContactBlock
from portal.blocks.text import CalloutBlock

ASIDE_BLOCKS = (("facts", FactsBlock()), ("contact", ContactBlock()), ("callout", CalloutBlock()))

PAGE_SECTIONS = [("section", section_block((*SECTION_BLOCKS, ("latest_news", LatestNewsBlock())), ASIDE_BLOCKS))]
