"""What SDKs of others send, as events: one pure module for each wire format."""
