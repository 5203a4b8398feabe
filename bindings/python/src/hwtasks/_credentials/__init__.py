"""Credentials and their sources, as far as both halves share them."""
