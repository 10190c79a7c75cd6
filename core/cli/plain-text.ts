/** Texts of strangers (nicks, room names, errors of servers) made harmless for a terminal. */
import { stripVTControlCharacters } from "node:util";

const CONTROLS = /[\p{Cc}\p{Bidi_Control}\u2028\u2029]+/gu;

/** One line without escape sequences, control characters and changes of writing direction. */
export function plain(text: string): string {
  return stripVTControlCharacters(text)
    .replace(/\p{Bidi_Control}/gu, "")
    .replace(CONTROLS, " ")
    .trim();
}

/** JSON in which those characters are written as escapes, so that it is the same data and safe to show. */
export function jsonText(value: unknown): string {
  // Line breaks are the layout's own: within texts JSON has them as escapes already.
  const lines = JSON.stringify(value, null, 2).split("\n");
  return `${lines.map((line) => line.replace(CONTROLS, escaped)).join("\n")}\n`;
}

/** The same on one line. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value).replace(CONTROLS, escaped)}\n`;
}

/** All of these characters are one UTF-16 code unit. */
function escaped(characters: string): string {
  return Array.from(characters, (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, "0")}`).join("");
}
