"""Files become events: CSV and NDJSON of any size, read once, sent in batches, safe to repeat.

A file may be imported again after a crash, in another order of rows, or twice: nothing counts
twice, since every event has an id that depends on the data alone (``app.importing.ids``).
"""
