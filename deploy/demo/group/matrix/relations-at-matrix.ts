/** What is done in the room at the homeserver to what was said before. */
import { shortened } from "../../reading.ts";
import { PROVIDERS } from "../linked-rooms.ts";
import type { AtMatrix } from "./at-matrix.ts";
import {
  deleted,
  each,
  edited,
  HELLO,
  IN_THREAD,
  MORNING,
  PICTURE,
  reacted,
  replied,
  threaded,
  unreacted,
  unshown,
} from "../lines.ts";

export async function relationsAtMatrix(at: AtMatrix): Promise<void> {
  const { room, look, mia, nils } = at;
  const { user } = mia;
  const near = (): Promise<string> => look.find(HELLO.near);
  await at.show(
    "reply",
    mia,
    async () => user.reply(room, await near(), "At last!"),
    replied("At last!", HELLO.near, "anna"),
  );
  const hello = at.idOf(HELLO.matrix);
  await at.show(
    "thread",
    nils,
    () => nils.user.inThread(room, hello, IN_THREAD.matrix),
    threaded(IN_THREAD.matrix, HELLO.matrix, null),
  );
  await at.say(mia, "Tee is ready");
  await at.show(
    "edit",
    mia,
    () => user.edit(room, at.idOf("Tee is ready"), "Tea is ready"),
    edited("Tee is ready", "Tea is ready"),
  );
  await at.say(nils, "Not for long");
  await at.show(
    "delete",
    nils,
    () => nils.user.redact(room, at.idOf("Not for long")),
    deleted("Not for long"),
  );
  let reaction = "";
  await at.show(
    "reaction",
    nils,
    async () => (reaction = await nils.user.react(room, await near(), "👍")),
    reacted("👍", HELLO.near),
  );
  await at.show("reaction ends", nils, () => nils.user.redact(room, reaction), unreacted("👍", HELLO.near));
  await moreRelations(at);
}

async function moreRelations(at: AtMatrix): Promise<void> {
  const { room, look, mia, nils } = at;
  await at.show(
    "custom reaction",
    nils,
    async () => {
      const tulip = await nils.user.http.upload("tulip.png", "image/png", PICTURE);
      await nils.user.send(room, "m.reaction", {
        "m.relates_to": {
          rel_type: "m.annotation",
          event_id: await look.find(HELLO.near),
          key: tulip,
        },
        "com.beeper.reaction.shortcode": ":tulip:",
      });
    },
    each({
      slack: () => ({ adds: [`:tulip: by mimi-gateway (on: ${shortened(HELLO.near)})`] }),
      matrix: (name) => ({ adds: [`:tulip: by ${name} (on: ${shortened(HELLO.near)})`] }),
      muc: unshown("nothing: MUCs have emoji of Unicode alone"),
    }),
  );
  await at.show(
    "moderator deletes",
    mia,
    () => mia.user.redact(room, at.idOf(MORNING.matrix)),
    each({
      slack: () => ({ adds: [], removes: [`Nils (${PROVIDERS.matrix}): ${MORNING.matrix}`] }),
      matrix: () => ({ adds: [], removes: [`Nils: ${MORNING.matrix}`] }),
      muc: () => ({ adds: [`Nils takes back: ${shortened(MORNING.matrix)}`] }),
    }),
  );
}
