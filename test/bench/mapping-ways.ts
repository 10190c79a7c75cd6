/** Messages on their way between platforms, as one gateway carries them: read, encoded with an id, and written. */
import assert from "node:assert/strict";
import { decodeContent, encodeContent } from "../../mappings/content/codec.ts";
import type { MimiContent } from "../../mappings/content/content.ts";
import { eventId } from "../../mappings/event-id.ts";
import type { Mapped, MappedEvent, Outgoing } from "../../mappings/mapping.ts";
import { fromMimi as toMatrix } from "../../mappings/matrix/from-mimi.ts";
import { toMimi as ofMatrix } from "../../mappings/matrix/to-mimi.ts";
import type { Message } from "../../mappings/message.ts";
import { fromContent } from "../../mappings/message/from-content.ts";
import { toContent } from "../../mappings/message/to-content.ts";
import { toMimi as ofSlack } from "../../mappings/slack/to-mimi.ts";
import { fromMimi as toXmpp } from "../../mappings/xmpp/from-mimi.ts";
import * as matrixRoom from "../mappings/matrix/room.ts";
import * as slackRoom from "../mappings/slack/context.ts";
import * as xmppRoom from "../mappings/xmpp/room.ts";

const salt = new Uint8Array(16).fill(7);

/** The message of an event that is one. */
function messageOf({ events }: MappedEvent): Message {
  const [event] = events;
  assert.ok(event?.kind === "message", "the event is no message");
  return event.message;
}

/** The message as the log holds it. */
export function contentOf(message: Message): MimiContent {
  return { ...toContent(message), salt, sender: slackRoom.AL, group: slackRoom.GROUP };
}

function carry(
  message: Message,
  again: boolean,
  write: (event: Outgoing) => { readonly calls: readonly unknown[] },
): readonly unknown[] {
  const bytes = encodeContent(contentOf(message));
  const id = eventId("message", slackRoom.AL, slackRoom.GROUP, bytes, salt);
  const said = again ? fromContent(decodeContent(bytes)) : message;
  return write({ kind: "message", id, author: { uri: slackRoom.AL, name: "Al" }, message: said }).calls;
}

const slackInbound = slackRoom.inbound();

/** `again`: what is written was read from the bytes; else it is at hand. */
export function slackToMatrix(event: object, again: boolean): readonly unknown[] {
  return carry(messageOf(ofSlack(event, slackInbound)), again, (said) =>
    toMatrix(said, matrixRoom.everything, matrixRoom.outbound),
  );
}

export function matrixToXmpp(event: object, again: boolean): readonly unknown[] {
  return carry(messageOf(ofMatrix(event, matrixRoom.inbound)), again, (said) =>
    toXmpp(said, xmppRoom.capabilities, xmppRoom.outbound),
  );
}

/** What an event of Slack becomes in a room of every kind; for events that need not be messages. */
export function slackToAll(event: object): readonly unknown[] {
  return ofSlack(event, slackInbound).events.flatMap((mapped: Mapped) =>
    mapped.kind === "message" ? everywhere(mapped.message) : [],
  );
}

/** A message at hand, in rooms of two platforms. */
export function everywhere(message: Message): readonly unknown[] {
  return carry(message, true, (said) => ({
    calls: [
      ...toMatrix(said, matrixRoom.everything, matrixRoom.outbound).calls,
      ...toXmpp(said, xmppRoom.capabilities, xmppRoom.outbound).calls,
    ],
  }));
}

const WORDS = "the gateway carries what is said in one room to the others, ";

export const plainSlack = {
  type: "message",
  user: "U123",
  ts: slackRoom.LATER,
  text: "Shall we ship it on Monday?",
  blocks: [
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [{ type: "text", text: "Shall we ship it on Monday?" }],
        },
      ],
    },
  ],
};

const marked = ["bold", "italic", "strike", "code", "bold"].flatMap((mark, at) => [
  { type: "text", text: `${WORDS.slice(at * 3, at * 3 + 30)} ` },
  { type: "text", text: `${mark} words`, style: { [mark]: true } },
]);

/** 250 characters, five marks, a link and a mention. */
export const richSlack = {
  ...plainSlack,
  text: "rich",
  blocks: [
    {
      type: "rich_text",
      elements: [
        {
          type: "rich_text_section",
          elements: [
            ...marked,
            { type: "text", text: " see " },
            { type: "link", url: "https://example.org/a/page", text: "this page" },
            { type: "text", text: " and ask " },
            { type: "user", user_id: "U123" },
            { type: "text", text: " about it." },
          ],
        },
      ],
    },
  ],
};

const matrixEvent = {
  type: "m.room.message",
  sender: "@bob:hs.example",
  event_id: "$new",
  origin_server_ts: 1_755_517_523_123,
};

export const plainMatrix = {
  ...matrixEvent,
  content: { msgtype: "m.text", body: "Shall we ship it on Monday?" },
};

export const richMatrix = {
  ...matrixEvent,
  content: {
    msgtype: "m.text",
    body: "rich",
    format: "org.matrix.custom.html",
    formatted_body:
      "the gateway carries what <strong>bold words</strong> is said in one room to <em>italic words</em> the " +
      "others, once and <del>struck words</del> in order, also <code>code words</code> over crashes and " +
      '<strong>bold words</strong>, see <a href="https://example.org/a/page">this page</a> and ask ' +
      '<a href="https://matrix.to/#/@alice:hs.example">Alice</a> about all of it today.',
    "m.mentions": { user_ids: ["@alice:hs.example"] },
  },
};
