/** What people of one of the two XMPP rooms do. */
import type { Element } from "@xmpp/xml";
import type { GroupMessage } from "../clients/xmpp-messages.ts";
import {
  ALICE,
  bytes,
  deleted,
  edited,
  FROM_SLACK,
  helloOf,
  IN_THREAD,
  NAMES,
  reacted,
  type RoomName,
  STYLED,
  threaded,
  unreacted,
} from "./crossing-lines.ts";
import { archived } from "./held-rooms.ts";
import { shortened } from "./reading.ts";
import type { Side } from "./service.ts";
import { body, correction, file, inThread, mention, reactions, reply, retraction } from "./stanzas.ts";
import type { ThreeRooms } from "./three-rooms.ts";
import type { Speaker, ThreeStage } from "./three-stage.ts";

export async function fromRoom(
  stage: ThreeStage<RoomName>,
  rooms: ThreeRooms,
  home: "near" | "far",
): Promise<void> {
  const side = rooms[home];
  const [first, second] = side.people;
  const [p, q] = [roomSpeaker(rooms, home, first.name), roomSpeaker(rooms, home, second.name)];
  const { room } = side;
  const hello = helloOf(home);
  const say = async ({ user }: Side["people"][0], elements: readonly Element[]): Promise<GroupMessage> => {
    const { id } = await user.send(room, ...elements);
    return find(side, (message) => message.id === id);
  };
  const copyOf = (text: string): GroupMessage => find(side, (message) => message.body === text);
  const said = new Map<string, GroupMessage>();

  await stage.show({
    feature: "text",
    by: p,
    act: async () => void (await say(first, [body(hello)])),
    change: (_, name) => ({ adds: [`${name}: ${hello}`] }),
  });
  await stage.show({
    feature: "rich text",
    by: p,
    act: async () => void said.set("styled", await say(first, [body(STYLED)])),
    change: (_, name) => ({ adds: [`${name}: ${STYLED}`] }),
  });
  await stage.show({
    feature: "mention",
    by: q,
    act: async () => void said.set("tea", await say(second, mention(room, "Bobby", ": tea?"))),
    change: (at, name) => ({
      adds: [at === "channel" ? `${name}: @Bobby: tea?` : `${name}: Bobby: tea? (“Bobby” is Bobby)`],
    }),
  });
  await stage.show({
    feature: "edit",
    by: p,
    act: async () => void (await say(first, correction(said.get("styled") ?? null, "plain now"))),
    change: (at, name) => edited(at, name, STYLED, "plain now"),
  });
  await stage.show({
    feature: "delete",
    by: q,
    act: async () => void (await say(second, retraction(said.get("tea") ?? null))),
    change: (at, name) => deleted(at, `${name}: @Bobby: tea?`, `${name} takes back: Bobby: tea?`),
  });
  await stage.show({
    feature: "reply",
    by: p,
    act: async () => {
      const author = `${room}/${NAMES.get(ALICE) ?? ""}`;
      await say(first, reply(copyOf(FROM_SLACK), author, "At last!"));
    },
    change: (at, name) => ({
      adds: [
        at === "channel"
          ? `${name}: > *Alice Liddell*: ${FROM_SLACK} ↗ ⏎ At last!`
          : `${name}: At last! (to: ${shortened(FROM_SLACK)})`,
      ],
    }),
  });
  await stage.show({
    feature: "reaction",
    by: q,
    act: async () => void (await say(second, reactions(copyOf(FROM_SLACK), "👍"))),
    change: (at, name) => reacted(at, name, "👍", FROM_SLACK, "mimi-gateway"),
  });
  await stage.show({
    feature: "reaction ends",
    by: q,
    act: async () => void (await say(second, reactions(copyOf(FROM_SLACK)))),
    change: (at, name) => unreacted(at, name, "👍", FROM_SLACK, "mimi-gateway"),
  });
  await stage.show({
    feature: "thread",
    by: q,
    act: async () => {
      const thread = copyOf(IN_THREAD).stanza.getChildText("thread") ?? "";
      await say(second, inThread(thread, "I am here too"));
    },
    change: (at, name) => threaded(at, `${name}: I am here too`, FROM_SLACK, IN_THREAD),
  });
  await stage.show({
    feature: "file",
    by: p,
    act: async () => {
      const url = await first.user.upload(side.service.uploads, `${home}.txt`, bytes(hello));
      await say(first, file(url));
    },
    change: (_, name) => ({ adds: [`${name}: file ${home}.txt: ${hello}`] }),
  });
}

/** On Slack the name says whose people somebody is of. */
function roomSpeaker({ providers }: ThreeRooms, home: "near" | "far", name: string): Speaker<RoomName> {
  return { home, names: { channel: `${name} (${providers[home]})`, near: name, far: name } };
}

function find(side: Side, test: (message: GroupMessage) => boolean): GroupMessage {
  const found = archived(side).find(test);
  if (!found) throw new Error(`what was looked for is not in the archive of ${side.room}`);
  return found;
}
