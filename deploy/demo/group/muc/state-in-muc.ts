/** What a MUC is, and what passes in it. */
import type { Element } from "@xmpp/xml";
import { displayed, typing } from "../../stanzas.ts";
import { messageOf } from "./held-by-muc.ts";
import type { InMuc } from "./in-muc.ts";
import type { Scene } from "../group-stage.ts";
import { type Everywhere, ended, hasRead, newTopic, renamedElsewhere, state, types } from "../lines.ts";

/** `text`: what somebody has said elsewhere. */
export async function momentsInMuc(at: InMuc, text: string): Promise<void> {
  const [, second] = at.side.people;
  const signal = (feature: string, element: () => Element, change: Scene["change"]): Promise<void> =>
    at.show(feature, second, async () => second.user.signal(at.side.room, element()), change);
  await signal("typing", () => typing("composing"), state(types));
  await signal("typing ends", () => typing("paused"), ended(types));
  const hello = (): Element => displayed(messageOf(at.side, text));
  await signal("read marker", hello, state(hasRead(text)));
}

export async function renameMuc(at: InMuc, name: string, before: Everywhere): Promise<void> {
  const [owner] = at.side.people;
  const change = renamedElsewhere(name, before);
  await at.show("name of the room", owner, () => owner.user.setRoomName(at.side.room, name), change);
}

export async function setMucTopic(at: InMuc, topic: string, before: Everywhere): Promise<void> {
  const [owner] = at.side.people;
  const act = async (): Promise<void> => void (await owner.user.setSubject(at.side.room, topic));
  await at.show("topic", owner, act, newTopic(topic, before));
}
