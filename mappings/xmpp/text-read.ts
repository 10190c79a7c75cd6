/** What a body says, by the best of what describes it: XEP-0394, then XHTML-IM, then XEP-0393. */
import type { FlatText } from "../markup/flat.ts";
import type { Loss } from "../loss.ts";
import { type Atom, ordered } from "./atoms.ts";
import { bareLinks } from "./bare-links.ts";
import type { Body } from "./body-read.ts";
import { child } from "./elements.ts";
import { loss, type Origin } from "./inbound.ts";
import { readMarkup } from "./markup-read.ts";
import { readMentions } from "./mentions-read.ts";
import { NS } from "./namespaces.ts";
import { readStyling, readUnstyled } from "./styling-read.ts";
import { trustedXhtml } from "./xhtml-read.ts";

/** UTF-16 code units; in a longer body nothing but characters is read. */
export const LONGEST_MARKED_UP = 65_536;
/** XEP-0245: exactly these characters. */
const EMOTE = "/me ";

export interface ReadBody {
  readonly text: FlatText;
  readonly style: "plain" | "emote";
  readonly losses: readonly Loss[];
}

/** The text of a body. */
export function readText(origin: Origin, body: Body): ReadBody {
  const isEmote = body.text.startsWith(EMOTE);
  const style = isEmote ? "emote" : "plain";
  const start = isEmote ? EMOTE.length : 0;
  const source = body.text.slice(start);
  if (source.length > LONGEST_MARKED_UP) {
    const detail = `the body has more than ${LONGEST_MARKED_UP} characters`;
    return { text: readUnstyled(source, []), style, losses: [loss("markup_unread", detail)] };
  }
  const mentions = readMentions(origin, body);
  const links = bareLinks(source);
  const atoms =
    mentions.atoms.length === 0 ? links : ordered([...moved(mentions.atoms, start), ...links], source);
  const losses = mentions.refused ? [loss("broadcast_neutralised", "the author may not address all")] : [];
  const { stanza } = origin;
  const markup = child(stanza, "markup", NS.markup);
  if (markup !== null) {
    const read = readMarkup(markup, body, start, atoms);
    return { text: read.text, style, losses: [...losses, ...read.losses] };
  }
  const xhtml = trustedXhtml(stanza, source);
  if (xhtml !== null) return { text: xhtml.text, style, losses: [...losses, ...xhtml.losses] };
  const unstyled = child(stanza, "unstyled", NS.styling) !== null;
  return { text: unstyled ? readUnstyled(source, atoms) : readStyling(source, atoms), style, losses };
}

/** The atoms in a text that begins `start` characters later. */
function moved(atoms: readonly Atom[], start: number): readonly Atom[] {
  if (start === 0) return atoms;
  return atoms.flatMap((atom) =>
    atom.from < start ? [] : [{ ...atom, from: atom.from - start, to: atom.to - start }],
  );
}
