/** Which URLs may be links, and what `mimi` URIs name. */
import { parseGroupUri, parseUserUri } from "../ids.ts";
import type { GroupUri, UserUri } from "../ids.ts";

/** Schemes that a link may have. Everything else (`javascript:`, `data:`, `xmpp:`, ...) stays text. */
const SCHEMES: ReadonlySet<string> = new Set(["http", "https", "ftp", "mailto"]);
/** Characters. What is longer is no link that anybody typed. */
export const LONGEST_URL = 4096;

const SCHEME = /^([A-Za-z][A-Za-z0-9+.-]{1,31}):/;
const UNCLEAN = /[\p{Cc}\p{Cs}\s]/u;

/**
 * The URL as it may be linked, or null: absolute, of an allowed scheme, not longer than LONGEST_URL. Control
 * characters and the white space around it are removed first, so that they can't hide a scheme; white space inside is
 * percent-encoded. Giving the result in again changes nothing.
 */
export function allowedUrl(text: string): string | null {
  if (text.length > LONGEST_URL) return null;
  const url = UNCLEAN.test(text) ? cleaned(text) : text;
  const scheme = SCHEME.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || !SCHEMES.has(scheme)) return null;
  return url.length > LONGEST_URL || url.length <= scheme.length + 1 ? null : url;
}

function cleaned(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/\p{Cc}/gu, "")
    .trim()
    .replaceAll(/\s/gu, (space) => encodeURIComponent(space));
}

export type MimiTarget =
  | { readonly kind: "user"; readonly user: UserUri; readonly id: string }
  | { readonly kind: "group"; readonly group: GroupUri; readonly id: string };

/** Whom or what `mimi://PROVIDER/u/ID` or `mimi://PROVIDER/r/ID` names, with the ID; null: neither of them. */
export function mimiTarget(url: string): MimiTarget | null {
  if (!url.startsWith("mimi://")) return null;
  const id = url.slice(url.lastIndexOf("/") + 1);
  const user = parseUserUri(url);
  if (user !== null) return { kind: "user", user, id };
  const group = parseGroupUri(url);
  return group === null ? null : { kind: "group", group, id };
}

/** Whether a link's label says no more than its URL: the same, or the same but for `http(s)://`, `mailto:` and a last slash. */
export function labelIsUrl(label: string, url: string): boolean {
  if (label === url) return true;
  return bare(label) === bare(url);
}

function bare(url: string): string {
  const rest = url.replace(/^(?:https?:\/\/|mailto:)/i, "");
  return rest.endsWith("/") ? rest.slice(0, -1) : rest;
}
