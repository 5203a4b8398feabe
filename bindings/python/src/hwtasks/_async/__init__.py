"""One of the two halves: `_async`, and `_sync`, which is generated from it."""
