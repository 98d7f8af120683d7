"""`manage.py load_content [PATH]`: content records become pages and snippets."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from portal.records.errors import LoadError
from portal.records.loading import load


class Command(BaseCommand):
    """Loads content records: idempotent, all or nothing."""

    help = "Loads content records (see docs/content.md). Run twice it changes nothing; if one is wrong, nothing is written."

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the path and the switches."""
        parser.add_argument(
            "path", nargs="?", type=Path, default=settings.BASE_DIR / "content", help="a folder, .json or .jsonl"
        )
        parser.add_argument(
            "--overwrite", action="store_true", help="also renew what people have changed, as a new revision"
        )
        parser.add_argument("--without-index", action="store_true", help="leave the search to `update_index`, which is to follow")
        parser.add_argument("--check", action="store_true", help="do everything and take it back: nothing is written")

    def handle(self, *args: object, **options: object) -> None:
        """Load and say what was done."""
        try:
            report = load(
                options["path"],
                overwrite=options["overwrite"],
                dry_run=options["check"],
                without_index=options["without_index"],
                progress=self._say if options["verbosity"] else lambda line: None,
            )
        except LoadError as error:
            count = len(error.errors)
            raise CommandError(f"{error}\n{count} wrong; nothing was written.") from error
        if options["verbosity"]:
            for name in report.left_alone:
                self._say(f"Left alone, a person has changed or deleted it: {name}")
            self._say(
                f"{len(report.created)} created, {len(report.updated)} updated, {len(report.unchanged)} unchanged, "
                f"{len(report.left_alone)} left alone."
            )

    def _say(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()
