/** Reasons of strangers (who shut a room, what a server answered) made fit for a line that others read. */

/** Characters (UTF-16 units) that a reason may have. */
const LONGEST = 200;
/** What breaks a line, is seen by nobody, or turns what stands beside it around. */
const UNFIT = /[\p{Cc}\p{Cs}\p{Bidi_Control}\u2028\u2029\s]+/gu;

/** One line of at most 200 characters, none of them halved; an ellipsis stands for the rest. */
export function shortWhy(why: string): string {
  // Of a long one what is not looked at can't be kept: the time that it takes stays the same.
  const line = why
    .slice(0, LONGEST * 4)
    .replace(UNFIT, " ")
    .trim();
  if (line.length <= LONGEST && why.length <= LONGEST * 4) return line;
  let kept = "";
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (kept.length + segment.length >= LONGEST) break;
    kept += segment;
  }
  return `${kept.trimEnd()}…`;
}
