"""Conditions on profiles and accounts: one language for lists, segments, analytics and traces."""
