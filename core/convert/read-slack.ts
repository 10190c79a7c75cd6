/** An inner event of Slack's Events API, read. */
import { z } from "zod";
import { emojiOf } from "../../mappings/emoji/names.ts";
import { toMimi } from "../../mappings/slack/to-mimi.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { SourceKnowledge } from "./source-knowledge.ts";
import { standInEvent } from "./stand-ins.ts";

const text = z.string().optional().catch(undefined);
const outline = z
  .looseObject({
    type: text,
    channel: text,
    user: text,
    bot_id: text,
    reaction: text,
    message: z.looseObject({ user: text, bot_id: text }).optional().catch(undefined),
    item: z.looseObject({ channel: text }).optional().catch(undefined),
  })
  .catch({});

/** No app of a real workspace has these ids. */
const NOBODY = { user: "stand-in", bot: "stand-in", app: "stand-in" };
const CHANNEL = "C-STAND-IN";

export function readSlack(event: unknown, file: ContextFile, seed: string): Reading {
  const said = outline.parse(event);
  const room = file.room.native ?? said.channel ?? said.item?.channel ?? CHANNEL;
  const author = said.user ?? said.message?.user ?? said.message?.bot_id ?? said.bot_id ?? "USLACKBOT";
  const known = new SourceKnowledge("slack", file);
  const removed = said.type === "reaction_removed" ? (said.reaction ?? null) : null;
  const takenBack = removed === null ? null : (emojiOf(removed) ?? `:${removed}:`);
  const { events, losses } = toMimi(event, {
    ...known.context(author, (native) => native),
    reactions: (native, user) => {
      const standing = known.reactions(native, user);
      if (takenBack === null) return standing;
      return [...standing, { id: standInEvent("slack", `${native} ${user} ${takenBack}`), emoji: takenBack }];
    },
    team: "T-STAND-IN",
    self: NOBODY,
    bots: true,
    revision: () => null,
    deleting: () => false,
    lastSet: () => null,
    votes: () => [],
  });
  return {
    events: events.map((one) => ({ event: one, id: null })),
    losses,
    group: known.groupUri(room),
    room,
    seed,
    takenBack,
    uriOf: (native) => known.userUri(native),
    idOf: (native) => known.idOf(native),
  };
}
