"""Erasing people who asked for it, so that nothing brings them back."""
