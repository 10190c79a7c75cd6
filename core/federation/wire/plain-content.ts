/** The short way of a long log: contents of plain texts, which differ in their salts and their texts alone. */
import { encodeContent } from "../../../mappings/content/codec.ts";
import { Disposition, PLAIN_TEXT } from "../../../mappings/content/content.ts";
import { SALT_OCTETS } from "../../../mappings/event-id.ts";
import type { GroupUri, UserUri } from "../../../mappings/ids.ts";

/** Heads of the array and of the salt, then the salt. */
const BEGIN = 2 + SALT_OCTETS;
/** The head of an empty text. */
const EMPTY = 1;
const MOST_FRAMES = 1_000;

/** What stands between the salt and the text, by sender and group. */
const frames = new Map<string, { readonly heads: Uint8Array; readonly middle: Uint8Array }>();

/**
 * Whether the content is that of a message which is a plain text and nothing else, of this sender in this group, octet by octet
 * as we write it. False says nothing: it is to be read.
 */
export function isPlainText(content: Uint8Array, sender: UserUri, group: GroupUri): boolean {
  const { heads, middle } = frameOf(sender, group);
  const text = BEGIN + middle.length;
  if (content.length <= text || content[0] !== heads[0] || content[1] !== heads[1]) return false;
  if (Buffer.compare(content.subarray(BEGIN, text), middle) !== 0) return false;
  return isOctets(content, text);
}

/** Whether an octet string in its shortest form (RFC 8949, section 3) is all that stands from there on. */
function isOctets(content: Uint8Array, from: number): boolean {
  const [head = 0, high = 0, low = 0] = content.subarray(from, from + 3);
  const length = content.length - from;
  switch (head) {
    case 0x58:
      return high >= 24 && length === 2 + high;
    case 0x59:
      return high > 0 && length === 3 + high * 256 + low;
    default:
      return head >= 0x40 && head < 0x58 && length === 1 + (head - 0x40);
  }
}

function frameOf(sender: UserUri, group: GroupUri) {
  const name = `${sender} ${group}`;
  const known = frames.get(name);
  if (known) return known;
  const empty = encodeContent({
    salt: new Uint8Array(SALT_OCTETS),
    replaces: null,
    topicId: new Uint8Array(),
    expires: null,
    inReplyTo: null,
    extensions: new Map(),
    sender,
    group,
    body: {
      cardinality: "single",
      disposition: Disposition.render,
      language: "",
      contentType: PLAIN_TEXT,
      content: new Uint8Array(),
    },
  });
  const frame = { heads: empty.subarray(0, 2), middle: empty.subarray(BEGIN, empty.length - EMPTY) };
  if (frames.size === MOST_FRAMES) frames.clear();
  frames.set(name, frame);
  return frame;
}
