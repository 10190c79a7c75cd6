/** Inputs that are made to be slow, by the reader that they are for. */
import { writeCbor } from "../../mappings/content/cbor.ts";
import { decodeDocument } from "../../mappings/content/codec.ts";
import { mimiHtmlReader } from "../../mappings/markup/html/dialects/mimi.ts";
import { LONGEST_HTML } from "../../mappings/markup/html/limits.ts";
import { readHtml } from "../../mappings/markup/html/read.ts";
import { LONGEST } from "../../mappings/markup/markdown/limits.ts";
import { readMarkdown } from "../../mappings/markup/markdown/read.ts";
import { hostileHtml } from "../mappings/markup/html/hostile-html.ts";
import { families as hostileMarkdown } from "../mappings/markup/hostile-markdown.ts";
import { families, type HostileReader, READER_GOAL } from "./hostile-family.ts";
import { mrkdwn, slackEvents, ways } from "./hostile-slack.ts";
import { stanzas, styling } from "./hostile-xmpp.ts";

const dialect = mimiHtmlReader(null);

const markdown: HostileReader = {
  name: "Markdown",
  goal: READER_GOAL,
  limit: LONGEST,
  families: families(hostileMarkdown, (make) => (size) => {
    const per = Math.max(1, make(64).length / 64);
    const text = make(Math.ceil(size / per)).slice(0, size);
    return () => readMarkdown(text);
  }),
};

const html: HostileReader = {
  name: "HTML",
  goal: READER_GOAL,
  limit: LONGEST_HTML,
  families: families(hostileHtml, (make) => (size) => {
    const text = make(size);
    return () => readHtml(text, dialect);
  }),
};

const SALT = new Uint8Array(16);

const cbor: HostileReader = {
  name: "CBOR",
  goal: READER_GOAL,
  limit: 64 * 1024,
  families: {
    "nested arrays": (size) => refused(new Uint8Array(size).fill(0x81)),
    "nested maps": (size) => refused(Buffer.from("a100".repeat(size / 2), "hex")),
    "nested tags": (size) => refused(new Uint8Array(size).fill(0xc1)),
    "long keys": (size) =>
      document(
        new Map(Array.from({ length: size / 256 }, (_, at) => [`${at}`.padStart(254, "k"), 1] as const)),
      ),
    "many keys": (size) =>
      document(new Map(Array.from({ length: size / 5 }, (_, at) => [at + 3, 1] as const))),
    "many parts": (size) => {
      const parts = Array.from({ length: Math.min(1_000, size / 64) }, () => [
        1,
        "",
        1,
        "text/plain",
        Buffer.alloc(48),
      ]);
      return document(new Map(), [1, "", 3, 2, parts]);
    },
    "a long text": (size) => document(new Map(), [1, "", 1, "text/plain", Buffer.alloc(size, 0x61)]),
  },
};

export const hostileReaders: readonly HostileReader[] = [
  markdown,
  html,
  mrkdwn,
  styling,
  stanzas,
  slackEvents,
  ways,
  cbor,
];

/** Octets that are no content: what it costs to find out. */
function refused(octets: Uint8Array): () => unknown {
  return () => {
    try {
      decodeDocument(octets);
    } catch (error) {
      return error;
    }
    throw new Error("what is nested so deep is read");
  };
}

function document(extensions: ReadonlyMap<number | string, number>, part?: unknown[]): () => unknown {
  const root = (part ?? [1, "", 1, "text/plain", Buffer.from("a")]) as Parameters<typeof writeCbor>[0];
  const octets = writeCbor([SALT, null, new Uint8Array(), null, null, extensions, root]);
  return () => decodeDocument(octets);
}
