"""Requests, responses, errors and values: what both halves share."""
