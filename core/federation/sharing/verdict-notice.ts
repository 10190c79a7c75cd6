/** Verdicts on what our users said: what their authors are told, and what only the operator is (docs/mtp.md, Verdicts). */
import type { GroupUri } from "../../../mappings/ids.ts";
import { step } from "../../steps.ts";
import type { GroupId, Seq } from "../../ids.ts";
import { outLane } from "../../lanes/lane-key.ts";
import { type Verdict, type VerdictCode, verdictCodes } from "../../store/units/verdicts.ts";
import type { WireVerdict } from "../wire/sync-answer.ts";
import type { SyncOptions } from "./sync-options.ts";

/** For the author; null: it is none of his fault, and nothing for him to do. */
const NOTICES: Readonly<Record<VerdictCode, string | null>> = {
  id_mismatch: null,
  id_conflict: null,
  sender_foreign: null,
  loop: null,
  expired: null,
  group_closed: "the group has ended.",
  content_invalid: "it is too large, or of a form that is not taken there.",
  not_member: "you are not a member of the group.",
  read_only: "the group is read-only.",
  moderated: "only those whom the group's moderators let may speak there now.",
  not_author: "the message that it changes is somebody else's.",
  no_right: "your role in the group does not allow it.",
  target_deleted: "the message that it refers to was deleted.",
  property_conflict: "somebody else has changed the same at the same time. Look at it, and try again.",
  quota: "too much has been said there of late. Try again later.",
};
/** What the operator has to know of. */
const ALARMING: readonly VerdictCode[] = ["id_mismatch", "id_conflict", "sender_foreign"];

/** What the author is told; null: nothing. */
export function noticeOf(code: VerdictCode): string | null {
  const reason = NOTICES[code];
  return reason === null ? null : `This was not carried to the linked rooms: ${reason}`;
}

/** A code that is not known counts as no_right (M99). */
const codeOf = (code: string): VerdictCode | null =>
  code === "accepted" ? null : (verdictCodes.find((known) => known === code) ?? "no_right");

/** Takes an owner's verdicts on events of a group: each author is told once, by a line in his room. */
export async function takeVerdicts(
  { store, log, now, wake }: Pick<SyncOptions, "store" | "log" | "now" | "wake">,
  { group, uri }: { readonly group: GroupId; readonly uri: GroupUri },
  verdicts: readonly WireVerdict[],
): Promise<void> {
  for (const { id, code: said, seq, detail = "" } of verdicts) {
    const code = codeOf(said);
    const verdict: Verdict = { id, code, detail };
    step("verdict.begin");
    const room = await store.write("recordVerdict", {
      group,
      verdict,
      seq: seq === undefined ? null : (seq as Seq),
      notice: code === null ? null : noticeOf(code),
      at: now(),
    });
    if (room !== null) wake(outLane(room.id), room.account, "queued");
    if (code === null) continue;
    const facts = { group: uri, event: id, code: said, detail };
    if (ALARMING.includes(code))
      log.error({ alarm: code, ...facts }, "an owner takes an event for a false one");
    else log.info(facts, "an owner has refused an event");
  }
}
