"""What the wide sections of the home page and of the five sections may hold."""

from __future__ import annotations

from portal.blocks import SECTION_BLOCKS
from portal.blocks.data import FactsBlock
from portal.blocks.layout import section_block
from portal.blocks.people import ContactBlock
from portal.blocks.text import CalloutBlock
from portal.listing.blocks import GoalsBlock, LatestBlock

ASIDE_BLOCKS = (("facts", FactsBlock()), ("contact", ContactBlock()), ("callout", CalloutBlock()))

# The name in stored content is that of a time when there was nothing but news.
PAGE_SECTIONS = [("section", section_block((*SECTION_BLOCKS, ("latest_news", LatestBlock()), ("goals", GoalsBlock())), ASIDE_BLOCKS))]
