/** What the room at the homeserver is, and what passes in it. */
import { shortened } from "../../reading.ts";
import type { AtMatrix } from "./at-matrix.ts";
import {
  type Everywhere,
  each,
  ended,
  hasRead,
  HELLO,
  newTopic,
  renamedElsewhere,
  state,
  types,
  unshown,
} from "../lines.ts";

export async function momentsAtMatrix(at: AtMatrix): Promise<void> {
  const { room, look, mia, nils } = at;
  const { user } = mia;
  const hello = at.idOf(HELLO.matrix);
  const pinned = `pinned: ${shortened(HELLO.matrix)}`;
  await at.show(
    "pin",
    mia,
    () => user.setPins(room, [hello]),
    each({
      slack: () => ({ adds: [pinned] }),
      matrix: () => ({ adds: [pinned] }),
      muc: () => ({ adds: [`mimi-gateway: 📌 Mia: ${HELLO.matrix}`] }),
    }),
  );
  await at.show(
    "pin ends",
    mia,
    () => user.setPins(room, []),
    each({
      slack: () => ({ adds: [], removes: [pinned] }),
      matrix: () => ({ adds: [], removes: [pinned] }),
      muc: unshown("nothing: a line can't be taken back"),
    }),
  );
  await at.show("typing", nils, () => nils.user.typing(room, true), state(types));
  await at.show("typing ends", nils, () => nils.user.typing(room, false), ended(types));
  await at.show(
    "read marker",
    nils,
    async () => nils.user.read(room, await look.find(HELLO.far)),
    state(hasRead(HELLO.far)),
  );
}

/** `before`: what the rooms were called. */
export async function renameAtMatrix(at: AtMatrix, name: string, before: Everywhere): Promise<void> {
  const { mia, room } = at;
  await at.show("name of the room", mia, () => mia.user.setName(room, name), renamedElsewhere(name, before));
}

export async function setTopicAtMatrix(at: AtMatrix, topic: string, before: Everywhere): Promise<void> {
  const { mia, room } = at;
  await at.show("topic", mia, () => mia.user.setTopic(room, topic), newTopic(topic, before));
}
