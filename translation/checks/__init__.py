"""Checks of translations: pure functions of a text and its translation, each rule by itself; `stored` asks them of what is stored."""
