"""Thousands, as on every other page; the framework groups Chinese numbers by ten thousands."""

NUMBER_GROUPING = 3
THOUSAND_SEPARATOR = ","
