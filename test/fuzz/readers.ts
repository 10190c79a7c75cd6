/** Every reader with the inputs that are made for it. All inputs are text, so that one that fails can be cut down. */
import assert from "node:assert/strict";
import { noContext } from "../../core/convert/context-file.ts";
import { convertInput } from "../../core/convert/convert.ts";
import { type Source, targets } from "../../core/convert/platforms.ts";
import { readXml } from "../../core/convert/xml-reader.ts";
import { writeXml } from "../../core/convert/xml-writer.ts";
import { GatewayError } from "../../core/errors.ts";
import { decodeDocument, encodeContent } from "../../mappings/content/codec.ts";
import { ContentError } from "../../mappings/content/content-error.ts";
import type { ReadText } from "../../mappings/markup/context.ts";
import { mimiHtmlReader } from "../../mappings/markup/html/dialects/mimi.ts";
import { readHtml } from "../../mappings/markup/html/read.ts";
import { readXhtmlIm } from "../../mappings/markup/html/xhtml-im.ts";
import { readMarkdown } from "../../mappings/markup/markdown/read.ts";
import { readContent } from "../../mappings/message/from-content.ts";
import { readMrkdwn } from "../../mappings/slack/markup/mrkdwn-read.ts";
import { readRichText } from "../../mappings/slack/markup/rich-text-read.ts";
import { bareLinks } from "../../mappings/xmpp/bare-links.ts";
import { readStyling } from "../../mappings/xmpp/styling-read.ts";
import { inbound as slackRoom } from "../mappings/slack/context.ts";
import { read as readStanza } from "../mappings/xmpp/room.ts";
import { matrixEvents, slackEvents, stanzas } from "./events.ts";
import { mutated, mutatedJson, mutatedOctets, mutatedStanza, spliced } from "./inputs.ts";
import { htmlPieces, markdownPieces, mrkdwnPieces, stylingPieces } from "./pieces.ts";
import type { Random } from "../faults/random.ts";

export interface FuzzedReader {
  readonly name: string;
  make(random: Random): string;
  /** What it gives. Throws the reader's own error where it may, which `refuses` knows. */
  read(input: string): unknown;
  /** Whether the reader may say no with this. */
  refuses(error: unknown): boolean;
}

const never = (): boolean => false;
const isXmlFault = (error: unknown): boolean => error instanceof GatewayError && error.code !== "internal";

const context = slackRoom();
const dialect = mimiHtmlReader("room");

export const readers: readonly FuzzedReader[] = [
  ofText("Markdown", markdownPieces, (text) => readMarkdown(text, { broadcast: "room" })),
  ofText("HTML", htmlPieces, (text) => readHtml(text, dialect)),
  ofText("Slack mrkdwn", mrkdwnPieces, (text) => readMrkdwn(text, context)),
  ofText("XMPP styling", stylingPieces, (text) => ({ text: readStyling(text, bareLinks(text)), losses: [] })),
  {
    name: "Slack rich_text",
    make: (random) => mutatedJson(random, blocksOf(random), mrkdwnPieces),
    read: (input) => readRichText(JSON.parse(input), context),
    refuses: isJsonFault,
  },
  {
    name: "XHTML-IM",
    make: (random) => stanzaText(random, stanzaWith(random, "xhtml-im"), htmlPieces),
    read: (input) => readXhtmlIm(readXml(input), dialect),
    refuses: isXmlFault,
  },
  {
    name: "XMPP markup",
    make: (random) => stanzaText(random, stanzaWith(random, "urn:xmpp:markup"), stylingPieces),
    read: (input) => readStanza(readXml(input)),
    refuses: isXmlFault,
  },
  {
    name: "XMPP stanzas, to every platform",
    make: (random) => stanzaText(random, random.pick(stanzas), stylingPieces),
    read: (input) => everywhere(input, "xmpp"),
    refuses: isXmlFault,
  },
  {
    name: "Matrix events, to every platform",
    make: (random) => mutatedJson(random, random.pick(matrixEvents), [...htmlPieces, ...stylingPieces]),
    read: (input) => everywhere(input, "matrix"),
    refuses: isXmlFault,
  },
  {
    name: "Slack events, to every platform",
    make: (random) => mutatedJson(random, random.pick(slackEvents), mrkdwnPieces),
    read: (input) => everywhere(input, "slack"),
    refuses: isXmlFault,
  },
  {
    name: "CBOR",
    make: (random) => mutatedOctets(random, random.pick(documents())),
    read(input) {
      const octets = Buffer.from(input, "hex");
      const document = decodeDocument(octets);
      assert.deepEqual(Buffer.from(encodeContent(document)), octets, "written again it differs");
      return readContent(document);
    },
    refuses: (error) => error instanceof ContentError,
  },
];

function ofText(name: string, pieces: readonly string[], read: (text: string) => ReadText): FuzzedReader {
  return { name, make: (random) => spliced(random, pieces), read, refuses: never };
}

/** What an input becomes on every platform; what is said on XMPP can be read again. */
function everywhere(input: string, from: Source): unknown {
  return targets.map((to) => {
    const { native, losses } = convertInput(Buffer.from(input), { from, to, context: noContext });
    if (to === "xmpp") for (const stanza of native) readAgain(String(stanza));
    return { native, losses };
  });
}

function readAgain(stanza: string): void {
  try {
    readXml(stanza);
  } catch (error) {
    throw new Error(`what is said is no stanza: ${stanza}`, { cause: error });
  }
}

function isJsonFault(error: unknown): boolean {
  return error instanceof SyntaxError;
}

function blocksOf(random: Random): unknown {
  const withBlocks = slackEvents.filter((event) => "blocks" in event);
  const event = random.pick(withBlocks);
  return "blocks" in event ? event.blocks : [];
}

function stanzaWith(random: Random, namespace: string): string {
  return random.pick(stanzas.filter((stanza) => stanza.includes(namespace)));
}

/** Mostly XML of other content, sometimes no XML at all. */
function stanzaText(random: Random, stanza: string, pieces: readonly string[]): string {
  const legal = pieces.filter((piece) => piece !== "\u0000" && piece !== "\ud800");
  if (random.between(1, 4) === 1) return mutated(random, stanza, pieces);
  return writeXml(mutatedStanza(random, readXml(stanza), legal));
}

let encoded: readonly Uint8Array[] | null = null;

/** All events of the corpus as MIMI has them. */
function documents(): readonly Uint8Array[] {
  encoded ??= [
    ...slackEvents.map((event) => [JSON.stringify(event), "slack"] as const),
    ...matrixEvents.map((event) => [JSON.stringify(event), "matrix"] as const),
  ].flatMap(([input, from]) =>
    convertInput(Buffer.from(input), { from, to: "mimi", context: noContext }).native.map((one) =>
      Buffer.from((one as { cbor: string }).cbor, "hex"),
    ),
  );
  return encoded;
}
