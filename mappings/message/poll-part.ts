/** Polls as parts of mimi-content: a question with numbered options; what they are by name is in an extension. */
import type { Extensions, ExtensionValue, Part } from "../content/content.ts";
import { cleanText } from "../markup/flat-builder.ts";
import type { Block, FlatText, Run } from "../markup/flat.ts";
import type { MessageBody } from "../message.ts";
import { pollOf } from "./extensions.ts";
import { writeTextPart } from "./text-part.ts";

type Poll = Extract<MessageBody, { kind: "poll" }>;

/** Text that stands alone for those who do not know the extension. */
export function writePoll(poll: Poll): Part {
  return writeTextPart(pollText(poll), 0).part;
}

export function pollExtension(poll: Poll): ExtensionValue {
  const { question, options, most, disclosed } = normalisePoll(poll);
  return new Map<string, ExtensionValue>([
    ["q", question],
    ["kind", disclosed ? "disclosed" : "undisclosed"],
    ["max", most],
    ["opts", options.map(({ id, text }) => [id, text])],
  ]);
}

/** null: the extension is missing or malformed. */
export function readPoll(extensions: Extensions): Poll | null {
  const poll = pollOf(extensions);
  return (
    poll && {
      kind: "poll",
      question: poll.q,
      options: poll.opts.map(([id, text]) => ({ id, text })),
      most: poll.max,
      disclosed: poll.kind === "disclosed",
    }
  );
}

/** What reading the written poll gives. */
export function normalisePoll(poll: Poll): Poll {
  return {
    kind: "poll",
    question: cleanText(poll.question, false),
    options: poll.options.map(({ id, text }) => ({ id: id.toWellFormed(), text: cleanText(text, false) })),
    most: Number.isSafeInteger(poll.most) && poll.most > 0 ? poll.most : 1,
    disclosed: poll.disclosed,
  };
}

/** The question, and the options with numbers. */
function pollText({ question, options }: Poll): FlatText {
  const items = options.map(({ text }, at): Block => ({
    kind: "item",
    quote: 0,
    list: 1,
    marker: at + 1,
    runs: wordsOf(text),
  }));
  return { blocks: [{ kind: "paragraph", quote: 0, list: 0, runs: wordsOf(question) }, ...items] };
}

const wordsOf = (text: string): readonly Run[] => [{ kind: "text", text, marks: 0, link: null }];
