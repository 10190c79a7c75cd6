/** What people of the channel do. */
import type { SlackElement } from "../clients/slack-people.ts";
import {
  ALICE,
  BOB,
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
import type { ThreeRooms } from "./three-rooms.ts";
import type { Speaker, ThreeStage } from "./three-stage.ts";

/** The same as Slack's program makes it. */
const STYLED_BLOCKS: readonly SlackElement[] = [
  {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_section",
        elements: [
          { type: "text", text: "bold", style: { bold: true } },
          { type: "text", text: " " },
          { type: "text", text: "italic", style: { italic: true } },
          { type: "text", text: " " },
          { type: "text", text: "struck", style: { strike: true } },
          { type: "text", text: " " },
          { type: "text", text: "code", style: { code: true } },
        ],
      },
    ],
  },
];

export async function fromSlack(stage: ThreeStage<RoomName>, { channel }: ThreeRooms): Promise<void> {
  const [alice, bob] = [slackSpeaker(ALICE), slackSpeaker(BOB)];
  const ts = { hello: "", styled: "", tea: "" };
  await stage.show({
    feature: "text",
    by: alice,
    act: async () => {
      ts.hello = await channel.post(ALICE, FROM_SLACK);
    },
    change: (_, name) => ({ adds: [`${name}: ${FROM_SLACK}`] }),
  });
  await stage.show({
    feature: "rich text",
    by: bob,
    act: async () => {
      ts.styled = await channel.post(BOB, "bold italic struck code", { blocks: STYLED_BLOCKS });
    },
    change: (_, name) => ({ adds: [`${name}: ${STYLED}`] }),
  });
  await stage.show({
    feature: "mention",
    by: alice,
    act: async () => {
      ts.tea = await channel.post(ALICE, `<@${BOB}> tea?`);
    },
    change: (room, name) => ({
      adds: [room === "channel" ? `${name}: @Bobby tea?` : `${name}: @Bobby tea? (“@Bobby” is Bobby)`],
    }),
  });
  await stage.show({
    feature: "edit",
    by: bob,
    act: async () => channel.edit(BOB, ts.styled, "plain now"),
    change: (room, name) => edited(room, name, STYLED, "plain now"),
  });
  await stage.show({
    feature: "delete",
    by: alice,
    act: async () => channel.delete(ALICE, ts.tea),
    change: (room, name) => deleted(room, `${name}: @Bobby tea?`, `${name} takes back: @Bobby tea?`),
  });
  await stage.show({
    feature: "reaction",
    by: bob,
    act: async () => channel.react(BOB, ts.hello, "+1"),
    change: (room, name) => reacted(room, name, "👍", FROM_SLACK, name),
  });
  await stage.show({
    feature: "reaction ends",
    by: bob,
    act: async () => channel.unreact(BOB, ts.hello, "+1"),
    change: (room, name) => unreacted(room, name, "👍", FROM_SLACK, name),
  });
  await stage.show({
    feature: "thread",
    by: bob,
    act: async () => {
      await channel.post(BOB, IN_THREAD, { thread: ts.hello });
    },
    change: (room, name) => threaded(room, `${name}: ${IN_THREAD}`, FROM_SLACK, null),
  });
  await stage.show({
    feature: "file",
    by: alice,
    act: async () => {
      await channel.upload(ALICE, "menu.txt", bytes("Tea and cake."));
    },
    change: (_, name) => ({ adds: [`${name}: file menu.txt: Tea and cake.`] }),
  });
}

/** To what came from elsewhere. */
export async function backFromSlack(stage: ThreeStage<RoomName>, { channel }: ThreeRooms): Promise<void> {
  const copies = await channel.messages();
  const tsOf = (home: "near" | "far"): string => copies.find(({ text }) => text === helloOf(home))?.ts ?? "";
  await stage.show({
    feature: "thread, on a copy",
    by: slackSpeaker(ALICE),
    act: async () => {
      await channel.post(ALICE, "Welcome!", { thread: tsOf("near") });
    },
    change: (room, name) => threaded(room, `${name}: Welcome!`, helloOf("near"), null),
  });
  await stage.show({
    feature: "reaction, on a copy",
    by: slackSpeaker(BOB),
    act: async () => channel.react(BOB, tsOf("far"), "tada"),
    change: (room, name) => reacted(room, name, "🎉", helloOf("far"), name),
  });
}

function slackSpeaker(id: string): Speaker<RoomName> {
  const name = NAMES.get(id) ?? "";
  return { home: "channel", names: { channel: name, near: name, far: name } };
}
