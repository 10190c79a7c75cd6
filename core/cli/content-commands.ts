/** `mimi-gateway content ...`: works without a configuration, a gateway or a store. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { ContentFault } from "./content-fault.ts";
import { readInput } from "./input.ts";
import { jsonText } from "./plain-text.ts";
import type { Session } from "./session.ts";

interface InspectOptions {
  readonly sender?: string;
  readonly room?: string;
}

export function addContentCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  { io }: Session<Bridges>,
): void {
  program
    .command("content")
    .description("look into the contents of messages")
    .command("inspect")
    .argument(
      "[file]",
      "a document of application/mimi-content, raw or in hexadecimal (default: standard input)",
    )
    .option("--sender <uri>", "the sender that its id is made of (default: the one that it names)")
    .option("--room <uri>", "the group chat that its id is made of (default: the one that it names)")
    .description("print a content document as JSON, with the id of the message")
    .action(async (file: string | undefined, options: InspectOptions) => {
      const bytes = await readInput(file, io);
      io.out(jsonText(await inspect(bytes, options)));
    });
}

async function inspect(input: Uint8Array, { sender, room }: InspectOptions): Promise<unknown> {
  const [{ decodeDocument }, { ContentError }, { contentReport }] = await Promise.all([
    import("../../mappings/content/codec.ts"),
    import("../../mappings/content/content-error.ts"),
    import("./content-report.ts"),
  ]);
  try {
    const bytes = fromHex(input) ?? input;
    const content = decodeDocument(bytes);
    return contentReport(content, bytes, { sender: sender ?? content.sender, room: room ?? content.group });
  } catch (error) {
    throw error instanceof ContentError ? new ContentFault(error) : error;
  }
}

/** The octets that the digits stand for, or null: a raw document starts with an octet that is no digit. */
function fromHex(input: Uint8Array): Uint8Array | null {
  const digits = Buffer.from(input).toString("latin1").replaceAll(/\s/g, "");
  return /^[0-9a-f]+$/i.test(digits) && digits.length % 2 === 0 ? Buffer.from(digits, "hex") : null;
}
