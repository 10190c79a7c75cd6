import { randomBytes } from "node:crypto";
import { encodeContent } from "../../../mappings/content/codec.ts";
import { PLAIN_TEXT } from "../../../mappings/content/content.ts";
import { eventId, SALT_OCTETS } from "../../../mappings/event-id.ts";
import { type GroupUri, type ProviderDomain, userUri } from "../../../mappings/ids.ts";
import type { NativeId } from "../../../core/ids.ts";
import { plainAct } from "../../../mappings/message-act.ts";
import type { NewEvent } from "../../../core/store/units/group-log.ts";

/** A message as a room's lane appends it, its content and its id real. */
export function saidMessage(host: ProviderDomain, group: GroupUri, text: string, by: string): NewEvent {
  const salt = randomBytes(SALT_OCTETS);
  const sender = userUri(host, by);
  const content = encodeContent({
    salt,
    replaces: null,
    topicId: new Uint8Array(),
    expires: null,
    inReplyTo: null,
    extensions: new Map(),
    sender,
    group,
    body: {
      cardinality: "single",
      disposition: 1,
      language: "",
      contentType: PLAIN_TEXT,
      content: Buffer.from(text),
    },
  });
  const id = eventId("message", sender, group, content, salt);
  return {
    kind: "message",
    id,
    content,
    sender: { uri: sender, native: by, name: by },
    native: `native ${id}` as NativeId,
    aux: null,
    effect: { kind: "none" },
    act: plainAct,
    property: null,
  };
}
