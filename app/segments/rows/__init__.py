"""Lists that were imported: their rows, how these name people, and what replaces them."""
