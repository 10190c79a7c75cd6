/** Longest text of somebody else's that goes into a line of the gateway's own, in characters. */
const MOST = 200;

/** What others wrote, for the gateway's own lines: of any length there, here in one line that every room takes. */
export function inShort(text: string): string {
  // Cut first, so that no text is too long to be looked through; then by characters.
  const line = text
    .slice(0, 4 * MOST)
    .replaceAll(/\s+/gu, " ")
    .trim();
  const characters = Array.from(line);
  return characters.length > MOST ? `${characters.slice(0, MOST).join("")}\u2026` : line;
}
