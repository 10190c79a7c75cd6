/** Files, places and votes in a MUC. */
import type { Element } from "@xmpp/xml";
import { fileText } from "../../file-text.ts";
import { file, place, reply, sticker } from "../../stanzas.ts";
import { messageOf } from "./held-by-muc.ts";
import type { InMuc } from "./in-muc.ts";
import { each, filed, line, MENU, PICTURE, POLL_TEXT, SOUND } from "../lines.ts";
import type { Votes } from "../poll-lines.ts";

export async function thingsInMuc(at: InMuc): Promise<void> {
  const [first, second] = at.side.people;
  const put = (name: string, content: Uint8Array<ArrayBuffer>): Promise<string> =>
    first.user.upload(at.side.service.uploads, name, content);
  const shows = (kind: string, name: string, content: Uint8Array<ArrayBuffer>): Promise<unknown> =>
    at.send(kind, first, async () => file(await put(name, content)), filed(kind, name, content));
  await shows("file", "menu.txt", MENU);
  await shows("picture", "cup.png", PICTURE);
  await shows("sound", "hello.ogg", SOUND);
  const holds = fileText(PICTURE);
  const wave = async (): Promise<Element[]> => sticker(await put("wave.png", PICTURE));
  await at.send(
    "sticker",
    first,
    wave,
    each({
      slack: line(`file wave.png: ${holds}`),
      matrix: line(`sticker: ${holds}`),
      muc: line(`sticker: ${holds}`),
    }),
  );
  await at.send(
    "place",
    second,
    () => place("52.5", "13.4"),
    each({
      slack: line(
        "📍 Location: 52.5, 13.4 (https://www.openstreetmap.org/?mlat=52.5&mlon=13.4#map=16/52.5/13.4)",
      ),
      matrix: line("geo:52.5,13.4 (52.5 N, 13.4 E)"),
      muc: line("geo:52.5,13.4 (52.5 N, 13.4 E)"),
    }),
  );
}

/** As an answer to the poll's text. `option`: its place, from 0. */
export async function voteInMuc(at: InMuc, option: number, votes: Votes): Promise<void> {
  const [, second] = at.side.people;
  const words = `!vote ${option + 1}`;
  const answer = (): Element[] => reply(messageOf(at.side, POLL_TEXT), `${at.side.room}/Mia`, words);
  await at.send("vote", second, answer, votes.cast(option, at.home, words));
}
