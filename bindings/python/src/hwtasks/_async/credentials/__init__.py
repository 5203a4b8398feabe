"""Providers that fetch credentials, keep them, or ask others."""
