"""`manage.py mirror`: every public page with its files as a static tree whose links work offline."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from portal.operation import mirror


class Command(BaseCommand):
    """Writes a mirror."""

    help = "Writes every public page with its files as a static tree (docs/operation.md). The portal may be running."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add where to, and whether it is packed."""
        parser.add_argument("folder", type=Path, help="a folder for mirrors alone; current/site in it is the newest one")
        parser.add_argument("--zip", action="store_true", help="also into one file, for places without network")

    def handle(self, *args: object, **options: Any) -> None:
        """Write it and say what it holds."""
        folder = options["folder"].resolve()
        copy = mirror.write(folder)
        pages = sum(found.kind == "text/html" for found in copy.found.values())
        lines = [f"The mirror holds {pages} pages and {len(copy.found) - pages} files; it lies in {folder / mirror.CURRENT / 'site'}."]
        if options["zip"]:
            mirror.pack(copy, target := folder / f"portal-{copy.folder.name[:10]}.zip")
            lines.append(f"{target} holds the same.")
        if options["verbosity"] > 1:
            lines += [f"Only at the portal: {address}" for address in sorted(copy.left_out)]
        if options["verbosity"]:
            self.stdout.write("\n".join(lines))
