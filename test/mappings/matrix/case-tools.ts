/** How the table tests of Matrix say what they expect. */
import assert from "node:assert/strict";
import type { FeatureKey } from "../../../mappings/features.ts";
import type { LossCode } from "../../../mappings/loss.ts";
import type { Mapped, Outgoing } from "../../../mappings/mapping.ts";
import type { Block, FlatText, Run } from "../../../mappings/markup/flat.ts";
import type { MatrixCall, MatrixContent } from "../../../mappings/matrix/calls.ts";
import type { MatrixCapabilities, MatrixInbound, MatrixOutbound } from "../../../mappings/matrix/context.ts";
import { fromMimi } from "../../../mappings/matrix/from-mimi.ts";
import { toMimi } from "../../../mappings/matrix/to-mimi.ts";
import { message, type Message, type MessageBody } from "../../../mappings/message.ts";
import type { MappingCase } from "../cases/case.ts";
import { authorAl, eventId, everything, inbound, outbound } from "./room.ts";

export const bobNative = { native: "@bob:hs.example", name: "Bob" };
export const newId = eventId(9);

/** An event of bob's. */
export function event(type: string, content: MatrixContent, more: MatrixContent = {}): MatrixContent {
  return {
    type,
    sender: bobNative.native,
    room_id: "!eng:hs.example",
    event_id: "$new",
    origin_server_ts: 1_755_517_530_000,
    content,
    ...more,
  };
}

export function text(content: MatrixContent): MatrixContent {
  return event("m.room.message", { msgtype: "m.text", "m.mentions": {}, ...content });
}

export function html(formatted_body: string, more: MatrixContent = {}): MatrixContent {
  return text({ body: "plain", format: "org.matrix.custom.html", formatted_body, ...more });
}

export function run(words: string, marks = 0, link: string | null = null): Run {
  return { kind: "text", text: words, marks, link };
}

export function paragraph(...runs: readonly Run[]): Block {
  return { kind: "paragraph", quote: 0, list: 0, runs };
}

export function flat(...blocks: readonly Block[]): FlatText {
  return { blocks };
}

export function words(said: FlatText | string, more: Partial<Extract<MessageBody, { kind: "text" }>> = {}) {
  const shown = typeof said === "string" ? flat(paragraph(run(said))) : said;
  return { kind: "text", style: "plain", text: shown, spoiler: null, previews: [], ...more } as const;
}

/** The event is read as these, with exactly these losses. */
export function reads(
  feature: FeatureKey,
  name: string,
  given: unknown,
  events: readonly Mapped[],
  losses: readonly LossCode[] = [],
  context: Partial<MatrixInbound> = {},
): MappingCase {
  return {
    feature,
    direction: "in",
    name,
    run() {
      const result = toMimi(given, { ...inbound, ...context });
      assert.deepEqual(result.events, events);
      assert.deepEqual(
        result.losses.map(({ code }) => code),
        losses,
      );
    },
  };
}

/** The event is read as a message of bob's. */
export function readsMessage(
  feature: FeatureKey,
  name: string,
  given: unknown,
  body: MessageBody,
  related: Partial<Message> = {},
  losses: readonly LossCode[] = [],
  context: Partial<MatrixInbound> = {},
): MappingCase {
  const said: Mapped = {
    kind: "message",
    sender: bobNative,
    native: "$new",
    message: { ...message(body), ...related },
  };
  return reads(feature, name, given, [said], losses, context);
}

/** The event is written as these calls, with exactly these losses. */
export function writes(
  feature: FeatureKey,
  name: string,
  given: Outgoing,
  calls: readonly MatrixCall[],
  losses: readonly LossCode[] = [],
  capabilities: Partial<MatrixCapabilities> = {},
  context: Partial<MatrixOutbound> = {},
): MappingCase {
  return {
    feature,
    direction: "out",
    name,
    run() {
      const result = fromMimi(given, { ...everything, ...capabilities }, { ...outbound, ...context });
      assert.deepEqual(result.calls, calls);
      assert.deepEqual(
        result.losses.map(({ code }) => code),
        losses,
      );
    },
  };
}

/** A message of al's, who is of Slack. */
export function outgoing(body: MessageBody, related: Partial<Message> = {}): Outgoing {
  return { kind: "message", id: newId, author: authorAl, message: { ...message(body), ...related } };
}

/** What al's ghost sends. */
export function sends(content: MatrixContent, type = "m.room.message"): MatrixCall {
  return { kind: "send", as: authorAl.uri, type, content };
}
