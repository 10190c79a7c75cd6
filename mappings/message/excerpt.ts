import { plainTextOf } from "../markup/plain.ts";
import type { Message } from "../message.ts";

/** The longest excerpt, in code points. */
const LONGEST = 200;

/** The beginning of what a message says, for quotations: plain text in one piece, at most 200 code points. */
export function excerptOf({ body }: Message): string {
  const text = said(body);
  // A code unit is at most a code point: short texts need not be taken apart.
  if (text.length <= LONGEST) return text;
  const points = Array.from(text.slice(0, 2 * LONGEST + 2));
  return points.length <= LONGEST
    ? text
    : `${points
        .slice(0, LONGEST - 1)
        .join("")
        .trimEnd()}…`;
}

function said(body: Message["body"]): string {
  switch (body.kind) {
    case "text":
      // What is hidden stays hidden where it is quoted.
      return body.spoiler === null ? plainTextOf(body.text) : "▒▒▒";
    case "media":
      return body.caption ? plainTextOf(body.caption) : (body.files[0]?.filename ?? "");
    case "poll":
      return body.question;
    case "location":
    case "call":
      return body.name;
    case "poll-end":
    case "unknown":
      return body.text;
    case "reaction":
    case "unreaction":
    case "deletion":
    case "vote":
      return "";
  }
}
