/** What an event says, in a line for an operator. */
import { partText } from "../../mappings/content/codec.ts";
import { ContentError } from "../../mappings/content/content-error.ts";
import { partsByIndex } from "../../mappings/content/part-index.ts";
import { type EventContent, readEventContent } from "../../mappings/event-content.ts";
import type { GroupEvent } from "../federation-operations.ts";
import type { EventRow } from "../store/units/group-reports.ts";

const LONGEST = 200;
/** The upper bits of the first half of a character that takes two code units. */
const HIGH_SURROGATES = 0xd800 >> 10;

export function groupEvent({ seq, id, kind, sender, at, content }: EventRow): GroupEvent {
  const text = content === null ? null : sayable(() => saidIn(readEventContent(kind, content)));
  return { seq, id, kind, sender, at, text: text === null ? null : shortened(text) };
}

function sayable(read: () => string): string | null {
  try {
    return read();
  } catch (thrown) {
    if (thrown instanceof ContentError) return null;
    throw thrown;
  }
}

function saidIn(said: EventContent): string {
  switch (said.kind) {
    case "message": {
      const parts = partsByIndex(said.content.body);
      for (const part of parts) {
        const text = partText(part);
        if (text !== null) return text;
      }
      const file = parts.find((part) => part.cardinality === "external");
      return file ? `file ${file.filename}` : "(nothing that is text)";
    }
    case "property": {
      const { name, item, value } = said.property;
      return `${item === "" ? name : `${name}/${item}`} = ${value}`;
    }
    case "member":
      return `${said.member.change} ${said.member.user}`;
    case "role":
      return `roles: ${said.roles.map(({ index, name }) => `${index} ${name}`).join(", ")}`;
    case "moderate":
      return `${said.moderation.act} ${said.moderation.user}`;
    case "erase":
      return said.erasure.of === "user"
        ? `everything of ${said.erasure.user}`
        : `${said.erasure.ids.length} events`;
    case "opaque":
      return `${said.type}, ${said.octets.length} octets`;
  }
}

/** No character is cut apart. */
function shortened(text: string): string {
  if (text.length <= LONGEST) return text;
  const end = text.charCodeAt(LONGEST - 1) >> 10 === HIGH_SURROGATES ? LONGEST - 1 : LONGEST;
  return `${text.slice(0, end)}…`;
}
