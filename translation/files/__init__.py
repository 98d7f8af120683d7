"""Translations as files: handing out the texts of a translation as PO or XLIFF, and taking them back in.

`inline` knows what stands inside a text, `xliff` and `po` the formats, `units` what is handed out, `checking` what a file that comes
back would do, `writing` does it, `views` shows it before. Nothing of a file is written unless all of it was looked at.
"""
