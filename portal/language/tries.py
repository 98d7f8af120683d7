"""Tables of words in files that all processes map into their memory.

As a Python dictionary a language's words take up to 115 MB in each process; as a trie in a file a few, once for the whole machine.
A file is made when it is first wanted, in some seconds, and kept in the state folder.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import marisa_trie
from django.conf import settings

from portal.files import replacing


def mapped_trie(name: str, make: Callable[[], Iterable[tuple[str, bytes]]]) -> marisa_trie.BytesTrie:
    """Return the table in the file of a name, which `make` fills where it is missing.

    The name holds the version of what the table is made from, and of the form that it is kept in.
    """
    path = Path(settings.DICTIONARIES) / f"{name}.marisa"
    if not path.exists():
        trie = marisa_trie.BytesTrie(make())
        # Another process may be reading, or making the same.
        with replacing(path) as temporary:
            trie.save(str(temporary))
    return marisa_trie.BytesTrie().mmap(str(path))
