/** What a command reads: a file or standard input, whole or line by line, never more at once than the limit. */
import { createReadStream } from "node:fs";
import { resolve } from "node:path";
import { GatewayError } from "../errors.ts";
import type { Io } from "./io.ts";

/** Octets that are read at most: twice, as hexadecimal digits, what the largest event may have, and then some. */
const MAX_INPUT = 4 * 1024 * 1024;
const LINE_FEED = 0x0a;

/** All of the file, or of standard input. Throws GatewayError usage. */
export async function readInput(file: string | undefined, io: Io): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let octets = 0;
  try {
    for await (const chunk of file === undefined ? io.input() : fileChunks(resolve(io.folder, file))) {
      chunks.push(chunk);
      octets += chunk.length;
      if (octets > MAX_INPUT) break;
    }
  } catch (cause) {
    const detail = cause instanceof Error ? cause.message : String(cause);
    throw new GatewayError("usage", `${file ?? "standard input"} cannot be read: ${detail}`, { cause });
  }
  if (octets > MAX_INPUT)
    throw new GatewayError("usage", `a document of more than ${MAX_INPUT} octets is not looked into`);
  return Buffer.concat(chunks);
}

/** The lines of standard input without their ends; null: one that is longer than what is read at most. */
export async function* inputLines(io: Io): AsyncGenerator<Uint8Array | null> {
  let pieces: Uint8Array[] = [];
  let octets = 0;
  const line = (): Uint8Array | null => {
    const whole = octets > MAX_INPUT ? null : Buffer.concat(pieces);
    [pieces, octets] = [[], 0];
    return whole;
  };
  const add = (piece: Uint8Array): void => {
    octets += piece.length;
    if (octets > MAX_INPUT) pieces = [];
    else if (piece.length > 0) pieces.push(piece);
  };
  for await (const chunk of io.input()) {
    let start = 0;
    for (let end = chunk.indexOf(LINE_FEED); end >= 0; end = chunk.indexOf(LINE_FEED, start)) {
      add(chunk.subarray(start, end));
      yield line();
      start = end + 1;
    }
    add(chunk.subarray(start));
  }
  if (octets > 0) yield line();
}

const fileChunks = (path: string): AsyncIterable<Uint8Array> => createReadStream(path);
