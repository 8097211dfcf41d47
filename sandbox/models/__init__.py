"""Everything the sandbox remembers, so that Django finds it in one place."""

from sandbox.models.bank import BankRequest
from sandbox.models.shop import ReceivedNotice, ShopOrder, ShopRefund, ShopSwitch
from sandbox.models.wires import ChipAnswer, Fault, TextMessage
from sandbox.models.world import Account, Person, ReaderSlot, VirtualCard

__all__ = [
    "Account",
    "BankRequest",
    "ChipAnswer",
    "Fault",
    "Person",
    "ReaderSlot",
    "ReceivedNotice",
    "ShopOrder",
    "ShopRefund",
    "ShopSwitch",
    "TextMessage",
    "VirtualCard",
]
