/** Files, places and polls in the room at the homeserver. */
import { fileText } from "../../file-text.ts";
import { pollOnSlack, type Votes } from "../poll-lines.ts";
import type { AtMatrix } from "./at-matrix.ts";
import { each, filed, line, MENU, OPTIONS, PICTURE, POLL_TEXT, QUESTION, SOUND } from "../lines.ts";

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
    each({
      slack: line(`file cup.png: ${holds} My cup`),
      matrix: line(`picture cup.png: ${holds} (says: My cup)`),
      muc: (name) => ({ adds: [`${name}: file cup.png: ${holds}`, `${name}: My cup`] }),
    }),
  );
  await at.show(
    "sticker",
    nils,
    () => nils.user.sticker(room, { name: "wave.png", type: "image/png", bytes: PICTURE }),
    each({
      slack: line(`file file.png: ${holds}`),
      matrix: line(`sticker: ${holds}`),
      muc: line(`sticker: ${holds}`),
    }),
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
  const { room, mia } = at;
  const { user } = mia;
  await at.show(
    "place",
    mia,
    () => user.location(room, "The pier", "geo:52.5,13.4"),
    each({
      slack: line(
        "📍 The pier: 52.5, 13.4 (https://www.openstreetmap.org/?mlat=52.5&mlon=13.4#map=16/52.5/13.4)",
      ),
      matrix: line("The pier (52.5 N, 13.4 E)"),
      muc: line("geo:52.5,13.4 (52.5 N, 13.4 E)"),
    }),
  );
  await at.show(
    "poll",
    mia,
    async () => at.keep(QUESTION, await user.poll(room, QUESTION, OPTIONS)),
    each({
      slack: () => ({ adds: [pollOnSlack(null)] }),
      matrix: line(`${QUESTION} (poll: ${OPTIONS.join(", ")})`),
      muc: line(POLL_TEXT.replaceAll("\n", " ⏎ ")),
    }),
  );
}

/** `option`: its place, from 0. */
export async function voteAtMatrix(at: AtMatrix, option: number, votes: Votes): Promise<void> {
  const { room, nils } = at;
  const act = (): Promise<unknown> => nils.user.vote(room, at.idOf(QUESTION), [option]);
  await at.show("vote", nils, act, votes.cast(option, "matrix"));
}

/** When everybody has voted. */
export async function endPoll(at: AtMatrix, votes: Votes): Promise<void> {
  const { room, mia } = at;
  await at.show("end of the poll", mia, () => mia.user.endPoll(room, at.idOf(QUESTION)), votes.end());
}
