/** One message in the words of each platform, and what converting gives. */
import { type ContextFile, noContext, readContextFile } from "../../../core/convert/context-file.ts";
import { convertInput, type Converted } from "../../../core/convert/convert.ts";
import type { Source, Target } from "../../../core/convert/platforms.ts";

export const slack = {
  type: "message",
  user: "U123",
  channel: "C1",
  ts: "1755517523.123450",
  text: "Ship *2.0* & win",
};
export const matrix = {
  type: "m.room.message",
  sender: "@al:hs.example",
  event_id: "$e1",
  room_id: "!eng:hs.example",
  content: {
    msgtype: "m.text",
    body: "Ship 2.0 & win",
    format: "org.matrix.custom.html",
    formatted_body: "Ship <b>2.0</b> &amp; win",
  },
};
export const stanza =
  "<message type='groupchat' from='eng@muc.example/Al' id='x1'><body>Ship *2.0* &amp; win</body></message>";

export function convert(
  input: string | object,
  from: Source,
  to: Target,
  context: ContextFile = noContext,
): Converted {
  const text = typeof input === "string" ? input : JSON.stringify(input);
  return convertInput(Buffer.from(text), { from, to, context });
}

export function contextOf(context: object): ContextFile {
  return readContextFile(JSON.stringify(context), "context.json");
}

/** The same message as MIMI content in hexadecimal. */
export function cbor(): string {
  const [first] = convert(slack, "slack", "mimi").native;
  return (first as { cbor: string }).cbor;
}
