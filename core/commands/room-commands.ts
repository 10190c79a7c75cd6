/**
 * What people can tell the gateway on their platform, in private or in a room where only they see the answer: the same words
 * everywhere. Whoever manages a room says what it is linked with; whoever is in it may know that.
 */
import type { Asked } from "../bridge/host.ts";
import { GatewayError } from "../errors.ts";
import type { NativeRoom } from "../ids.ts";
import { limits } from "../limits.ts";
import type { CommandRules } from "../config/config.ts";
import { actorOf, type CommandedOperations, type InRoom, type RoomCommand } from "./room-command.ts";
import { code, decide, link, redeem, resume, unlink } from "./room-links.ts";
import { status, who } from "./room-reports.ts";

/** Longer than any command is. */
const LONGEST = 2_000;

interface Word {
  /** What has to stand before the room, as the help shows it. */
  readonly before: readonly string[];
  /** What may stand anywhere behind the word; left out: nothing. */
  readonly option?: string;
  readonly says: string;
  /** Who may: whoever manages the room, or also whoever is in it, as one who asks there is. */
  readonly for: "managers" | "everybody";
  readonly run: (inRoom: InRoom) => Promise<string>;
}

const DAYS = limits.codeMs / 86_400_000;

const WORDS: Readonly<Record<string, Word>> = {
  status: {
    before: [],
    says: "what the room is linked with, and what waits",
    for: "everybody",
    run: status,
  },
  who: { before: [], says: "who has spoken in the linked rooms, and from where", for: "everybody", run: who },
  code: {
    before: [],
    says: `a code, good once and for ${DAYS} days, with which somebody elsewhere links a room of his with it`,
    for: "managers",
    run: code,
  },
  redeem: {
    before: ["CODE"],
    says: "links the room by a code that somebody elsewhere has given to you",
    for: "managers",
    run: redeem,
  },
  link: {
    before: ["OTHER"],
    says: "links the room with another one that you manage, too (ACCOUNT:ADDRESS, or its address here)",
    for: "managers",
    run: link,
  },
  unlink: { before: [], says: "takes the room out of its link", for: "managers", run: unlink },
  resume: {
    before: [],
    option: "--drop",
    says: "lets the room go on that was paused; with --drop, without what was only repeated in it meanwhile",
    for: "managers",
    run: resume,
  },
  confirm: {
    before: ["ID"],
    says: "lets somebody elsewhere in who has redeemed a code that has to be confirmed",
    for: "managers",
    run: (inRoom) => decide(inRoom, true),
  },
  refuse: { before: ["ID"], says: "refuses him", for: "managers", run: (inRoom) => decide(inRoom, false) },
};

/** A word as a platform may offer it to people. */
export interface OfferedWord {
  readonly name: string;
  readonly says: string;
  /** What has to stand between the word and the room. */
  readonly before: readonly string[];
  /** What may stand behind it; null: nothing. */
  readonly option: string | null;
}

/** All words that are about a room, in the order of the help. */
export const offeredWords: readonly OfferedWord[] = Object.entries(WORDS).map(
  ([name, { says, before, option = null }]) => ({ name, says, before, option }),
);

/** Whether who writes it is not carried from then on. */
const OPTING: ReadonlyMap<string, boolean> = new Map([
  ["optout", true],
  ["optin", false],
]);

/** Resolves with the answer. Rejects with GatewayError where the gateway failed at it. */
export async function runRoomCommand(
  command: RoomCommand,
  operations: CommandedOperations,
  rules: CommandRules,
): Promise<string> {
  const [name = "", ...rest] = command.text.slice(0, LONGEST).trim().split(/\s+/);
  const opting = OPTING.get(name.toLowerCase());
  if (opting !== undefined && rest.length === 0) return optOut(command, opting, operations);
  if (name.toLowerCase() === "help" || (name === "" && command.here !== null)) return help(command);
  const word = Object.hasOwn(WORDS, name.toLowerCase()) ? WORDS[name.toLowerCase()] : undefined;
  if (!word) return "I don't know that. Write: help";
  const words = rest.filter((one) => !isOption(one, word));
  const opted = words.length < rest.length;
  try {
    const room = roomOf(command, words, word);
    if (room === null) return usageOf(name.toLowerCase(), word, command);
    if (!(await mayGive(command, room, word)))
      return `Only who manages ${room} can do that: its owners and admins, or those of its workspace. I must be able to see who they are.`;
    const own = words.slice(0, word.before.length);
    return await word.run({ command, room, words: own, opted, operations, rules });
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code !== "internal")
      return `That did not work: ${thrown.detail}`;
    throw thrown;
  }
}

/** Telephones write one long dash for two short ones. */
const isOption = (text: string, { option }: Word): boolean =>
  option !== undefined && text.replace(/^[\u2013\u2014]/u, "--").toLowerCase() === option;

/** The room is the last of the words, or the one in which it was asked; null: the words are too many or too few. */
function roomOf(
  { here, parseRoom }: RoomCommand,
  words: readonly string[],
  { before }: Word,
): NativeRoom | null {
  if (words.length === before.length) return here;
  const text = words[before.length];
  return text === undefined || words.length > before.length + 1 ? null : parseRoom(text);
}

async function mayGive({ manages, here }: Asked, room: NativeRoom, word: Word): Promise<boolean> {
  return (word.for === "everybody" && room === here) || manages(room);
}

async function optOut(command: RoomCommand, out: boolean, { policy }: CommandedOperations): Promise<string> {
  const { account, from, speaksAsSuch } = command;
  if (!speaksAsSuch) return "I can't see from here who you are in rooms. Ask whoever runs me.";
  await policy.optOut(account, from.native, out, actorOf(command));
  return out
    ? "What you say in rooms here is carried nowhere from now on. To be carried again: optin"
    : "What you say in linked rooms is carried.";
}

function usageOf(name: string, { before }: Word, { here }: RoomCommand): string {
  if (before.length === 0 && here === null) return "Name one room by its address. Write: help";
  const room = here === null ? "ROOM" : "[ROOM]";
  return `Write: ${[name, ...before, room].join(" ")}`;
}

function help({ here, speaksAsSuch }: RoomCommand): string {
  const room = here === null ? ["ROOM"] : [];
  const lines = Object.entries(WORDS).map(
    ([name, { before, says }]) => `${[name, ...before, ...room].join(" ")}: ${says}`,
  );
  const head =
    here === null
      ? "I link rooms of this service with rooms elsewhere. To whoever manages a room I listen here:"
      : "I link this room with rooms elsewhere. Whoever manages it may say (of another room, with its address at the end):";
  const own = speaksAsSuch
    ? ["optout: carries nothing of what you say in rooms here", "optin: carries it again"]
    : [];
  return [head, ...lines, ...own, "help: this"].join("\n");
}
