/** Polls under the names of MSC3381, which is what programs show; where the room has none, as text. */
import { type FlatText, plainFlat } from "../markup/flat.ts";
import type { Loss } from "../loss.ts";
import type { MessageBody } from "../message.ts";
import type { MatrixContent } from "./calls.ts";
import type { MatrixCapabilities, MatrixOutbound } from "./context.ts";
import { cutText, type Draft, type Drafts, NOBODY } from "./draft.ts";
import { POLL_OPTIONS } from "./limits.ts";
import { loss } from "./result.ts";
import { textDrafts } from "./write-text.ts";

type Poll = Extract<MessageBody, { kind: "poll" }>;

/** Octets of JSON. */
const QUESTION = 2048;
const OPTION = 320;
const OPTION_ID = 128;
const TEXT = "org.matrix.msc1767.text";

export function pollDrafts(poll: Poll, capabilities: MatrixCapabilities, context: MatrixOutbound): Drafts {
  if (!capabilities.polls) {
    const { drafts, losses } = textDrafts(listed(poll), "m.text", null, capabilities, context);
    return { drafts, losses: [...losses, loss("poll_as_text", poll.question)] };
  }
  const losses: Loss[] = [];
  const cut = (text: string, octets: number): string => {
    const short = cutText(text, octets);
    if (short !== text) losses.push(loss("text_cut", "a poll's words"));
    return short;
  };
  if (poll.options.length > POLL_OPTIONS) losses.push(loss("text_cut", "options of a poll"));
  const question = cut(poll.question, QUESTION);
  const options = poll.options
    .slice(0, POLL_OPTIONS)
    .map(({ id, text }) => ({ id: cutText(id, OPTION_ID), [TEXT]: cut(text, OPTION) }));
  const fallback = [question, ...options.map((option, at) => `${String(at + 1)}. ${option[TEXT] ?? ""}`)];
  const content: MatrixContent = {
    [TEXT]: fallback.join("\n"),
    "org.matrix.msc3381.poll.start": {
      kind: `org.matrix.msc3381.poll.${poll.disclosed ? "disclosed" : "undisclosed"}`,
      max_selections: poll.most,
      question: { [TEXT]: question, body: question, msgtype: "m.text" },
      answers: options,
    },
    "m.mentions": NOBODY,
  };
  return { drafts: [{ type: "org.matrix.msc3381.poll.start", content }], losses };
}

/** A vote or the end of the poll that `target` started. */
export function pollReference(
  body: Extract<MessageBody, { kind: "vote" | "poll-end" }>,
  target: string,
): Draft {
  const relation = {
    "m.relates_to": { rel_type: "m.reference", event_id: target },
    "m.mentions": NOBODY,
  };
  if (body.kind === "vote") {
    const answers = body.options.slice(0, POLL_OPTIONS).map((id) => cutText(id, OPTION_ID));
    const content = { ...relation, "org.matrix.msc3381.poll.response": { answers } };
    return { type: "org.matrix.msc3381.poll.response", content };
  }
  const text = cutText(body.text === "" ? "The poll has ended." : body.text, QUESTION);
  const content = { ...relation, [TEXT]: text, body: text, "org.matrix.msc3381.poll.end": {} };
  return { type: "org.matrix.msc3381.poll.end", content };
}

function listed(poll: Poll): FlatText {
  const [first] = plainFlat(poll.question).blocks;
  const options = poll.options.map(
    ({ text }, at) =>
      ({
        kind: "item",
        quote: 0,
        list: 1,
        marker: at + 1,
        runs: [{ kind: "text", text, marks: 0, link: null }],
      }) as const,
  );
  return { blocks: first === undefined ? options : [first, ...options] };
}
