"""The services over one database, put together area by area; ``app.services`` has them all."""
