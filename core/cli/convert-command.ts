/** `mimi-gateway convert`: works without a configuration, a gateway or a store. */
import { type Command, Option } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import type { Conversion } from "../convert/convert.ts";
import { type Source, sources, type Target, targets } from "../convert/platforms.ts";
import { asGatewayError, GatewayError } from "../errors.ts";
import { inputLines, readInput } from "./input.ts";
import type { Io } from "./io.ts";
import { jsonLine, jsonText } from "./plain-text.ts";
import type { Session } from "./session.ts";

interface ConvertOptions {
  readonly from: Source;
  readonly to: Target;
  readonly context?: string;
  readonly lines?: true;
}

const HELP = `
Reads one event from standard input: the inner event of Slack's Events API or a Matrix event as JSON, an XMPP stanza,
or mimi-content as CBOR, raw or in hexadecimal. Prints {"native": [...], "losses": [...]}: what would be sent, in order
([] for nothing), and what could not be carried.

  native of slack   {"method", "arguments"}; "threadOf": the call whose answer gives thread_ts, from 0
  native of matrix  {"type", "content"}, with "state_key" for state, "kind" for what is no event to be sent
  native of xmpp    a stanza as a string
  native of mimi    {"id", "cbor" in hexadecimal}
  native of json    the events as the mappings have them before they are encoded; octets in hexadecimal

With --lines every line of the input is one JSON value, an object with an event or a string with a stanza or hexadecimal
digits. Each is answered by one line, in order; a bad one by {"error": {"code", "detail"}}, and the rest goes on.

Nothing is looked up: a message, user or room that --context does not name has a stand-in, which is the same for the
same input. Event ids of stand-ins begin with 01 and thirty zeros, ids of platforms contain "stand-in" or "STAND-IN",
addresses are of stand-in.invalid. Whom an edit or deletion concerns is taken to be its own author. Salts and hashes are
made with a fixed secret that everybody knows, "mimi-gateway convert", instead of a gateway's own.

The context file is JSON; everything in it may be left out:

  {
    "room": {"native": "source's id", "uri": "mimi://PROVIDER/r/ID", "target": "target's id"},
    "users": {"source's id or URI": "Name" or {"name", "uri", "native": "target's id"}},
    "rooms": {"source's id or URI": "Name" or {"name", "uri", "native": "target's id"}},
    "messages": {"source's id or event id": {"id", "version", "thread": "hex", "replyTo", "author": "source's id",
      "authorName", "native": "target's id", "aux": "a second id there", "text", "ours": true,
      "reaction": {"emoji", "to": "key of a message"}, "options": ["ids of a poll's options"], "most": 1}},
    "emoji": {"short name": "where the picture is"}
  }`;

export function addConvertCommand<Bridges extends BridgeConfigSchemas>(
  program: Command,
  { io }: Session<Bridges>,
): void {
  program
    .command("convert")
    .description("show what an event of one platform becomes on another")
    .addOption(new Option("--from <platform>", "what is read").choices(sources).makeOptionMandatory())
    .addOption(new Option("--to <platform>", "what is printed").choices(targets).makeOptionMandatory())
    .option("--context <file>", "names, rooms and ids, as JSON")
    .option("--lines", "read one JSON value a line, and answer each with a line")
    .addHelpText("after", HELP)
    .action(async (options: ConvertOptions) => {
      await (options.lines === true ? convertLines(options, io) : convertOne(options, io));
    });
}

async function convertOne(options: ConvertOptions, io: Io): Promise<void> {
  const conversion = await conversionOf(options, io);
  const { convertInput } = await import("../convert/convert.ts");
  io.out(jsonText(convertInput(await readInput(undefined, io), conversion)));
}

async function convertLines(options: ConvertOptions, io: Io): Promise<void> {
  const conversion = await conversionOf(options, io);
  const { convertLine } = await import("../convert/convert.ts");
  for await (const line of inputLines(io)) {
    try {
      if (line === null) throw new GatewayError("event_malformed", "the line is too long");
      io.out(jsonLine(convertLine(line, conversion)));
    } catch (thrown) {
      const { code, detail } = asGatewayError(thrown);
      io.out(jsonLine({ error: { code, detail } }));
    }
  }
}

async function conversionOf({ from, to, context }: ConvertOptions, io: Io): Promise<Conversion> {
  const { noContext, readContextFile } = await import("../convert/context-file.ts");
  if (context === undefined) return { from, to, context: noContext };
  const text = Buffer.from(await readInput(context, io)).toString("utf8");
  return { from, to, context: readContextFile(text, context) };
}
