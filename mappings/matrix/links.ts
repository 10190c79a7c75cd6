/** Links to users and rooms: matrix.to addresses and `matrix:` URIs (Matrix specification, appendices, section 4.7). */

export type MatrixLink =
  | { readonly kind: "user"; readonly id: string }
  /** `id` is a room's id or one of its aliases. */
  | { readonly kind: "room"; readonly id: string }
  /** An event of a room: read as an ordinary link. */
  | { readonly kind: "event" };

const MATRIX_TO = ["https://matrix.to/#/", "http://matrix.to/#/"];
const SIGILS: Readonly<Record<string, string>> = { u: "@", r: "#", roomid: "!" };
/** UTF-16 code units of an address that is looked at; ids have at most 255 octets, each up to three when escaped. */
const ADDRESS = 4096;

/** What the address names, or null where it is none of Matrix. Sigils and colons may be percent-encoded or not. */
export function parseMatrixLink(href: string): MatrixLink | null {
  if (href.length > ADDRESS) return null;
  const base = MATRIX_TO.find((start) => href.slice(0, start.length).toLowerCase() === start);
  if (base !== undefined) {
    const [first = "", second] = pathOf(href.slice(base.length)).split("/");
    return named(decoded(first), second !== undefined && second !== "");
  }
  if (href.slice(0, 7).toLowerCase() !== "matrix:") return null;
  const [type = "", id = "", ...rest] = pathOf(href.slice(7)).split("/");
  const sigil = Object.hasOwn(SIGILS, type) ? SIGILS[type] : undefined;
  return sigil === undefined || id === "" ? null : named(sigil + (decoded(id) ?? ""), rest.length > 0);
}

/** The address of a user or room, fully percent-encoded. */
export function matrixToAddress(id: string): string {
  return `https://matrix.to/#/${encodeURIComponent(id.toWellFormed())}`;
}

function named(id: string | null, event: boolean): MatrixLink | null {
  if (id === null || id.length < 2) return null;
  switch (id[0]) {
    case "@":
      return event ? null : { kind: "user", id };
    case "!":
    case "#":
      return event ? { kind: "event" } : { kind: "room", id };
    default:
      return null;
  }
}

function pathOf(address: string): string {
  const question = address.indexOf("?");
  return question < 0 ? address : address.slice(0, question);
}

function decoded(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
