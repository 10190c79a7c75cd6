/** What is done in the linked rooms, one after the other. */
import { type Everywhere, everywhere, HELLO } from "./lines.ts";
import type { AtMatrix } from "./matrix/at-matrix.ts";
import { relationsAtMatrix } from "./matrix/relations-at-matrix.ts";
import { momentsAtMatrix, renameAtMatrix, setTopicAtMatrix } from "./matrix/state-at-matrix.ts";
import { textsAtMatrix } from "./matrix/texts-at-matrix.ts";
import { endPoll, thingsAtMatrix, voteAtMatrix } from "./matrix/things-at-matrix.ts";
import type { InMuc, Others } from "./muc/in-muc.ts";
import { relationsInMuc } from "./muc/relations-in-muc.ts";
import { momentsInMuc, renameMuc, setMucTopic } from "./muc/state-in-muc.ts";
import { textsInMuc } from "./muc/texts-in-muc.ts";
import { thingsInMuc, voteInMuc } from "./muc/things-in-muc.ts";
import { Votes } from "./poll-lines.ts";
import type { AtSlack } from "./slack/at-slack.ts";
import { relationsAtSlack, repliesAtSlack } from "./slack/relations-at-slack.ts";
import { pinsAtSlack, renameAtSlack, setTopicAtSlack } from "./slack/state-at-slack.ts";
import { textsAtSlack } from "./slack/texts-at-slack.ts";
import { thingsAtSlack, voteAtSlack } from "./slack/things-at-slack.ts";

export interface Actors {
  /** null: there is no channel in this demo. */
  readonly slack: AtSlack | null;
  /** null: there is no homeserver in this demo. */
  readonly matrix: AtMatrix | null;
  readonly mucs: readonly [InMuc, InMuc];
}

/** What the rooms are called before anybody renames one, and what their topics are. */
const NAMES: Everywhere = {
  channel: "lab",
  matrix: "Quay",
  near: "harbour",
  far: "island",
};
const TOPICS: Everywhere = { channel: "Experiments", matrix: "", near: "", far: "" };

export async function everything(actors: Actors): Promise<void> {
  const { slack, matrix, mucs } = actors;
  for (const room of [slack, matrix, ...mucs]) await room?.greet();
  if (slack) for (const act of [textsAtSlack, relationsAtSlack, thingsAtSlack, pinsAtSlack]) await act(slack);
  if (matrix)
    for (const act of [textsAtMatrix, relationsAtMatrix, thingsAtMatrix, momentsAtMatrix]) await act(matrix);
  const others: Others = matrix
    ? { room: "matrix", author: "Mia", mentioned: "Mia" }
    : { room: "channel", author: "Alice Liddell", mentioned: "Bobby" };
  for (const muc of mucs) {
    await textsInMuc(muc, others);
    await relationsInMuc(muc, others);
    await thingsInMuc(muc);
    await momentsInMuc(muc, HELLO[others.room]);
  }
  if (slack) await repliesAtSlack(slack);
  if (matrix) await vote(actors, matrix);
  await everyTopic(actors);
  await everyName(actors);
}

async function vote({ slack, mucs: [near, far] }: Actors, matrix: AtMatrix): Promise<void> {
  const votes = new Votes();
  await voteAtMatrix(matrix, 1, votes);
  if (slack) await voteAtSlack(slack, 1, votes);
  await voteInMuc(near, 0, votes);
  await voteInMuc(far, 1, votes);
  await endPoll(matrix, votes);
}

async function everyTopic({ slack, matrix, mucs: [near, far] }: Actors): Promise<void> {
  let before = TOPICS;
  const set = async (topic: string, act: (before: Everywhere) => Promise<void>): Promise<void> => {
    await act(before);
    before = everywhere(topic);
  };
  if (slack) await set("Bread", async (was) => setTopicAtSlack(slack, "Bread", was));
  if (matrix) await set("Tea", async (was) => setTopicAtMatrix(matrix, "Tea", was));
  await set("Coffee", async (was) => setMucTopic(near, "Coffee", was));
  await set("Cake", async (was) => setMucTopic(far, "Cake", was));
}

async function everyName({ slack, matrix, mucs: [near, far] }: Actors): Promise<void> {
  let before = NAMES;
  const set = async (name: string, act: (before: Everywhere) => Promise<void>): Promise<void> => {
    await act(before);
    before = everywhere(name);
  };
  if (slack) await set("the-lab", async (was) => renameAtSlack(slack, "the-lab", was));
  if (matrix) await set("The Quay", async (was) => renameAtMatrix(matrix, "The Quay", was));
  await set("The Harbour", async (was) => renameMuc(near, "The Harbour", was));
  await set("The Island", async (was) => renameMuc(far, "The Island", was));
}
