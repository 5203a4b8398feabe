"""The two implementations of waiting, locking and threads: `async_` and `sync`."""
