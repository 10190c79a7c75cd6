/** Files, places and votes in a MUC. */
import type { Element } from "@xmpp/xml";
import { fileText } from "../file-text.ts";
import { shortened } from "../reading.ts";
import { file, place, reply, sticker } from "../stanzas.ts";
import { messageOf } from "./held-by-muc.ts";
import type { InMuc } from "./in-muc.ts";
import { alike, filed, MENU, OPTIONS, PICTURE, POLL_TEXT, QUESTION, SOUND } from "./lines.ts";

export async function thingsInMuc(at: InMuc): Promise<void> {
  const [first, second] = at.side.people;
  const put = (name: string, content: Uint8Array<ArrayBuffer>): Promise<string> =>
    first.user.upload(at.side.service.uploads, name, content);
  const shows = (kind: string, name: string, content: Uint8Array<ArrayBuffer>): Promise<unknown> =>
    at.send(kind, first, async () => file(await put(name, content)), filed(kind, name, content));
  await shows("file", "menu.txt", MENU);
  await shows("picture", "cup.png", PICTURE);
  await shows("sound", "hello.ogg", SOUND);
  const wave = async (): Promise<Element[]> => sticker(await put("wave.png", PICTURE));
  await at.send("sticker", first, wave, alike(`sticker: ${fileText(PICTURE)}`));
  await at.send("place", second, () => place("52.5", "13.4"), alike("geo:52.5,13.4 (52.5 N, 13.4 E)"));
}

/** As an answer to the poll's text. `option`: its place, from 0. */
export async function voteInMuc(at: InMuc, option: number): Promise<void> {
  const [, second] = at.side.people;
  const words = `!vote ${option + 1}`;
  const answer = (): Element[] => reply(messageOf(at.side, POLL_TEXT), `${at.side.room}/Mia`, words);
  await at.send("vote", second, answer, (room, name) => {
    if (room === at.home) return { adds: [`${name}: ${words} (to: ${shortened(POLL_TEXT)})`] };
    if (room !== "matrix") return { adds: [], unshown: "nothing: MUCs have no votes" };
    return { adds: [`${name} votes for ${OPTIONS[option] ?? ""} (on: ${shortened(QUESTION)})`] };
  });
}
