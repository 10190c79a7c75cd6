/** How somebody is called in a room that lays down what names look like there. */

/** Characters of the whole; what stands beside the name always stays. */
const LONGEST = 64;

/**
 * `template` with `{name}` and `{provider}` filled in. A name that is too long is cut, so that nobody hides where he comes
 * from; an empty one is `somebody`.
 */
export function shownName(
  template: string,
  { name, provider }: { readonly name: string; readonly provider: string },
): string {
  const around = template.replaceAll("{provider}", () => provider).replace("{name}", "");
  const room = Math.max(1, LONGEST - around.length);
  const kept = cut(name.trim(), room) || "somebody";
  // In one pass: what a name says is never taken for a part of the template.
  return template.replaceAll(/\{(name|provider)\}/g, (_, hole) => (hole === "name" ? kept : provider));
}

/** Whole graphemes, at most `most` UTF-16 units of them. */
function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(text.slice(0, most + 1))) {
    if (kept.length + segment.length > most) break;
    kept += segment;
  }
  return kept.trimEnd();
}
