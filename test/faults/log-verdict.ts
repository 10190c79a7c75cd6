/** What the log of a group says of the rooms in it, and what its owner says of a guest's. */
import type { GroupEvent } from "../../core/federation-operations.ts";
import type { Direction } from "./scene.ts";
import type { Room } from "./standing.ts";
import { compare, type Comparison } from "./verdict.ts";

type Logged = Pick<GroupEvent, "seq" | "id" | "text">;
type Finding = Comparison & Direction;

/** What nobody edited and nobody took back. */
const plainTexts = ({ standing }: Room): readonly string[] =>
  standing.filter(({ edited }) => !edited).map(({ text }) => text);

const textsOf = (log: readonly Logged[]): readonly string[] => log.flatMap(({ text }) => text ?? []);

/** Whether what a room's own people said stands in the log, once and in the room's order. `own`: what stands of them. */
export function loggedOf(name: string, own: Room, log: readonly Logged[]): Finding {
  const plain = plainTexts(own);
  const due = new Set(plain);
  const logged = textsOf(log).filter((text) => due.has(text));
  const to = `the log of ${name}`;
  return { from: name, to, ...compare(plain, logged), said: own.standing.length, misdirected: [] };
}

/** Whether a room has in the log's order what was said elsewhere. `sources`: what was said in each of the other rooms, and stands. */
export function orderIn(name: string, room: Room, sources: readonly Room[], log: readonly Logged[]): Finding {
  const due = new Set(sources.flatMap(plainTexts));
  const ordered = new Set(textsOf(log).filter((text) => due.has(text)));
  const there = plainTexts(room).filter((text) => ordered.has(text));
  const { misplaced } = compare([...ordered], there);
  return { from: "the log", to: name, said: 0, lost: [], doubled: [], misplaced, misdirected: [] };
}

/** Whether a guest holds the owner's log, from where it was let in to where it has come. */
export function followedLog(owner: readonly Logged[], guest: readonly Logged[]): Finding {
  const [first = 0, last = 0] = [guest.at(0)?.seq, guest.at(-1)?.seq];
  const due = owner.filter(({ seq }) => seq >= first && seq <= last).map(placeOf);
  const known = new Set(due);
  const held = guest.map(placeOf);
  const foreign = held.filter((place) => !known.has(place));
  const agreed = held.filter((place) => known.has(place));
  const misdirected = held.length === 0 ? ["nothing is there"] : foreign;
  return { from: "the owner's log", to: "the guest's log", ...compare(due, agreed), said: 0, misdirected };
}

const placeOf = ({ seq, id }: Logged): string => `${seq} ${id}`;
