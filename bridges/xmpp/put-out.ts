/** Why somebody is out of a room, by the presence with which the room says so (XEP-0045, section 15.6.2). */
import { inShort } from "./in-short.ts";
import { attribute, type Element } from "./xml.ts";

export interface PutOut {
  /** Whether the room is no more. */
  readonly destroyed: boolean;
  /** What has happened, and what helps, in words. */
  readonly detail: string;
}

/** By status code; where there are several, the first of them here. */
const CAUSES: readonly (readonly [status: string, detail: string])[] = [
  ["301", "banned: lift the ban"],
  ["332", "its service is going down"],
  ["333", "its service has lost the gateway"],
  ["321", "the gateway is no member any more: make its address a member"],
  ["322", "it is for members only now: make the gateway's address a member"],
  ["307", "kicked"],
];

/** `user`: the presence's muc#user element. */
export function putOut(user: Element | undefined): PutOut {
  const destroyed = user?.getChild("destroy");
  if (destroyed) {
    const other = inShort(attribute(destroyed, "jid") ?? "");
    const remedy =
      other === "" ? "unlink it" : `its people were sent to ${other}: link that one, and unlink this`;
    return { destroyed: true, detail: `it was destroyed${because(destroyed)}; ${remedy}` };
  }
  const statuses = new Set(user?.getChildren("status").map((status) => attribute(status, "code")));
  const cause = CAUSES.find(([status]) => statuses.has(status))?.[1] ?? "removed";
  const item = user?.getChild("item");
  const actor = item?.getChild("actor");
  const by = actor && (attribute(actor, "nick") ?? attribute(actor, "jid"));
  return {
    destroyed: false,
    detail: `${cause}${by === undefined ? "" : `, by ${inShort(by)}`}${because(item)}`,
  };
}

function because(element: Element | undefined): string {
  const reason = inShort(element?.getChildText("reason") ?? "");
  return reason === "" ? "" : ` (${reason})`;
}
