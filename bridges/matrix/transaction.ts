/** What a homeserver hands over at once (application service API, section 2.3.1 Pushing events). */
import { z } from "zod";

/** Entries are as they came: whoever reads them decides about one that can't be read. */
export interface Transaction {
  /** The homeserver's name for it: the same when it is repeated, and again another thing's once its database is made anew. */
  readonly id: string;
  /** In the homeserver's order. */
  readonly events: readonly unknown[];
  /** Typing, receipts and presence: not repeated, and lost where they are not taken at once. */
  readonly ephemeral: readonly unknown[];
}

const list = z.array(z.unknown()).catch([]);
const body = z.object({
  events: list,
  ephemeral: list,
  /** What older homeservers call `ephemeral`; newer ones say the same under both names. */
  "de.sorunome.msc2409.ephemeral": list,
});

/** null: the text is no JSON object. */
export function readTransaction(id: string, text: string): Transaction | null {
  const read = body.safeParse(parsed(text)).data;
  if (!read) return null;
  const { events, ephemeral, "de.sorunome.msc2409.ephemeral": older } = read;
  return { id, events, ephemeral: ephemeral.length > 0 ? ephemeral : older };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
