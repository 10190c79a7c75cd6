/** Names of Matrix users as they are shown elsewhere. */

/** Code points. */
const NAME_LIMIT = 128;
/** Controls, and the controls of direction that could reorder what stands beside the name. */
// oxlint-disable-next-line no-control-regex -- they are what is taken out
const UNSAFE = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufffe\uffff]/gu;
/** Joiners and spaces without width are taken off a name's edges only: within, scripts need them. */
const INVISIBLE_EDGE = /^[\s\u200b-\u200f\u2060\ufeff]$/u;

/** The display name without what disturbs other text, or the localpart of `user` where nothing is left. */
export function shownName(name: string | null | undefined, user: string): string {
  const safe = (name ?? "")
    .slice(0, NAME_LIMIT * 4)
    .toWellFormed()
    .replace(UNSAFE, "");
  const characters = Array.from(safe);
  let start = 0;
  let end = characters.length;
  while (start < end && INVISIBLE_EDGE.test(characters[start] ?? "")) start += 1;
  while (end > start && INVISIBLE_EDGE.test(characters[end - 1] ?? "")) end -= 1;
  const shown = characters.slice(start, Math.min(end, start + NAME_LIMIT)).join("");
  return shown === "" ? localpart(user) : shown;
}

/** `@localpart:server` without sigil and server; the id itself where it has another form. */
export function localpart(user: string): string {
  const colon = user.indexOf(":");
  return user.startsWith("@") && colon > 1 ? user.slice(1, colon) : user;
}
