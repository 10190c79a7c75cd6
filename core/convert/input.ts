/** An input of any source: what stands in its text, and what it means. */
import { GatewayError } from "../errors.ts";
import type { ContextFile } from "./context-file.ts";
import type { Source } from "./platforms.ts";
import { readMatrix } from "./read-matrix.ts";
import { readMimi } from "./read-mimi.ts";
import type { Reading } from "./reading.ts";
import { readSlack } from "./read-slack.ts";
import { readXmpp } from "./read-xmpp.ts";
import { hashOf } from "./stand-ins.ts";
import { readXml } from "./xml-reader.ts";

/** One event: JSON of an object, a stanza, or CBOR raw or in hexadecimal. Throws GatewayError. */
export function readInput(input: Uint8Array, source: Source, file: ContextFile): Reading {
  switch (source) {
    case "slack":
    case "matrix":
      return readEvent(utf8(input), source, file);
    case "xmpp":
      return readStanza(utf8(input), file);
    case "mimi":
      return readDocument(fromHex(input) ?? input, file);
  }
}

/** One line of many: JSON of an object, or of a string with a stanza or hexadecimal digits. Throws GatewayError. */
export function readLine(line: Uint8Array, source: Source, file: ContextFile): Reading {
  const text = utf8(line);
  if (source === "slack" || source === "matrix") return readEvent(text, source, file);
  const value = parsed(text);
  if (typeof value !== "string") throw malformed("a string that holds a stanza or hexadecimal digits is due");
  if (source === "xmpp") return readStanza(value, file);
  const bytes = fromHex(Buffer.from(value));
  if (bytes === null) throw malformed("the string is not of hexadecimal digits");
  return readDocument(bytes, file);
}

function readEvent(text: string, source: "slack" | "matrix", file: ContextFile): Reading {
  const value = parsed(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw malformed("an event is a JSON object");
  const seed = hashOf("input", source, text.trim());
  return source === "slack" ? readSlack(value, file, seed) : readMatrix(value, file, seed);
}

function readStanza(text: string, file: ContextFile): Reading {
  return readXmpp(readXml(text), file, hashOf("input", "xmpp", text.trim()));
}

function readDocument(bytes: Uint8Array, file: ContextFile): Reading {
  return readMimi(bytes, file, hashOf("input", "mimi", Buffer.from(bytes).toString("hex")));
}

/** The octets that the digits stand for, or null: raw content starts with an octet that is no digit. */
function fromHex(input: Uint8Array): Uint8Array | null {
  const digits = Buffer.from(input).toString("latin1").replaceAll(/\s/g, "");
  return /^[\da-f]+$/i.test(digits) && digits.length % 2 === 0 ? Buffer.from(digits, "hex") : null;
}

function utf8(input: Uint8Array): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(input);
  } catch (cause) {
    throw new GatewayError("event_malformed", "the input is not UTF-8", { cause });
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new GatewayError("event_malformed", `not JSON: ${cause instanceof Error ? cause.message : ""}`, {
      cause,
    });
  }
}

const malformed = (detail: string): GatewayError => new GatewayError("event_malformed", detail);
