"""One of the two halves: `_async`, and `generated.sync`, which is generated from it."""
