"""The demo page: a shop to click around in, and beside it the profile of whoever does."""
