"""What a screen is: a page in one state, and the way there."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Reach = Callable[[Any], None]


@dataclass(frozen=True)
class Screen:
    """`reach` leaves the guest's page in the state; the guest is a `house.Guest`, or a `TownGuest` where `world` is "town"."""

    name: str
    reach: Reach
    world: str = "house"


SCREENS: list[Screen] = []


def screen(name: str, *, world: str = "house") -> Callable[[Reach], Reach]:
    """Put a way into the gallery under this name."""

    def register(reach: Reach) -> Reach:
        assert name not in {known.name for known in SCREENS}, f"two screens are named {name}"
        SCREENS.append(Screen(name, reach, world))
        return reach

    return register


def screens_at(addresses: dict[str, str], *, world: str = "house") -> None:
    """Pages that stand under a fixed address."""
    for name, address in addresses.items():
        screen(name, world=world)(lambda guest, address=address: guest.open(address))
