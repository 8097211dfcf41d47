"""What the console keeps: searches that staff saved, case files that were printed."""
