"""What the wide sections of the home page and of the five sections may hold."""

from __future__ import annotations

from portal.blocks import SECTION_BLOCKS
from portal.blocks.data import FactsBlock
from portal.blocks.layout import section_block
from portal.blocks.people import ContactBlock
from portal.blocks.text import CalloutBlock
from portal.listing.blocks import GoalNumbersBlock, GoalsBlock, LatestBlock

ASIDE_BLOCKS = (("facts", FactsBlock()), ("contact", ContactBlock()), ("callout", CalloutBlock()))

# `latest_news` is the name in stored content from a time when there was nothing but news.
LISTS = (("latest_news", LatestBlock()), ("goals", GoalsBlock()), ("goal_numbers", GoalNumbersBlock()))
PAGE_SECTIONS = [("section", section_block((*SECTION_BLOCKS, *LISTS), ASIDE_BLOCKS))]
