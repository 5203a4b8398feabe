"""The options of a client, and where their values come from."""
