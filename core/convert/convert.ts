/**
 * What an event of one platform becomes on another, all the way by MIMI content. Pure: ids that a gateway would look up
 * come from a context file or are stand-ins, and the same input gives the same output.
 */
import type { Loss } from "../../mappings/loss.ts";
import type { Mapped } from "../../mappings/mapping.ts";
import type { ContextFile } from "./context-file.ts";
import { encodeEvent, idWithoutEntry } from "./encode.ts";
import { readInput, readLine } from "./input.ts";
import { outgoing } from "./outgoing.ts";
import type { Source, Target } from "./platforms.ts";
import type { Reading } from "./reading.ts";
import { writeMatrix } from "./write-matrix.ts";
import { writeSlack } from "./write-slack.ts";
import { writeXmpp } from "./write-xmpp.ts";

export interface Conversion {
  readonly from: Source;
  readonly to: Target;
  readonly context: ContextFile;
}

export interface Converted {
  /** What would be sent, in order. */
  readonly native: readonly unknown[];
  readonly losses: readonly Loss[];
}

/** One event from its text or octets. Throws GatewayError where they are no event at all. */
export function convertInput(input: Uint8Array, conversion: Conversion): Converted {
  return write(readInput(input, conversion.from, conversion.context), conversion);
}

/** One JSON value: an event, or a string that holds a stanza or hexadecimal digits. Throws GatewayError. */
export function convertLine(line: Uint8Array, conversion: Conversion): Converted {
  return write(readLine(line, conversion.from, conversion.context), conversion);
}

function write(reading: Reading, { to, context }: Conversion): Converted {
  const native: unknown[] = [];
  const losses: Loss[] = [...reading.losses];
  const standing: string[] = [];
  for (const [at, { event, id }] of reading.events.entries()) {
    if (to === "json") {
      native.push(plain(event));
      continue;
    }
    // The id is that of the bytes, so that every event is encoded, wherever it goes.
    const { encoded, losses: unencoded } = encodeEvent(event, at, reading);
    if (to === "mimi") {
      losses.push(...unencoded);
      if (encoded !== null) native.push({ id: encoded.id, cbor: Buffer.from(encoded.bytes).toString("hex") });
      continue;
    }
    if (event.kind === "message") losses.push(...unencoded);
    const shown = outgoing(event, id ?? encoded?.id ?? idWithoutEntry(at, reading), reading);
    if (shown === null) continue;
    noteReaction(event, standing);
    const written = writers[to](shown, reading, context, standing);
    native.push(...written.native);
    losses.push(...written.losses);
  }
  return { native, losses };
}

const writers = { slack: writeSlack, matrix: writeMatrix, xmpp: writeXmpp } as const;

/** An event that says several reactions says all that the author has. */
function noteReaction(event: Mapped, standing: string[]): void {
  if (event.kind !== "message" || event.message.body.kind !== "reaction") return;
  const { reaction } = event.message.body;
  standing.push(reaction.kind === "unicode" ? reaction.emoji : `:${reaction.name}:`);
}

/** Octets as hexadecimal digits, all else as it is. */
function plain(value: unknown): unknown {
  if (value instanceof Uint8Array) return Buffer.from(value).toString("hex");
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plain(inner)]));
}
