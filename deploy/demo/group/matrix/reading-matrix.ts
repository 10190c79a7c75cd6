/** What a Matrix room's messages say to who reads them there with a client that knows all features. */
import { z } from "zod";
import { isMxc } from "../../../../mappings/matrix/mxc.ts";
import type { MatrixEvent, ShownMessage } from "../../../clients/matrix-shown.ts";
import { shortened } from "../../reading.ts";
import { readHtml } from "./reading-html.ts";

const PLACE = /^geo:(-?[\d.]+),(-?[\d.]+)/;
/** In words that are not to call anybody. */
const UNSEEN = /\u2060/g;
const KINDS: Readonly<Record<string, string>> = {
  "m.file": "file",
  "m.image": "picture",
  "m.audio": "sound",
  "m.video": "film",
};

const textForm = z.object({ "org.matrix.msc1767.text": z.string() });
const pollForm = z.object({
  "org.matrix.msc3381.poll.start": z.object({
    question: textForm,
    answers: z.array(textForm.extend({ id: z.string() })),
  }),
});
const keyForm = z.object({ "m.relates_to": z.object({ key: z.string() }) });
const relatedForm = z.object({ "m.relates_to": z.object({ event_id: z.string() }) });
const voteForm = relatedForm.extend({
  "org.matrix.msc3381.poll.response": z.object({ answers: z.array(z.string()) }),
});

/** A room as one of its people sees it. */
export interface MatrixView {
  readonly messages: readonly ShownMessage[];
  readonly timeline: readonly MatrixEvent[];
  /** Display names by the ids of people. */
  readonly names: ReadonlyMap<string, string>;
  /** What files hold, by their addresses. */
  readonly files: ReadonlyMap<string, string>;
}

/** A line for the message, and one for each reaction to it, vote on it and end of it; none where it was deleted. */
export function readMatrixMessage(message: ShownMessage, view: MatrixView): string[] {
  if (message.deleted) return [];
  const who = nameOf(view, message.sender);
  const { text, notes } = wordsOf(message, view);
  const said = message.content["msgtype"] === "m.emote" ? `* ${who} ${text}` : `${who}: ${text}`;
  const all = [...relations(message, view), ...notes, ...(message.edited ? ["edited"] : [])];
  const line = [said, ...all.map((note) => `(${note})`)].join(" ").replaceAll("\n", " ⏎ ");
  const on = `(on: ${shortened(text)})`;
  const reactions = message.reactions.map(
    ({ emoji, sender }) => `${shownEmoji(emoji, view)} by ${nameOf(view, sender)} ${on}`,
  );
  return [line, ...reactions, ...pollLines(message, view).map((one) => `${one} ${on}`)];
}

/** How the message begins with this id. */
export function excerptOf(id: string, view: MatrixView): string {
  const message = view.messages.find((one) => one.id === id);
  return message ? shortened(wordsOf(message, view).text) : "nothing in this room";
}

export const nameOf = ({ names }: MatrixView, user: string): string => names.get(user) ?? user;

function relations({ replyTo, thread }: ShownMessage, view: MatrixView): string[] {
  return [
    ...(replyTo === null ? [] : [`to: ${excerptOf(replyTo, view)}`]),
    ...(thread === null ? [] : [`thread: ${excerptOf(thread, view)}`]),
  ];
}

function wordsOf(message: ShownMessage, view: MatrixView): { text: string; notes: readonly string[] } {
  const { type, content, body } = message;
  const poll = pollForm.safeParse(content).data?.["org.matrix.msc3381.poll.start"];
  if (poll) {
    const options = poll.answers.map((one) => one["org.matrix.msc1767.text"]);
    return { text: poll.question["org.matrix.msc1767.text"], notes: [`poll: ${options.join(", ")}`] };
  }
  const place = PLACE.exec(textAt(content, "geo_uri"));
  if (place) return { text: body, notes: [`${place[1]} N, ${place[2]} E`] };
  const url = textAt(content, "url");
  if (url !== "") return { text: fileOf(type, content, view.files.get(url) ?? ""), notes: [] };
  const html = textAt(content, "formatted_body");
  if (html === "") return { text: body.replaceAll(UNSEEN, ""), notes: [] };
  const { text, notes } = readHtml(html, (user) => nameOf(view, user));
  return { text: text.replaceAll(UNSEEN, ""), notes };
}

/** What is said of a file stands in the body, where its name stands apart. */
function fileOf(type: string, content: ShownMessage["content"], holds: string): string {
  if (type === "m.sticker") return `sticker: ${holds}`;
  const body = textAt(content, "body");
  const name = textAt(content, "filename") || body;
  const kind = KINDS[textAt(content, "msgtype")] ?? "file";
  const shown = content["org.matrix.msc3245.voice"] === undefined ? kind : "voice message";
  const caption = body === name ? "" : ` (says: ${body})`;
  return `${shown} ${name}: ${holds}${caption}`;
}

/** Of each voter only the last vote counts. */
function pollLines({ id, content }: ShownMessage, { timeline, names }: MatrixView): string[] {
  const poll = pollForm.safeParse(content).data?.["org.matrix.msc3381.poll.start"];
  if (!poll) return [];
  const votes = new Map<string, string>();
  let end: string[] = [];
  for (const event of timeline) {
    if (relatedForm.safeParse(event.content).data?.["m.relates_to"].event_id !== id) continue;
    const who = names.get(event.sender) ?? event.sender;
    if (event.content["org.matrix.msc3381.poll.end"] !== undefined) end = [`${who} ends the poll`];
    const vote = voteForm.safeParse(event.content).data?.["org.matrix.msc3381.poll.response"];
    if (!vote) continue;
    const chosen = poll.answers.filter((one) => vote.answers.includes(one.id));
    votes.set(who, chosen.map((one) => one["org.matrix.msc1767.text"]).join(", "));
  }
  return [...[...votes].map(([who, what]) => `${who} votes for ${what}`), ...end];
}

function textAt(content: ShownMessage["content"], key: string): string {
  const value = content[key];
  return typeof value === "string" ? value : "";
}

/** Of a picture its name (MSC4027). */
function shownEmoji(emoji: string, { timeline }: MatrixView): string {
  if (!isMxc(emoji)) return emoji;
  const named = timeline.find(
    ({ content }) => keyForm.safeParse(content).data?.["m.relates_to"].key === emoji,
  );
  return textAt(named?.content ?? {}, "com.beeper.reaction.shortcode");
}
