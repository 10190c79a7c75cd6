/**
 * What people can tell the gateway in private on their platform: the same words on all of them. Whoever manages a room may
 * make codes for it and redeem codes for it; nobody else learns more than the words.
 */
import type { NativeUser } from "../bridge.ts";
import { GatewayError } from "../errors.ts";
import type { NativeRoom } from "../ids.ts";
import { limits } from "../limits.ts";
import type { StoredFederation } from "../admin/federation-operations.ts";
import type { Operations } from "../operations.ts";

export interface RoomCommand {
  /** The account on which it was written. */
  readonly account: string;
  readonly from: NativeUser;
  readonly text: string;
  readonly manages: (room: NativeRoom) => Promise<boolean>;
  /** Throws room_invalid. */
  readonly parseRoom: (text: string) => NativeRoom;
}

export interface CommandedOperations extends Pick<Operations, "status"> {
  /** With the names of those who ask, for the audit. */
  readonly federation: StoredFederation;
}

/** Longer than any command is. */
const LONGEST = 2_000;

const HELP = `I link rooms of this service with rooms elsewhere. To whoever manages a room I listen here:
status ROOM: what the room is linked with
code ROOM: a code, good once and for ${limits.codeMs / 86_400_000} days, with which somebody elsewhere links a room of his with it
redeem CODE ROOM: links the room by a code that somebody elsewhere has given to you
confirm ID ROOM, refuse ID ROOM: answers somebody elsewhere who has redeemed a code that has to be confirmed
help: this`;

/** Resolves with the answer. Rejects with GatewayError where the gateway failed at it. */
export async function runRoomCommand(command: RoomCommand, operations: CommandedOperations): Promise<string> {
  const [word = "", ...words] = command.text.slice(0, LONGEST).split(/\s+/);
  switch (word.toLowerCase()) {
    case "status":
      return withRoom(command, words, 0, async (room) => status(command, room, operations));
    case "code":
      return withRoom(command, words, 0, async (room) => code(command, room, operations));
    case "redeem":
      return withRoom(command, words, 1, async (room) => redeem(command, words[0] ?? "", room, operations));
    case "confirm":
    case "refuse":
      return withRoom(command, words, 1, async (room) => decide(command, words[0] ?? "", room, operations));
    case "help":
      return HELP;
    default:
      return "I don't know that. Write: help";
  }
}

/** The room is the last of the words; `before`: how many stand before it. */
async function withRoom(
  { manages, parseRoom }: RoomCommand,
  words: readonly string[],
  before: number,
  act: (room: NativeRoom) => Promise<string>,
): Promise<string> {
  const [text] = words.slice(before);
  if (text === undefined || words.length > before + 1) return "Name one room by its address. Write: help";
  try {
    const room = parseRoom(text);
    if (!(await manages(room)))
      return `Only the owners and admins of ${room} can do that, and I must have the right to see who they are.`;
    return await act(room);
  } catch (thrown) {
    if (thrown instanceof GatewayError && thrown.code !== "internal")
      return `That did not work: ${thrown.detail}`;
    throw thrown;
  }
}

async function bindingOf(account: string, room: NativeRoom, operations: CommandedOperations) {
  const { bindings } = await operations.status();
  return bindings.find((one) => one.account === account && one.room === room && one.state !== "ended");
}

async function status(
  { account }: RoomCommand,
  room: NativeRoom,
  operations: CommandedOperations,
): Promise<string> {
  const own = await bindingOf(account, room, operations);
  if (!own) return `${room} is linked with nothing.`;
  const { linked, readers, owner } = await operations.federation.group(own.group);
  const here = linked.flatMap((one) => (one.account === account && one.room === room ? [] : [one.room]));
  const there = readers.flatMap(({ base, until }) => (until === null ? [base] : []));
  const lines = [
    `${room} is in ${own.group}${owner === null ? "" : `, which ${owner} owns`}.`,
    ...(here.length > 0 ? [`Rooms here: ${here.join(", ")}`] : []),
    ...(there.length > 0 ? [`Gateways that read it: ${there.join(", ")}`] : []),
    ...(own.behind > 0 ? [`${own.behind} events are still to be delivered.`] : []),
    ...(own.lastError === null ? [] : [`It waits: ${own.lastError}`]),
  ];
  return lines.join("\n");
}

async function code(
  { account, from }: RoomCommand,
  room: NativeRoom,
  operations: CommandedOperations,
): Promise<string> {
  const question = {
    group: null,
    room: { account, room },
    uses: 1,
    lifeMs: limits.codeMs,
    confirm: false,
  };
  const made = await operations.federation.createCode(question, `${account}:${from.native}`);
  return `Whoever has this code can link a room of his with ${room}, once. I won't show it again:\n${made.code}`;
}

async function redeem(
  { account, from }: RoomCommand,
  text: string,
  room: NativeRoom,
  operations: CommandedOperations,
): Promise<string> {
  const question = { code: text, as: account, room: { account, room } };
  const { base, group } = await operations.federation.redeem(question, `${account}:${from.native}`);
  return `${room} is linked with ${group ?? "a group"} of ${base}.`;
}

/** Only what waits for this very room: its managers decide nothing else. */
async function decide(
  { account, from, text }: RoomCommand,
  id: string,
  room: NativeRoom,
  operations: CommandedOperations,
): Promise<string> {
  const { federation } = operations;
  const own = await bindingOf(account, room, operations);
  const waiting = (await federation.connections()).find((one) => one.id === id && one.state === "waiting");
  if (!own || !waiting || waiting.group !== own.group) return `Nobody waits for ${room} by that name.`;
  const actor = `${account}:${from.native}`;
  const refused = text.toLowerCase().startsWith("refuse");
  await (refused ? federation.endConnection(id, actor) : federation.confirmConnection(id, actor));
  return refused
    ? `${waiting.provider} is refused.`
    : `${waiting.provider} is let in; it has to redeem its code once more.`;
}
