/** What whoever manages a room may do with its link. */
import { linkWarnings } from "../link-reports.ts";
import { actorOf, bindingOf, type InRoom } from "./room-command.ts";

export async function code({ command, room, operations }: InRoom): Promise<string> {
  const made = await operations.codes.make({ account: command.account, room }, actorOf(command));
  return `Whoever has this code can link a room of his with ${room}, once. I won't show it again:\n${made}`;
}

export async function redeem({ command, room, words, operations }: InRoom): Promise<string> {
  const [text = ""] = words;
  const reference = { account: command.account, room };
  const { base, group, warnings } = await operations.codes.redeem(text, reference, actorOf(command));
  const done = `${room} is linked with ${group ?? "a group"}${base === null ? "" : ` of ${base}`}.`;
  return [done, ...warnings].join("\n");
}

/**
 * Links two rooms that whoever asks manages both. Of rooms of other accounts that can't be seen from here: there a code proves
 * it, or the operator has said that it need not be proved.
 */
export async function link({ command, room, words, operations, rules }: InRoom): Promise<string> {
  const [text = ""] = words;
  const other = await referenceOf(text, { command, operations });
  if (other.account === command.account) {
    const native = command.parseRoom(other.room);
    if (native === room) return `${room} is one room: name another one to link it with.`;
    if (!(await command.manages(native)))
      return `You don't manage ${native}. Who does can make a code there ("code"); with that: redeem CODE`;
  } else if (!rules.linkAcross)
    return (
      `I can't see from here whether you manage ${other.account}:${other.room}. Who does can make a code there ("code"); ` +
      "with that: redeem CODE"
    );
  // The other room first: its group is the one that stays, where both are new its account owns it.
  const rooms = [other, { account: command.account, room }];
  const done = await operations.link(rooms, null, { actor: actorOf(command), code: null });
  const already = done.rooms.every(({ state }) => state === "already");
  const said = `${room} is linked with ${other.account}:${other.room}${already ? " already" : ""}.`;
  return [said, ...linkWarnings(done)].join("\n");
}

export async function unlink({ command, room, operations }: InRoom): Promise<string> {
  await operations.unlink({ account: command.account, room }, false, actorOf(command));
  return `${room} is not linked any more.`;
}

export async function resume({ command, room, opted, operations }: InRoom): Promise<string> {
  const reference = { account: command.account, room };
  const { waiting, dropping } = await operations.resume(reference, opted, actorOf(command));
  const rest = dropping ? ", without what says again what was carried here" : "";
  return `${room} goes on. Said here meanwhile and carried now: ${waiting}${rest}.`;
}

/** Only what waits for this very room: its managers decide nothing else. */
export async function decide(inRoom: InRoom, confirmed: boolean): Promise<string> {
  const { command, room, words, operations } = inRoom;
  const { federation } = operations;
  const [id = ""] = words;
  const own = await bindingOf(inRoom);
  const waiting = (await federation.connections()).find((one) => one.id === id && one.state === "waiting");
  if (!own || !waiting || waiting.group !== own.group) return `Nobody waits for ${room} by that name.`;
  const actor = actorOf(command);
  await (confirmed ? federation.confirmConnection(id, actor) : federation.endConnection(id, actor));
  return confirmed
    ? `${waiting.provider} is let in; it has to redeem its code once more.`
    : `${waiting.provider} is refused.`;
}

/** `ACCOUNT:ADDRESS` where there is such an account, else an address of the own platform. */
async function referenceOf(text: string, { command, operations }: Pick<InRoom, "command" | "operations">) {
  const at = text.indexOf(":");
  const { accounts } = await operations.status();
  const account = at === -1 ? undefined : accounts.find((one) => one.account === text.slice(0, at));
  return account === undefined
    ? { account: command.account, room: text }
    : { account: account.account, room: text.slice(at + 1) };
}
