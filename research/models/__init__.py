"""Page types of data and research."""

from research.history import DataVersion

from .data import DataIndexPage, DataPage

__all__ = ["DataIndexPage", "DataPage", "DataVersion"]
