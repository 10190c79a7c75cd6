/** Contents of Matrix events as a person's client sends them. */

export type MatrixContent = Readonly<Record<string, unknown>>;

export const textContent = (body: string): MatrixContent => ({ msgtype: "m.text", body });

export const htmlContent = (body: string, html: string): MatrixContent => ({
  msgtype: "m.text",
  body,
  format: "org.matrix.custom.html",
  formatted_body: html,
});

/** The content of an edit: the new one, and what programs show that know no edits. */
export const editContent = (target: string, content: MatrixContent): MatrixContent => ({
  ...content,
  body: `* ${String(content["body"])}`,
  "m.new_content": content,
  "m.relates_to": { rel_type: "m.replace", event_id: target },
});

export const replyContent = (target: string, body: string): MatrixContent => ({
  ...textContent(body),
  "m.relates_to": { "m.in_reply_to": { event_id: target } },
});

/** `last`: the thread's last event, which programs show that know no threads. */
export const threadContent = (root: string, body: string, last: string): MatrixContent => ({
  ...textContent(body),
  "m.relates_to": {
    rel_type: "m.thread",
    event_id: root,
    is_falling_back: true,
    "m.in_reply_to": { event_id: last },
  },
});

export interface MatrixFile {
  readonly name: string;
  readonly type: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What is said of it; left out: nothing. */
  readonly caption?: string;
}

export const fileContent = ({ name, type, bytes, caption }: MatrixFile, url: string): MatrixContent => ({
  msgtype: MSGTYPES[type.split("/")[0] ?? ""] ?? "m.file",
  body: caption ?? name,
  ...(caption === undefined ? {} : { filename: name }),
  url,
  info: { mimetype: type, size: bytes.length },
});
const MSGTYPES: Readonly<Record<string, string>> = { image: "m.image", audio: "m.audio", video: "m.video" };

/** `geo`: a geo: URI. */
export const locationContent = (body: string, geo: string): MatrixContent => ({
  msgtype: "m.location",
  body,
  geo_uri: geo,
});

/** The poll's options get the ids 0, 1 and so on (MSC3381, which clients send). */
export const pollContent = (question: string, options: readonly string[], most = 1): MatrixContent => ({
  "org.matrix.msc3381.poll.start": {
    kind: "org.matrix.msc3381.poll.disclosed",
    max_selections: most,
    question: { "org.matrix.msc1767.text": question },
    answers: options.map((option, index) => ({ id: String(index), "org.matrix.msc1767.text": option })),
  },
  "org.matrix.msc1767.text": [question, ...options.map((option, index) => `${index + 1}. ${option}`)].join(
    "\n",
  ),
});
export const POLL_START = "org.matrix.msc3381.poll.start";

export const voteContent = (poll: string, options: readonly number[]): MatrixContent => ({
  "m.relates_to": { rel_type: "m.reference", event_id: poll },
  "org.matrix.msc3381.poll.response": { answers: options.map(String) },
});
export const POLL_RESPONSE = "org.matrix.msc3381.poll.response";

export const pollEndContent = (poll: string): MatrixContent => ({
  "m.relates_to": { rel_type: "m.reference", event_id: poll },
  "org.matrix.msc3381.poll.end": {},
  "org.matrix.msc1767.text": "The poll has ended.",
});
export const POLL_END = "org.matrix.msc3381.poll.end";
