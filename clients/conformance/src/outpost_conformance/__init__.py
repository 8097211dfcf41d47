"""The conformance kit: drives a platform's webhook receiver through everything that Outpost and the world may send."""

__version__ = "0.1.0"
