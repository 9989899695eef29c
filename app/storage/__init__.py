"""Where documents live: a server of the MongoDB protocol, or a store inside the process."""
