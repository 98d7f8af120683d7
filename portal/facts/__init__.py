"""Facts that are kept once: phone numbers, addresses, hours, mail addresses, fees, deadlines; how each language writes them."""
