"""The platform's API for payments: create, list, read, cancel, say that goods were shipped."""
