"""Settings of the sandbox's own tests: the real ones, with made-up tokens and no portal to wait for."""

import os

os.environ.setdefault("SECRET_KEY", "sandbox-tests-only")
for _wire in ("BANK", "CHIP", "JCIC", "SMS_PRIMARY", "SMS_SECONDARY"):
    os.environ[f"{_wire}_TOKEN"] = f"{_wire.lower()}-token"
os.environ["SANDBOX_DATABASE_POOL"] = "no"
os.environ["PORTAL_URL"] = "http://portal.test"
os.environ["SANDBOX_URL"] = "http://testserver"
os.environ["ALLOWED_HOSTS"] = "testserver"
os.environ["SHOP_KEY_ID"] = "shop-tests"
os.environ["SHOP_SIGNING_KEY"] = "c2FuZGJveC1zaG9wLXNpZ25pbmcta2V5LTMyYnl0ZSE="
os.environ["DEMO_API_KEY"] = "sk_test_demo"
os.environ["CLOCK_FILE"] = ""

from sandbox.settings import *  # noqa: E402, F403 - the environment has to be there first
