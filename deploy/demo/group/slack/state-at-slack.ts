/** What the channel is. */
import { shortened } from "../../reading.ts";
import { type Everywhere, each, HELLO, newTopic, renamed, unshown } from "../lines.ts";
import type { AtSlack } from "./at-slack.ts";

export async function pinsAtSlack(at: AtSlack): Promise<void> {
  const { people, alice } = at;
  const hello = at.tsOf(HELLO.channel);
  const pinned = `pinned: ${shortened(HELLO.channel)}`;
  await at.show(
    "pin",
    alice,
    () => people.pin(alice.id, hello),
    each({
      slack: () => ({ adds: [pinned] }),
      matrix: () => ({ adds: [pinned] }),
      muc: () => ({ adds: [`mimi-gateway: 📌 ${alice.name}: ${HELLO.channel}`] }),
    }),
  );
  await at.show(
    "pin ends",
    alice,
    () => people.unpin(alice.id, hello),
    each({
      slack: () => ({ adds: [], removes: [pinned] }),
      matrix: () => ({ adds: [], removes: [pinned] }),
      muc: unshown("nothing: a line can't be taken back"),
    }),
  );
}

/** `before`: what the rooms were called. */
export async function renameAtSlack(at: AtSlack, name: string, before: Everywhere): Promise<void> {
  const { people, alice } = at;
  await at.show("name of the room", alice, () => people.rename(alice.id, name), renamed(name, before));
}

export async function setTopicAtSlack(at: AtSlack, topic: string, before: Everywhere): Promise<void> {
  const { people, alice } = at;
  await at.show("topic", alice, () => people.setTopic(alice.id, topic), newTopic(topic, before));
}
