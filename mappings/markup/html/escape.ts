/** Characters of a text as HTML. */
const SPECIAL = /[&<>"\u00a0]/g;
const REFERENCES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\u00a0": "&nbsp;",
};

/** Safe in an element's content and in an attribute's value between double quotes. */
export function escapeHtml(text: string): string {
  return text.replaceAll(SPECIAL, (character) => REFERENCES[character] ?? character);
}

/**
 * The text of a line: spaces that HTML would not show are no-break spaces, line feeds are `<br>`. `before` and `after`
 * are the characters around it, a line feed where nothing is.
 */
export function escapeLines(text: string, before: string, after: string): string {
  const escaped = escapeHtml(text);
  const plain = !escaped.includes("  ") && !escaped.includes("\n");
  if (plain && !escaped.startsWith(" ") && !escaped.endsWith(" ")) return escaped;
  const out: string[] = [];
  let last = before;
  for (let at = 0; at < escaped.length; at++) {
    const character = escaped[at] ?? "";
    const next = escaped[at + 1] ?? after;
    if (character === "\n") out.push("<br>");
    else if (character === " " && (last === " " || last === "\n" || next === "\n")) out.push("&nbsp;");
    else out.push(character);
    last = character;
  }
  return out.join("");
}
