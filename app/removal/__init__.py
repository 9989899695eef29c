"""How profiles end: too large, too old, or because somebody asked for it."""
