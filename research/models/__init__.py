"""Page types of data and research."""

from research.history import DataVersion

from .data import DataIndexPage, DataPage
from .publications import PublicationIndexPage, PublicationPage

__all__ = ["DataIndexPage", "DataPage", "DataVersion", "PublicationIndexPage", "PublicationPage"]
