/** HTML beyond the limits: its characters without tags, found in one pass over it. */

/** Tags after which a new line begins. */
const LINES: ReadonlySet<string> = new Set(
  "br p div li tr table ul ol pre hr blockquote h1 h2 h3 h4 h5 h6 details summary".split(" "),
);
/** Elements whose content is not for people. */
const HIDDEN: ReadonlySet<string> = new Set(["script", "style", "mx-reply"]);
const REFERENCES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&nbsp;": " ",
};
const TAG_NAME = /[a-z][a-z0-9-]{0,15}/iy;

/** The text of HTML that is not to be parsed: no tags, no hidden contents, the most usual references resolved. */
export function stripTags(html: string): string {
  const out: string[] = [];
  let hidden: string | null = null;
  let at = 0;
  while (at < html.length) {
    const open = html.indexOf("<", at);
    const end = open < 0 ? html.length : open;
    if (hidden === null) out.push(html.slice(at, end));
    if (open < 0) break;
    const close = html.indexOf(">", open);
    const name = nameAt(html, html[open + 1] === "/" ? open + 2 : open + 1);
    const isTag = name !== "" || html[open + 1] === "!";
    if (close < 0 || !isTag) {
      if (hidden === null) out.push("<");
      at = open + 1;
      // Without any further `>` there is no further tag, and no reason to look for one again.
      if (close < 0) {
        if (hidden === null) out.push(html.slice(at));
        break;
      }
      continue;
    }
    if (hidden === null && HIDDEN.has(name) && html[open + 1] !== "/") hidden = name;
    else if (hidden === name && html[open + 1] === "/") hidden = null;
    else if (hidden === null && LINES.has(name)) out.push("\n");
    at = close + 1;
  }
  return resolved(out.join("")).trim();
}

function nameAt(html: string, at: number): string {
  TAG_NAME.lastIndex = at;
  return TAG_NAME.exec(html)?.[0].toLowerCase() ?? "";
}

function resolved(text: string): string {
  return text.replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (reference) => REFERENCES[reference] ?? reference);
}
