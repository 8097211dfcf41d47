"""The card reader component: the small program between a page in the browser and the chip card on the desk."""

VERSION = "1.0.0"
PROTOCOL = 1
