"""Somebody in a Matrix room whose client is made with matrix-nio."""
import asyncio
import base64
import io
from urllib.parse import quote

import nio

from lines import heard, obey

DEADLINE = 30


class Person:
    def __init__(self):
        self.client = None
        self.syncing = None
        self.room = None
        self.typing = set()
        # Ids of our own reactions, by what they are to and emoji.
        self.reactions = {}

    # What is heard.

    def name(self, user):
        return self.client.rooms[self.room].user_name(user) or user

    def on_message(self, _, event):
        content = event.source["content"]
        relation = content.get("m.relates_to", {})
        kind = relation.get("rel_type")
        shown = content["m.new_content"] if kind == "m.replace" else content
        heard(
            "said",
            by=self.name(event.sender),
            id=event.event_id,
            own=event.event_id,
            text=f"/me {shown['body']}" if isinstance(event, nio.RoomMessageEmote) else shown["body"],
            quote="",
            # The library reads the formatted text of a message, and leaves that of an edit to its users.
            html=shown.get("formatted_body") if kind == "m.replace" else getattr(event, "formatted_body", None),
            replyTo=None if relation.get("is_falling_back") else relation.get("m.in_reply_to", {}).get("event_id"),
            replaces=relation["event_id"] if kind == "m.replace" else None,
            thread=relation["event_id"] if kind == "m.thread" else None,
            mentions=[self.name(user) for user in content.get("m.mentions", {}).get("user_ids", [])],
            url=getattr(event, "url", None),
            old=False,
        )

    def on_redaction(self, _, event):
        heard("gone", by=self.name(event.sender), of=event.redacts)

    def on_reaction(self, _, event):
        heard("reacted", by=self.name(event.sender), of=event.reacts_to, emoji=[event.key], id=event.event_id)

    def on_topic(self, _, event):
        heard("topic", by=self.name(event.sender), text=event.topic)

    def on_member(self, _, event):
        name = event.content.get("displayname") or event.state_key
        if event.membership == "join":
            heard("there", by=name)
        elif event.membership in ("leave", "ban"):
            heard("left", by=self.name(event.state_key))

    def on_typing(self, _, event):
        now = set(event.users)
        for user in now ^ self.typing:
            heard("typing", by=self.name(user), on=user in now)
        self.typing = now

    def on_receipts(self, _, event):
        for receipt in event.receipts:
            heard("read", by=self.name(receipt.user_id), of=receipt.event_id)

    # What is done.

    async def enter(self, url, user, password, bot):
        """Makes the room, where `bot` gets all rights. Its id."""
        self.client = nio.AsyncClient(url, user)
        good(await self.client.login(password), nio.LoginResponse)
        made = await self.client.room_create(
            preset=nio.RoomPreset.private_chat, invite=[bot], power_level_override={"users": {bot: 100}}
        )
        self.room = good(made, nio.RoomCreateResponse).room_id
        good(await self.client.sync(full_state=True), nio.SyncResponse)
        self.client.add_event_callback(self.on_message, nio.RoomMessage)
        self.client.add_event_callback(self.on_redaction, nio.RedactionEvent)
        self.client.add_event_callback(self.on_reaction, nio.ReactionEvent)
        self.client.add_event_callback(self.on_topic, nio.RoomTopicEvent)
        self.client.add_event_callback(self.on_member, nio.RoomMemberEvent)
        self.client.add_ephemeral_callback(self.on_typing, nio.TypingNoticeEvent)
        self.client.add_ephemeral_callback(self.on_receipts, nio.ReceiptEvent)
        self.syncing = asyncio.create_task(self.client.sync_forever(timeout=DEADLINE * 1000))
        return self.room

    async def leave(self):
        if self.syncing:
            self.syncing.cancel()
            good(await self.client.room_leave(self.room), nio.RoomLeaveResponse)
        if self.client:
            await self.client.close()

    async def send(self, content, type="m.room.message"):
        event = good(await self.client.room_send(self.room, type, content), nio.RoomSendResponse).event_id
        return {"id": event, "own": event}

    async def redact(self, event):
        good(await self.client.room_redact(self.room, event), nio.RoomRedactResponse)

    async def say(self, text, html, thread):
        content = words(text)
        if html:
            content |= {"format": "org.matrix.custom.html", "formatted_body": html}
        if thread:
            fallback = {"is_falling_back": True, "m.in_reply_to": {"event_id": thread}}
            content["m.relates_to"] = {"rel_type": "m.thread", "event_id": thread, **fallback}
        return await self.send(content)

    async def mention(self, whom, text):
        user = next(user for user in self.client.rooms[self.room].users if self.name(user) == whom)
        pill = f'<a href="https://matrix.to/#/{quote(user)}">{whom}</a>: {text}'
        formatted = {"format": "org.matrix.custom.html", "formatted_body": pill}
        return await self.send({**words(f"{whom}: {text}"), **formatted, "m.mentions": {"user_ids": [user]}})

    async def correct(self, of, text):
        relation = {"rel_type": "m.replace", "event_id": of["id"]}
        return await self.send({**words(f"* {text}"), "m.new_content": words(text), "m.relates_to": relation})

    async def retract(self, of):
        await self.redact(of["id"])

    async def reply(self, to, text):
        return await self.send({**words(text), "m.relates_to": {"m.in_reply_to": {"event_id": to["id"]}}})

    async def react(self, to, emoji):
        mine = self.reactions.setdefault(to["id"], {})
        for each in mine.keys() - set(emoji):
            await self.redact(mine.pop(each))
        for each in set(emoji) - mine.keys():
            relation = {"rel_type": "m.annotation", "event_id": to["id"], "key": each}
            mine[each] = (await self.send({"m.relates_to": relation}, "m.reaction"))["id"]

    async def type(self, on):
        good(await self.client.room_typing(self.room, on), nio.RoomTypingResponse)

    async def read(self, of):
        good(await self.client.update_receipt_marker(self.room, of["id"]), nio.UpdateReceiptMarkerResponse)

    async def share(self, name, type, base64_bytes):
        content = base64.b64decode(base64_bytes)
        stored, _ = await self.client.upload(io.BytesIO(content), type, name, filesize=len(content))
        url = good(stored, nio.UploadResponse).content_uri
        info = {"mimetype": type, "size": len(content)}
        msgtype = "m.image" if type.startswith("image/") else "m.file"
        return await self.send({"msgtype": msgtype, "body": name, "url": url, "info": info})

    async def fetch(self, url):
        answer = good(await self.client.download(url), nio.MemoryDownloadResponse)
        return base64.b64encode(answer.body).decode()

    async def topic(self, text):
        good(await self.client.update_room_topic(self.room, text), nio.RoomPutStateResponse)


def words(text):
    """The content that says it, where what begins with /me says what its author does."""
    if text.startswith("/me "):
        return {"msgtype": "m.emote", "body": text.removeprefix("/me ")}
    return {"msgtype": "m.text", "body": text}


def good(answer, kind):
    """The answer where it is one of that kind; the library does not raise what the server refuses."""
    if not isinstance(answer, kind):
        raise RuntimeError(f"the server says {answer}")
    return answer


asyncio.run(obey(Person()))
