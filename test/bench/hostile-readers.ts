/** Inputs that are made to be slow, by the reader that they are for. */
import { decodeDocument } from "../../mappings/content/codec.ts";
import { writeCbor } from "../../mappings/content/cbor.ts";
import { mimiHtmlReader } from "../../mappings/markup/html/dialects/mimi.ts";
import { LONGEST_HTML } from "../../mappings/markup/html/limits.ts";
import { readHtml } from "../../mappings/markup/html/read.ts";
import { readXhtmlIm } from "../../mappings/markup/html/xhtml-im.ts";
import { Mark } from "../../mappings/markup/flat.ts";
import { LONGEST } from "../../mappings/markup/markdown/limits.ts";
import { readMarkdown } from "../../mappings/markup/markdown/read.ts";
import { textMessage } from "../../mappings/message.ts";
import { LONGEST_TEXT, MOST_ELEMENTS } from "../../mappings/slack/markup/limits.ts";
import { readMrkdwn } from "../../mappings/slack/markup/mrkdwn-read.ts";
import { toMimi as readSlack } from "../../mappings/slack/to-mimi.ts";
import type { XmlElement } from "../../mappings/xml.ts";
import { LONGEST_MARKED_UP } from "../../mappings/xmpp/text-read.ts";
import { hostileHtml } from "../mappings/markup/html/hostile-html.ts";
import { families as hostileMarkdown } from "../mappings/markup/hostile-markdown.ts";
import { hostileTexts } from "../mappings/slack/markup/hostile-texts.ts";
import { inbound as slackInbound } from "../mappings/slack/context.ts";
import { fromAl, read as readStanza } from "../mappings/xmpp/room.ts";
import { everywhere, slackToAll } from "./mapping-ways.ts";

/** What is to be timed, for an input of about so many units. */
export type Family = (size: number) => () => unknown;

export interface HostileReader {
  readonly name: string;
  /** Units at the reader's limit: characters, octets or entries. */
  readonly limit: number;
  /** Milliseconds at the limit; null: no goal, as for what is more than one reader's work. */
  readonly goal: number | null;
  readonly families: Readonly<Record<string, Family>>;
}

/** For what one reader is given. */
const READER_GOAL = 50;

const context = slackInbound();
const dialect = mimiHtmlReader(null);

const markdown: HostileReader = {
  name: "Markdown",
  goal: READER_GOAL,
  limit: LONGEST,
  families: mapped(hostileMarkdown, (make) => (size) => {
    const per = Math.max(1, make(64).length / 64);
    const text = make(Math.ceil(size / per)).slice(0, size);
    return () => readMarkdown(text);
  }),
};

const html: HostileReader = {
  name: "HTML",
  goal: READER_GOAL,
  limit: LONGEST_HTML,
  families: mapped(hostileHtml, (make) => (size) => {
    const text = make(size);
    return () => readHtml(text, dialect);
  }),
};

const mrkdwn: HostileReader = {
  name: "Slack mrkdwn",
  goal: READER_GOAL,
  limit: LONGEST_TEXT,
  families: mapped(Object.fromEntries(hostileTexts), (piece) => (size) => {
    const text = piece.repeat(size / piece.length);
    return () => readMrkdwn(text, context);
  }),
};

const STYLINGS = {
  asterisks: "*",
  "strong between letters": "a**b",
  "openers of all marks": "*a _b ~c ",
  pairs: "*a* ",
  "crossing marks": "*a _b* c_ ",
  underscores: "_ _",
  tildes: "~~a",
  backticks: "`a``",
  quotes: ">",
  "lines of nested quotes": ">>>>>>>>>>>>>>>>a\n",
  fences: "```\n",
  "fences in quotes": "> ```\n",
  lines: "\n",
  addresses: "http://a.b ",
  "halves of addresses": "http://",
  brackets: "(http://a.b(",
  directives: "*_~`",
};

const styling: HostileReader = {
  name: "XMPP styling",
  goal: READER_GOAL,
  limit: LONGEST_MARKED_UP,
  families: mapped(STYLINGS, (piece) => (size) => {
    const stanza = said([{ name: "body", attrs: {}, children: [piece.repeat(size / piece.length)] }]);
    return () => readStanza(stanza);
  }),
};

const MARKUP = "urn:xmpp:markup:0";
const REFERENCE = "urn:xmpp:reference:0";

const stanzas: HostileReader = {
  name: "XMPP elements",
  goal: READER_GOAL,
  limit: 10_000,
  families: {
    "spans of markup": (size) => {
      const spans = entries(size, (at) => ({ start: `${at}`, end: `${at + 5}` }), "span", [
        { name: "emphasis", attrs: {}, children: [] },
      ]);
      return marked(size, spans);
    },
    "quotes of markup in each other": (size) =>
      marked(
        size,
        entries(size, (at) => ({ start: `${Math.floor(at / 2)}`, end: `${size - at / 2}` }), "bquote"),
      ),
    mentions: (size) => {
      const uri = "xmpp:eng@muc.example?;node=Al";
      const references = entries(
        size,
        (at) => ({ xmlns: REFERENCE, type: "mention", begin: `${at}`, end: `${at + 2}`, uri }),
        "reference",
      );
      const stanza = said([body("@Al ".repeat(size)), ...references]);
      return () => readStanza(stanza);
    },
    "nested XHTML": (size) => {
      let element: XmlElement = { name: "b", attrs: {}, children: ["x"] };
      // Deeper than the parser of the stream lets pass is not read.
      for (let depth = 0; depth < Math.min(size, 60); depth++)
        element = { name: "p", attrs: {}, children: [element, "y"] };
      const root = { name: "body", attrs: {}, children: Array.from({ length: size / 60 }, () => element) };
      return () => readXhtmlIm(root, dialect);
    },
    fallbacks: (size) => {
      const inner = entries(size, (at) => ({ start: `${at}`, end: `${at + 1}` }), "body");
      const fallback = {
        name: "fallback",
        attrs: { xmlns: "urn:xmpp:fallback:0", for: "x" },
        children: inner,
      };
      const stanza = said([body("a".repeat(size)), fallback]);
      return () => readStanza(stanza);
    },
  },
};

const SLACK_EVENTS: Readonly<Record<string, (size: number) => object>> = {
  "runs of rich text": (size) => {
    const elements = Array.from({ length: size }, (_, at) => ({
      type: "text",
      text: "ab",
      style: at % 2 === 0 ? { bold: true } : { italic: true },
    }));
    return { blocks: [{ type: "rich_text", elements: [{ type: "rich_text_section", elements }] }] };
  },
  items: (size) => {
    const elements = Array.from({ length: size }, () => ({
      type: "rich_text_section",
      elements: [{ type: "text", text: "ab" }],
    }));
    return {
      blocks: [{ type: "rich_text", elements: [{ type: "rich_text_list", style: "bullet", elements }] }],
    };
  },
  "fields of attachments": (size) => ({
    attachments: Array.from({ length: size / 100 }, (_, from) => ({
      fields: Array.from({ length: 100 }, (_, at) => ({ title: `t${from}`, value: `v${at}` })),
    })),
  }),
};

const slackEvents: HostileReader = {
  name: "Slack events",
  goal: READER_GOAL,
  limit: MOST_ELEMENTS,
  families: mapped(SLACK_EVENTS, (make) => (size) => {
    const event = slackEvent(make(size));
    return () => readSlack(event, context);
  }),
};

const ways: HostileReader = {
  name: "from Slack by MIMI to Matrix and XMPP",
  goal: null,
  limit: MOST_ELEMENTS,
  families: {
    ...mapped(SLACK_EVENTS, (make) => (size) => {
      const event = slackEvent(make(size));
      return () => slackToAll(event);
    }),
    "alternating spoilers": (size) => {
      const runs = Array.from({ length: size }, (_, at) => ({
        kind: "text" as const,
        text: "ab ",
        marks: at % 2 === 0 ? Mark.spoiler : 0,
        link: null,
      }));
      const message = textMessage({ blocks: [{ kind: "paragraph", quote: 0, list: 0, runs }] });
      return () => everywhere(message);
    },
  },
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

function mapped<Value>(
  values: Readonly<Record<string, Value>>,
  family: (value: Value) => Family,
): Readonly<Record<string, Family>> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, family(value)]));
}

const body = (text: string): XmlElement => ({ name: "body", attrs: {}, children: [text] });

/** A message of Al's with these elements. */
function said(children: readonly XmlElement[]): XmlElement {
  const stanza = fromAl("");
  return { ...stanza, children: [...children, ...stanza.children] };
}

function entries(
  size: number,
  attrs: (at: number) => Readonly<Record<string, string>>,
  name: string,
  children: readonly XmlElement[] = [],
): XmlElement[] {
  return Array.from({ length: size }, (_, at) => ({ name, attrs: attrs(at), children }));
}

function marked(size: number, children: readonly XmlElement[]): () => unknown {
  const stanza = said([body("a".repeat(size + 6)), { name: "markup", attrs: { xmlns: MARKUP }, children }]);
  return () => readStanza(stanza);
}

function slackEvent(changes: object): object {
  return { type: "message", user: "U123", ts: "1755517530.000200", text: "x", ...changes };
}

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
