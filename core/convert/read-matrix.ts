/** A Matrix event, read. */
import { z } from "zod";
import { toMimi } from "../../mappings/matrix/to-mimi.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { SourceKnowledge } from "./source-knowledge.ts";
import { STAND_IN_HOST } from "./stand-ins.ts";

const text = z.string().optional().catch(undefined);
const content = z.looseObject({ redacts: text }).optional().catch(undefined);
const outline = z.looseObject({ sender: text, room_id: text, redacts: text, content }).catch({});

const SENDER = `@stand-in:${STAND_IN_HOST}`;
const ROOM = `!stand-in:${STAND_IN_HOST}`;

/** An event that does not say its sender, as those that are written for a homeserver, has a stand-in for one. */
export function readMatrix(event: object, file: ContextFile, seed: string): Reading {
  const said = outline.parse(event);
  const author = said.sender ?? SENDER;
  const room = file.room.native ?? said.room_id ?? ROOM;
  const known = new SourceKnowledge("matrix", file);
  const redacted = known.entry(said.redacts ?? said.content?.redacts ?? "");
  const { events, losses } = toMimi(
    { sender: author, ...event },
    {
      ...known.context(author, localpart),
      isOurs: () => false,
      isMarked: () => false,
      reaction: (native) =>
        known.entry(native)?.reaction
          ? { id: known.idOf(native), author: known.entry(native)?.author ?? author }
          : null,
      edit: () => null,
      latestEdit: () => null,
      poll: (native) => {
        const entry = known.entry(native);
        return entry?.options ? { options: entry.options, most: entry.most ?? 1, ended: false } : null;
      },
      member: () => null,
      powerLevels: null,
      creators: [],
      pinned: [],
      typing: [],
    },
  );
  return {
    events: events.map((one) => ({ event: one, id: null })),
    losses,
    group: known.groupUri(room),
    room,
    seed,
    takenBack: redacted?.reaction?.emoji ?? null,
    uriOf: (native) => known.userUri(native),
    idOf: (native) => known.idOf(native),
  };
}

/** What a room shows of somebody without a name. */
function localpart(native: string): string {
  const name = native.slice(1).split(":", 1)[0] ?? "";
  return name === "" ? native : name;
}
