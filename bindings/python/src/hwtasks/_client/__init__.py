"""The client, with `await` and without."""
