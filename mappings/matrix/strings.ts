/** Texts of events without markup: names, topics, reasons, bodies. */
import type { Loss } from "../loss.ts";
import { cleanText } from "../markup/flat-builder.ts";
import { loss } from "./result.ts";

/** What may be taken out without anything being lost to a reader. */
// oxlint-disable-next-line no-control-regex -- they are what is counted
const REMOVED = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u0084\u0086-\u009f]/;

/** The text with line feeds as its only control characters, and whether others were removed. */
export function cleaned(text: string): { readonly text: string; readonly losses: readonly Loss[] } {
  const clean = cleanText(text, false);
  const losses = REMOVED.test(text) ? [loss("characters_removed", "control characters")] : [];
  return { text: clean, losses };
}

/** Whether nothing of the text can be seen: spaces, joiners and variation selectors only. */
export function isBlank(text: string): boolean {
  return !/[^\s\p{Default_Ignorable_Code_Point}]/u.test(text);
}
