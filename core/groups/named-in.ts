/** Whom and what the text of a message names, as far as rooms show that in ways of their own. */
import type { GroupUri, UserUri } from "../../mappings/ids.ts";
import type { Run } from "../../mappings/markup/flat.ts";
import type { Message } from "../../mappings/message.ts";

export interface Named {
  readonly users: readonly UserUri[];
  /** Groups, each with the name that stands in the text. */
  readonly groups: ReadonlyMap<GroupUri, string>;
}

export function namedIn({ body }: Message): Named {
  const users = new Set<UserUri>();
  const groups = new Map<GroupUri, string>();
  const text = body.kind === "text" ? body.text : body.kind === "media" ? body.caption : null;
  for (const block of text?.blocks ?? []) {
    if (block.kind === "code" || block.kind === "rule") continue;
    const runs: readonly Run[] = block.kind === "row" ? block.cells.flat() : block.runs;
    for (const run of runs) {
      if (run.kind === "mention") users.add(run.user);
      else if (run.kind === "group") groups.set(run.group, run.name);
    }
  }
  return { users: [...users], groups };
}
