"""Who may send events: sources with write keys, and how much each of them may send."""
