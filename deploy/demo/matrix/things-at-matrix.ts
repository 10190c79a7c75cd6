/** Files, places and polls in the room at the homeserver. */
import { fileText } from "../file-text.ts";
import { shortened } from "../reading.ts";
import type { AtMatrix } from "./at-matrix.ts";
import {
  alike,
  each,
  filed,
  line,
  MENU,
  OPTIONS,
  PICTURE,
  POLL_TEXT,
  QUESTION,
  SOUND,
  unshown,
} from "./lines.ts";

export async function thingsAtMatrix(at: AtMatrix): Promise<void> {
  const { room, mia, nils } = at;
  const { user } = mia;
  await at.show(
    "file",
    mia,
    () => user.sendFile(room, { name: "menu.txt", type: "text/plain", bytes: MENU }),
    filed("file", "menu.txt", MENU),
  );
  const holds = fileText(PICTURE);
  await at.show(
    "picture, caption",
    mia,
    () => user.sendFile(room, { name: "cup.png", type: "image/png", bytes: PICTURE, caption: "My cup" }),
    each(line(`picture cup.png: ${holds} (says: My cup)`), (name) => ({
      adds: [`${name}: file cup.png: ${holds}`, `${name}: My cup`],
    })),
  );
  await at.show(
    "sticker",
    nils,
    () => nils.user.sticker(room, { name: "wave.png", type: "image/png", bytes: PICTURE }),
    alike(`sticker: ${holds}`),
  );
  await at.show(
    "voice message",
    nils,
    async () =>
      nils.user.send(room, "m.room.message", {
        msgtype: "m.audio",
        body: "hello.ogg",
        url: await nils.user.http.upload("hello.ogg", "audio/ogg", SOUND),
        info: { mimetype: "audio/ogg", size: SOUND.length, duration: 1_000 },
        "org.matrix.msc1767.audio": { duration: 1_000 },
        "org.matrix.msc3245.voice": {},
      }),
    filed("voice message", "hello.ogg", SOUND),
  );
  await placesAndPolls(at);
}

async function placesAndPolls(at: AtMatrix): Promise<void> {
  const { room, mia, nils } = at;
  const { user } = mia;
  await at.show(
    "place",
    mia,
    () => user.location(room, "The pier", "geo:52.5,13.4"),
    each(line("The pier (52.5 N, 13.4 E)"), line("geo:52.5,13.4 (52.5 N, 13.4 E)")),
  );
  await at.show(
    "poll",
    mia,
    async () => at.keep(QUESTION, await user.poll(room, QUESTION, OPTIONS)),
    each(line(`${QUESTION} (poll: ${OPTIONS.join(", ")})`), line(POLL_TEXT.replaceAll("\n", " ⏎ "))),
  );
  await at.show(
    "vote",
    nils,
    () => nils.user.vote(room, at.idOf(QUESTION), [1]),
    each(
      (name) => ({ adds: [`${name} votes for ${OPTIONS[1]} (on: ${shortened(QUESTION)})`] }),
      unshown("nothing: MUCs have no votes"),
    ),
  );
}

/** When everybody has voted. */
export async function endPoll(at: AtMatrix, result: string): Promise<void> {
  const { room, mia } = at;
  await at.show(
    "end of the poll",
    mia,
    () => mia.user.endPoll(room, at.idOf(QUESTION)),
    each(
      (name) => ({ adds: [`${name} ends the poll (on: ${shortened(QUESTION)})`] }),
      line(`The poll has ended. ⏎ ${result} (to: ${shortened(POLL_TEXT)})`),
    ),
  );
}
