/** One range of a file's octets (RFC 9110, section 14). */

/** `bytes=0-1023`, `bytes=1024-` or `bytes=-500`, as it is sent on; null: none, several, or of another form. */
export function parseByteRange(header: string | undefined): string | null {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.trim() ?? "");
  if (match === null) return null;
  const [first = "", last = ""] = match.slice(1);
  if (first === "" && last === "") return null;
  return first !== "" && last !== "" && Number(first) > Number(last) ? null : `bytes=${first}-${last}`;
}

/** First and last octet of the range, which a file of this size has; null where no octet is in it. */
export function rangeWithin(
  range: string,
  size: number,
): { readonly start: number; readonly end: number } | null {
  const [first = "", last = ""] = range.slice("bytes=".length).split("-");
  const start = first === "" ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === "" || last === "" ? size - 1 : Math.min(Number(last), size - 1);
  return start > end ? null : { start, end };
}

/** A Content-Range that was answered, if it is of octets; null: it is not. */
export const parseContentRange = (header: string | undefined): string | null =>
  /^bytes \d{1,15}-\d{1,15}\/(?:\d{1,15}|\*)$/.test(header ?? "") ? (header ?? null) : null;
