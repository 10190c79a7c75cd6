/** A document of application/mimi-content, or the content of a property's event (docs/mtp.md), read. */
import { ContentError } from "../../mappings/content/content-error.ts";
import { decodeDocument } from "../../mappings/content/codec.ts";
import { decodeProperty } from "../../mappings/event-content.ts";
import { eventId } from "../../mappings/event-id.ts";
import type { GroupPropertyName } from "../../mappings/events.ts";
import type { UserUri } from "../../mappings/ids.ts";
import type { PropertyValue } from "../../mappings/mapping.ts";
import { readContent } from "../../mappings/message/from-content.ts";
import { GatewayError } from "../errors.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { SourceKnowledge } from "./source-knowledge.ts";

/** The first octet of an array of four: a property has so many items, and a message seven. */
const PROPERTY = 0x84;

/** Sender and room are those that the document names. Throws GatewayError content_invalid. */
export function readMimi(bytes: Uint8Array, file: ContextFile, seed: string): Reading {
  try {
    return bytes[0] === PROPERTY ? ofProperty(bytes, file, seed) : ofMessage(bytes, file, seed);
  } catch (error) {
    if (error instanceof ContentError)
      throw new GatewayError("content_invalid", `${error.rule}: ${error.detail}`, { cause: error });
    throw error;
  }
}

function ofMessage(bytes: Uint8Array, file: ContextFile, seed: string): Reading {
  const document = decodeDocument(bytes);
  const known = new SourceKnowledge("mimi", file);
  const sender = document.sender ?? known.userUri("stand-in");
  const group = document.group ?? known.groupUri("stand-in");
  const { message, losses } = readContent(document);
  const id = eventId("message", sender, group, bytes, document.salt);
  const name = known.userName(sender) ?? sender.slice(sender.lastIndexOf("/") + 1);
  const event = { kind: "message", sender: { native: sender, name }, native: null, message } as const;
  const idOf: Reading["idOf"] = (native) => known.idOf(native);
  return { events: [{ event, id }], losses, group, room: null, seed, takenBack: null, uriOf, idOf };
}

/** As mappings name properties; null: they carry none of that. */
const mappedNames = {
  name: "name",
  topic: "topic",
  avatar: "avatar",
  isModerated: "moderated",
  isReadOnly: "read-only",
  pins: "pins",
  links: null,
} as const satisfies Record<GroupPropertyName, PropertyValue["name"] | null>;

function ofProperty(bytes: Uint8Array, file: ContextFile, seed: string): Reading {
  const { name: named, item, value } = decodeProperty(bytes);
  const name = mappedNames[named];
  if (name === null) throw new ContentError("property", `${named} is nothing that a platform is told`);
  const known = new SourceKnowledge("mimi", file);
  const event = { kind: "property", sender: null, property: { name, item, value } } as const;
  return {
    events: [{ event, id: null }],
    losses: [],
    group: known.groupUri("stand-in"),
    room: null,
    seed,
    takenBack: null,
    uriOf,
    idOf: (native) => known.idOf(native),
  };
}

/** Whoever a document names is named by a URI. */
const uriOf = (native: string): UserUri => native as UserUri;
