"""Builds what customers install: one file for every system, and a Debian package. The standard library is enough."""
