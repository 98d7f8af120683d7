"""Page types of data and research."""
