/** Calls of Slack's Web API for an event. */
import type { Loss } from "../../mappings/loss.ts";
import type { Outgoing } from "../../mappings/mapping.ts";
import { fromMimi } from "../../mappings/slack/from-mimi.ts";
import type { ContextFile } from "./context-file.ts";
import type { Reading } from "./reading.ts";
import { targetKnowledge } from "./target-knowledge.ts";

const CHANNEL = "C-STAND-IN";

export function writeSlack(
  event: Outgoing,
  reading: Reading,
  file: ContextFile,
  standing: readonly string[],
): { readonly native: readonly unknown[]; readonly losses: readonly Loss[] } {
  const form = { prefix: "", hasAux: false, ghost: () => null, copy: () => null };
  const { calls, losses } = fromMimi(
    event,
    {
      replies: "quote",
      broadcasts: false,
      uploads: true,
      largestFile: Number.MAX_SAFE_INTEGER,
      rename: true,
      topic: true,
      pins: true,
      archive: true,
      members: true,
    },
    {
      ...targetKnowledge(event, reading, file, form, standing),
      channel: file.room.target ?? CHANNEL,
      icon: () => null,
      label: () => "",
      permalink: () => null,
      closed: () => false,
      poll: () => null,
    },
  );
  const native = calls.map((call) => {
    const { method, arguments: said } = call;
    const below = "threadOf" in call && call.threadOf !== null ? { threadOf: call.threadOf } : {};
    return { method, arguments: said, ...below };
  });
  return { native, losses };
}
