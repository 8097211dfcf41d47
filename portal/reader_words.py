"""What the reader doctor says: of each light its word and sentence, and of each fault what to do, step by step."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

SYSTEMS = {"windows": "Windows", "macos": "macOS", "linux": "Linux"}

# In the order in which they are looked at: name, icon, label.
LIGHTS = (
    ("component", "computer", _("Component")),
    ("version", "check", _("Version")),
    ("permission", "shield", _("Browser's permission")),
    ("service", "wait", _("Smart card service")),
    ("reader", "reader", _("Card reader")),
    ("card", "card", _("ATM card")),
)

_OK, _MISSING, _LOOKING, _NOT_CHECKED = _("OK"), _("Missing"), _("Looking"), _("Not checked")
_BEHIND = _("The browser stands in between: see its permission.")

# Key of diagnose.js → (short word, sentence).
SAYS = {
    "component-searching": (_LOOKING, _("We look for the card reader component on this computer.")),
    "component-hidden": (_NOT_CHECKED, _BEHIND),
    "component-missing": (_MISSING, _("No component answers on this computer.")),
    "component-foreign": (
        _("Another program"),
        _("A program answers in its place. It is not our component, or one that was set up for another site."),
    ),
    "component-unproved": (
        _("Not proved"),
        _("It answers, but couldn't prove to be the component that this browser knows. Nothing was sent to it."),
    ),
    "component-ready": (_OK, _("The component is running.")),
    "version-ready": (_OK, _("Version %(version)s is new enough.")),
    "version-too_old": (_("Too old"), _("Version %(version)s is running; %(version_min)s or newer is needed.")),
    "version-hidden": (_NOT_CHECKED, _BEHIND),
    "permission-granted": (_OK, _("The browser lets this page talk to the component.")),
    "permission-prompt": (
        _("Your answer"),
        _("Your browser asks whether this page may reach programs on this computer. Answer “Allow”."),
    ),
    "permission-denied": (_("Blocked"), _("Your browser was told to keep this page from programs on this computer.")),
    "permission-unsupported": (_("Not possible"), _("This browser lets no page talk to the component.")),
    "service-waiting": (_LOOKING, _("We wait for the component's word.")),
    "service-ready": (_OK, _("The smart card service of this computer answers.")),
    "service-direct": (_OK, _("This component has a reader of its own and needs no service.")),
    "service-missing": (_MISSING, _("The smart card service (PC/SC) of this computer doesn't answer.")),
    "reader-ready": (_OK, _("A card reader is connected.")),
    "reader-none": (_("No reader"), _("This computer sees no card reader.")),
    "card-ready": (_OK, _("The card can be read.")),
    "card-none": (_("No card"), _("There is no card in the reader.")),
    "card-unreadable": (_("Not readable"), _("There is a card, but its chip gives no answer that we know.")),
    "card-locked": (_("Locked"), _("Three wrong passwords have locked this card.")),
    "later": (_NOT_CHECKED, _("First comes: %(first)s.")),
}

# Above the lights, in one sentence.
VERDICTS = {
    "looking": _("We are looking…"),
    "trouble": _("Look here: %(name)s. %(text)s"),
    "pairing": _("All six are well. One step is left: connect this browser with the component, below."),
    "well": _("All six are well. Your payment is in the other tab: go on there."),
    "installed": _("The component is there and new enough. Connect your reader, and open your payment again."),
    "copied": _("The report is copied. Paste it into a message or a letter."),
    "not_copied": _("Your browser let us copy nothing. The report stands below; mark it and copy it."),
}


@dataclass(frozen=True)
class Step:
    """One thing to do; `code` is what has to be typed."""

    text: Promise | str
    code: str = ""


_FINDS = Step(_("This page notices by itself. If it doesn't, press “Check again”."))
# Pages can't tell a program that is no component from none, unless it speaks as components do.
_LOOK_YOURSELF = Step(
    _(
        "Still missing? Open this address. It must show the component's own page, with this site's address on it. If"
        " another page appears, another program is in its place: close that one. If this site's address isn't there, the"
        " component was set up for another site: install it anew from this one."
    ),
    "http://127.0.0.1:{port}/",
)
_TERMINAL = _("Open Terminal and type:")
_PROMPT = _("Press the Windows key, type cmd, press Enter, and type:")
_REPLUG = Step(
    _("Pull the reader out, wait a moment, and plug it in again: straight into the computer, not into a hub.")
)

# Key of a light that is a problem → system → steps. "all": the same on each.
REMEDIES: dict[str, dict[str, list[Step]]] = {
    "component-missing": {
        "windows": [
            Step(_("Not installed yet? Open the install page and follow its steps.")),
            Step(_("Installed already? Sign out of Windows and in again: it starts with you.")),
            _LOOK_YOURSELF,
            _FINDS,
        ],
        "macos": [
            Step(_("Not installed yet? Open the install page and follow its steps.")),
            Step(_("Installed already? Log out of your Mac and in again: it starts with you.")),
            _LOOK_YOURSELF,
            _FINDS,
        ],
        "linux": [
            Step(_("Not installed yet? Open the install page and follow its steps.")),
            Step(_("Installed already? Start it in a terminal:"), "systemctl --user start outpost-reader"),
            _LOOK_YOURSELF,
            _FINDS,
        ],
    },
    "component-foreign": {
        "windows": [
            Step(_("Find out which program it is. Press the Windows key, type cmd, press Enter, and type:"), "netstat -abno"),
            Step(_("Close that program, or restart the computer.")),
            Step(_("If it is our component, it was set up for another site: install it anew from this site.")),
            _FINDS,
        ],
        "macos": [
            Step(_("Find out which program it is. Open Terminal and type:"), "lsof -nP -iTCP:{port} -sTCP:LISTEN"),
            Step(_("Close that program, or restart the computer.")),
            Step(_("If it is our component, it was set up for another site: install it anew from this site.")),
            _FINDS,
        ],
        "linux": [
            Step(_("Find out which program it is. Open Terminal and type:"), "ss -ltnp 'sport = :{port}'"),
            Step(_("Close that program, or restart the computer.")),
            Step(_("If it is our component, it was set up for another site: install it anew from this site.")),
            _FINDS,
        ],
    },
    "component-unproved": {
        "all": [
            Step(_("Was the component installed anew, or its list of browsers cleared? Then connect this browser again, below.")),
            Step(_("If not, another program may pretend to be it. Type no password. Ask whoever looks after this computer.")),
        ],
    },
    "version-too_old": {
        "all": [
            Step(_("Open the install page, download the present version and install it over the old one.")),
            Step(_("Restart the computer, so that the old one ends.")),
            _FINDS,
        ],
    },
    "permission-denied": {
        "all": [
            Step(_("Press the sign to the left of this page's address, above.")),
            Step(_("Chrome and Edge: open “Site settings”, find “Local network access” or “Apps on device”, and choose “Allow”.")),
            Step(_("Firefox: remove the block beside “Access other apps and services on this device”.")),
            Step(_("Reload this page. When the browser asks, answer “Allow”.")),
        ],
    },
    "permission-unsupported": {
        "all": [
            Step(_("Open the payment in Chrome, Edge or Firefox. Safari lets no page talk to programs on this computer.")),
        ],
    },
    "service-missing": {
        "windows": [
            Step(_("Press the Windows key and R together, type this, and press Enter:"), "services.msc"),
            Step(_("Find “Smart Card” in the list and open it.")),
            Step(_("Set its start to “Automatic” and press “Start”.")),
            _FINDS,
        ],
        "macos": [
            _REPLUG,
            Step(_("The service is part of macOS and starts with the first reader. If it doesn't, restart your Mac.")),
            _FINDS,
        ],
        "linux": [
            Step(_("Install the service. On Debian and Ubuntu:"), "sudo apt install pcscd"),
            Step(_("Start it:"), "sudo systemctl enable --now pcscd.socket"),
            _FINDS,
        ],
    },
    "reader-none": {
        "windows": [
            _REPLUG,
            Step(_("Open the Device Manager. Under “Smart card readers” there must be one without a yellow mark.")),
            Step(_("If there is a yellow mark, install the driver from the maker of the reader.")),
            _FINDS,
        ],
        "macos": [
            _REPLUG,
            Step(_("Look for it in System Information under USB. If it isn't there, try another cable or another reader.")),
            _FINDS,
        ],
        "linux": [
            _REPLUG,
            Step(_("Install the driver for common readers. On Debian and Ubuntu:"), "sudo apt install libccid"),
            _FINDS,
        ],
    },
    "card-none": {
        "all": [
            Step(_("Put your ATM card into the reader, chip first, until it stops.")),
            Step(_("Still nothing? Wipe the chip with a dry cloth and turn the card over.")),
        ],
    },
    "card-unreadable": {
        "all": [
            Step(_("Take the card out, turn it over, and put it in chip first.")),
            Step(_("Only domestic chip ATM cards work here: no credit card, no transport card.")),
            Step(_("Try another card. If that one works, have the first one looked at in a counter of the bank.")),
        ],
    },
    "card-locked": {
        "all": [
            Step(_("A counter of the bank can unlock it; bring the card and your identity card.")),
            Step(_("To pay now, use another card. Nothing was charged.")),
        ],
    },
}  # fmt: skip

# Faults whose cure begins on the install page.
CURED_BY_INSTALLING = {"component-missing", "component-foreign", "version-too_old"}
