"""Entry of the web server; the card that was in the reader when it stopped is put in again."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings")

application = get_wsgi_application()

from sandbox import wallet  # noqa: E402 - models can be imported only once Django is set up

wallet.restore()
