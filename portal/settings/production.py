"""Settings of `make serve` and of a real installation: `DEBUG` off, everything from the environment."""

from __future__ import annotations

from .base import *  # noqa: F403
