/** Lines of the gateway itself, and what happens to a room elsewhere. */
import type { Outgoing, Written } from "../mapping.ts";
import type { MatrixCall } from "./calls.ts";
import type { MatrixOutbound } from "./context.ts";
import { cutText, NOBODY } from "./draft.ts";
import { loss } from "./result.ts";

/** Octets of JSON. */
const NOTICE = 8192;

/** Said by the gateway's own user; programs never answer a notice. */
export function notice(text: string, context: Pick<MatrixOutbound, "mark">): MatrixCall {
  const content = { msgtype: "m.notice", body: cutText(text, NOTICE), "m.mentions": NOBODY, ...context.mark };
  return { kind: "send", as: null, type: "m.room.message", content };
}

const sentences = {
  archived: "The conversation was archived elsewhere",
  restored: "The conversation was restored elsewhere",
  moved: "The conversation moved elsewhere",
  destroyed: "The conversation was ended elsewhere",
} as const;

export function writeRoom(
  event: Extract<Outgoing, { kind: "room" }>,
  context: MatrixOutbound,
): Written<MatrixCall> {
  const to = event.to === null || event.to === "" ? "" : ` to ${event.to}`;
  const reason = event.reason === "" ? "" : `: ${event.reason}`;
  const call = notice(`${sentences[event.change]}${to}${reason}`, context);
  return { calls: [call], losses: [loss("room_change_noted", event.change)] };
}
