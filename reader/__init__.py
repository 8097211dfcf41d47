"""The card reader component: the small program between a page in the browser and the chip card on the desk."""

VERSION = "2.0.0"
PROTOCOL = 2
