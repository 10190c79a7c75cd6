"""Somebody in a MUC whose client is made with slixmpp."""
import asyncio
import base64
import io

import aiohttp
from slixmpp import ClientXMPP

from lines import heard, obey

DEADLINE = 30
PLUGINS = {
    "xep_0030": "service discovery",
    "xep_0045": "rooms",
    "xep_0066": "files",
    "xep_0085": "typing",
    "xep_0203": "delay",
    "xep_0308": "corrections",
    "xep_0333": "markers",
    "xep_0359": "stanza ids",
    "xep_0363": "upload of files",
    "xep_0372": "mentions",
    "xep_0424": "retractions",
    "xep_0444": "reactions",
    "xep_0461": "replies",
}


class Person:
    def __init__(self):
        self.client = None
        self.room = None
        self.nick = None
        # Futures by the id of what was sent.
        self.reflections = {}

    # What is heard.

    def on_message(self, message):
        # These have a text too, for clients that know nothing of them.
        if any(carries(message, name) for name in ("retract", "reactions")):
            return
        reply = carries(message, "reply")
        replaced = carries(message, "replace")
        reference = carries(message, "reference")
        file = carries(message, "oob")
        heard(
            "said",
            by=message["mucnick"],
            id=message["stanza_id"]["id"],
            own=message["id"],
            text=reply.strip_fallback_content() if reply else message["body"],
            quote=reply.get_fallback_body() if reply else "",
            html=None,
            replyTo=reply["id"] if reply else None,
            replaces=replaced["id"] if replaced else None,
            thread=message["thread"] or None,
            # The library reads the first of them alone.
            mentions=[reference["uri"].rpartition("/")[2]] if reference and reference["type"] == "mention" else [],
            url=file["url"] if file else None,
            old=carries(message, "delay") is not None,
        )
        if message["mucnick"] == self.nick and message["id"] in self.reflections:
            self.reflections.pop(message["id"]).set_result({"id": message["stanza_id"]["id"], "own": message["id"]})

    def on_subject(self, message):
        heard("topic", by=message["mucnick"], text=message["subject"] or "")

    def on_retraction(self, message):
        heard("gone", by=message["mucnick"], of=message["retract"]["id"])

    def on_reactions(self, message):
        reactions = message["reactions"]
        heard("reacted", by=message["mucnick"], of=reactions["id"], emoji=sorted(reactions["values"]), id=None)

    def on_chat_state(self, message):
        heard("typing", by=message["mucnick"], on=message["chat_state"] == "composing")

    def on_marker(self, message):
        heard("read", by=message["mucnick"], of=message["displayed"]["id"])

    def on_arrival(self, presence):
        heard("there", by=presence["muc"]["nick"])

    def on_departure(self, presence):
        heard("left", by=presence["muc"]["nick"])

    # What is done.

    async def enter(self, jid, password, room, nick, port, owner):
        """Makes the room, where `owner` gets all rights."""
        self.room, self.nick = room, nick
        unencrypted = {"feature_mechanisms": {"unencrypted_plain": True}}
        client = self.client = ClientXMPP(jid, password, plugin_config=unencrypted, sasl_mech="PLAIN")
        client.enable_starttls = False
        client.enable_direct_tls = False
        client.enable_plaintext = True
        for plugin in PLUGINS:
            client.register_plugin(plugin)
        self.listen()
        started = asyncio.get_running_loop().create_future()
        client.add_event_handler("session_start", started.set_result)
        client.add_event_handler("failed_all_auth", lambda _: started.set_exception(RuntimeError("not let in")))
        client.connect("127.0.0.1", port)
        await asyncio.wait_for(started, DEADLINE)
        client.send_presence()
        rooms = client.plugin["xep_0045"]
        await rooms.join_muc_wait(room, nick, timeout=DEADLINE)
        await rooms.set_affiliation(room, "owner", jid=owner)

    def listen(self):
        listeners = {
            "groupchat_message": self.on_message,
            "groupchat_subject": self.on_subject,
            "message_retract": self.on_retraction,
            "reactions": self.on_reactions,
            "chatstate": self.on_chat_state,
            "marker_displayed": self.on_marker,
            f"muc::{self.room}::got_online": self.on_arrival,
            f"muc::{self.room}::got_offline": self.on_departure,
        }
        for event, listener in listeners.items():
            self.client.add_event_handler(event, listener)

    async def leave(self):
        if self.client:
            await self.client.disconnect()

    def message(self, text):
        return self.client.make_message(mto=self.room, mtype="groupchat", mbody=text)

    async def send_out(self, message):
        """Until the room has said it to everybody. What others call it, and what its author calls it."""
        reflection = asyncio.get_running_loop().create_future()
        self.reflections[message["id"]] = reflection
        message.send()
        return await asyncio.wait_for(reflection, DEADLINE)

    async def say(self, text, html, thread):
        message = self.message(text)
        if thread:
            message["thread"] = thread
        return await self.send_out(message)

    async def mention(self, whom, text):
        message = self.message(f"{whom}: {text}")
        reference = message["reference"]
        reference["type"] = "mention"
        reference["uri"] = f"xmpp:{self.room}/{whom}"
        reference["begin"], reference["end"] = "0", str(len(whom))
        return await self.send_out(message)

    async def correct(self, of, text):
        corrections = self.client.plugin["xep_0308"]
        return await self.send_out(corrections.build_correction(of["own"], self.room, mtype="groupchat", mbody=text))

    async def retract(self, of):
        self.client.plugin["xep_0424"].send_retraction(self.room, of["id"], mtype="groupchat")

    async def reply(self, to, text):
        return await self.send_out(
            self.client.plugin["xep_0461"].make_reply(
                f"{self.room}/{to['by']}",
                to["id"],
                fallback=to["text"],
                quoted_nick=to["by"],
                mto=self.room,
                mbody=text,
                mtype="groupchat",
            )
        )

    async def react(self, to, emoji):
        message = self.client.make_message(mto=self.room, mtype="groupchat")
        self.client.plugin["xep_0444"].set_reactions(message, to["id"], emoji)
        message.enable("store")
        message.send()

    async def type(self, on):
        message = self.client.make_message(mto=self.room, mtype="groupchat")
        message["chat_state"] = "composing" if on else "paused"
        message.send()

    async def read(self, of):
        self.client.plugin["xep_0333"].send_marker(self.room, of["id"], "displayed", mtype="groupchat")

    async def share(self, name, type, base64_bytes):
        content = base64.b64decode(base64_bytes)
        uploads = self.client.plugin["xep_0363"]
        url = await uploads.upload_file(name, len(content), type, input_file=io.BytesIO(content), timeout=DEADLINE)
        message = self.message(url)
        message["oob"]["url"] = url
        return await self.send_out(message)

    async def fetch(self, url):
        async with aiohttp.ClientSession() as session, session.get(url) as answer:
            answer.raise_for_status()
            return base64.b64encode(await answer.read()).decode()

    async def topic(self, text):
        self.client.plugin["xep_0045"].set_subject(self.room, text)


def carries(message, plugin):
    """The part of the message that the plugin reads; None: there is none."""
    return message.get_plugin(plugin, check=True)


asyncio.run(obey(Person()))
