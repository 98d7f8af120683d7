"""Languages, their texts, dates, letters and line breaks; knows nothing else of the portal."""
