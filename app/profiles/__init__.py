"""Aggregated documents: user profiles, account profiles and sessions, three of a kind."""
