"""Pages of the console: cases, and what waits for a second person."""
