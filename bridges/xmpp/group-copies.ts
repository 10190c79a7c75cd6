/** Copies that other gateways make of the events of groups. */
import type { CopyOf } from "../../core/bridge/inbound.ts";
import type { GroupUri } from "../../mappings/ids.ts";
import { NS } from "./names.ts";
import { attribute, type Element } from "./xml.ts";

/** What a message is a copy of, by the mark on it; null: of nothing. */
export function copyOf(message: Element): CopyOf | null {
  const mark = message.getChild("copy", NS.mark);
  const gateway = mark && attribute(mark, "gateway");
  if (!mark || !gateway) return null;
  const [via = "", group = ""] = [attribute(mark, "via"), attribute(mark, "group")];
  return { gateway, groups: [...via.split(" "), group].filter((one) => one !== "") };
}

/** Whether a message is another gateway's copy of an event of this group: it serves the group in the same room. */
export function isOfGroup(message: Element, group: GroupUri | null): boolean {
  const mark = message.getChild("copy", NS.mark);
  return group !== null && mark !== undefined && attribute(mark, "group") === group;
}
