"""Aggregated documents: user profiles, account profiles and sessions are three kinds of one thing."""
