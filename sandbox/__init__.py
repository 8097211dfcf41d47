"""The outside world in miniature: a process of its own that plays every party the portal talks to."""
