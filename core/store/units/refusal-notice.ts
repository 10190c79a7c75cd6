/** What somebody is told whose event a group of ours has refused. */
import type { VerdictCode } from "./verdicts.ts";

const reasons: Readonly<Partial<Record<VerdictCode, string>>> = {
  not_member: "you are not let into their group",
  read_only: "their group is read-only",
  moderated: "only those with the right to it may speak in their group now",
  not_author: "it changes a message of somebody else, and you have no right to that in their group",
  no_right: "you have no right to that in their group",
  target_deleted: "the message that it refers to was deleted",
};

/** A plain sentence for the author. */
export function refusalNotice(code: VerdictCode): string {
  return `This was not carried to the linked rooms: ${reasons[code] ?? "their group does not take it"}.`;
}
