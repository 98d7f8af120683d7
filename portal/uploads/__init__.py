"""Uploaded files: who may read them, how they are handed out, what is taken out of photographs."""
