"""A pay page in a real browser whose every request, answer and message is kept, as the browser's own tools see them."""

from __future__ import annotations

import base64
import json
import re
from typing import Any

from playwright.sync_api import BrowserContext, Error, expect

from tests.flows.town import PATIENCE_MS, Town
from tests.flows.wiretap import Record


class WatchedPage:
    """`said_to_component` tells what went over the WebSocket, which leads to the customer's own computer and is not kept."""

    def __init__(self, context: BrowserContext, keep: Record, town: Town) -> None:
        self.page, self._keep, self._town = context.new_page(), keep, town
        self.page.set_default_timeout(PATIENCE_MS)
        self._messages: list[str] = []
        self._session = session = context.new_cdp_session(self.page)
        session.send("Network.enable", {"maxPostDataSize": 1_000_000})
        session.on("Network.requestWillBeSent", self._keep_event)
        session.on("Network.requestWillBeSentExtraInfo", self._keep_event)
        session.on("Network.responseReceived", self._keep_event)
        session.on("Network.responseReceivedExtraInfo", self._keep_event)
        session.on("Network.webSocketFrameReceived", self._keep_event)
        session.on("Network.webSocketFrameSent", lambda event: self._messages.append(event["response"]["payloadData"]))
        session.on("Network.loadingFinished", self._keep_body)
        self.page.on("console", lambda message: keep.keep(message.text.encode()))

    def open(self, page_url: str) -> None:
        self.page.goto(page_url)
        expect(self.page.locator(".accounts input").first).to_be_visible()

    def type_and_confirm(self, password: str) -> None:
        page = self.page
        page.locator(".accounts input").first.check(force=True)
        if page.locator("#picture-answer").is_visible():
            picture = page.locator("#pay").get_attribute("data-picture") or ""
            page.locator("#picture-answer").fill(self._town.picture_answer(picture))
        page.locator("#password").fill(password)
        page.locator("#pay-confirm").click()

    def expect_stopped(self, reason: str) -> None:
        expect(self.page).to_have_url(re.compile(rf"/stopped/{reason}/$"))

    def said_to_component(self, words: str) -> bool:
        return any(words in message for message in self._messages)

    def close(self) -> None:
        self.page.close()

    def _keep_event(self, event: dict[str, Any]) -> None:
        self._keep.keep(json.dumps(event, ensure_ascii=False).encode())

    def _keep_body(self, event: dict[str, Any]) -> None:
        try:
            found = self._session.send("Network.getResponseBody", {"requestId": event["requestId"]})
        except Error:
            return  # the page has gone on to another, and the browser has thrown this answer away
        self._keep.keep(base64.b64decode(found["body"]) if found["base64Encoded"] else found["body"].encode())
