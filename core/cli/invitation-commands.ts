/** The commands about who is let in to groups across gateways: group invite and knock, invitation, knock. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import {
  parseBaseArgument,
  parseGroupArgument,
  parseNumber,
  parseRoomReference,
  parseUserArgument,
} from "./arguments.ts";
import {
  renderAnswered,
  renderDropped,
  renderInvitations,
  renderInvited,
  renderKnocked,
  renderKnocks,
} from "./render-invitations.ts";
import type { Session } from "./session.ts";

const INVITATIONS = "`mimi-gateway invitation list` shows the numbers";
const KNOCKS = "`mimi-gateway knock list` shows the numbers";

interface InviteOptions {
  readonly provider?: string;
  readonly user?: string;
  readonly role?: string;
  readonly by?: string;
}

/** `group`: the command under which what concerns one group stands. */
export function addInvitationCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  group: Command,
  session: Session<Bridges>,
): void {
  group
    .command("invite")
    .argument("<uri>", "a group of this gateway's own")
    .option("--provider <domain>", "ask another gateway for a room of this provider of its")
    .option("--user <uri>", "ask for one user, mimi://PROVIDER/u/ID")
    .option("--role <number>", "the index of the user's role to come (default: that of everybody)")
    .option("--by <uri>", "the user who invites (default: the operator)")
    .description("let another gateway read a group, and ask it to join")
    .action(async (text: string, options: InviteOptions) => {
      const question = {
        group: parseGroupArgument(text),
        wanted: parseWanted(options),
        inviter: options.by === undefined ? null : parseUserArgument(options.by),
        role: options.role === undefined ? null : parseNumber(options.role, "a role is named by its index"),
      };
      await session.operate(({ federation }) => federation.invitations.invite(question), renderInvited);
    });
  group
    .command("knock")
    .argument("<uri>", "a group of another gateway's")
    .requiredOption("--user <uri>", "the user of ours who wants to be let in, mimi://PROVIDER/u/ID")
    .option("--reason <text>", "why, in plain words", "")
    .description("ask the owner of a group to let a user in")
    .action(async (text: string, { user, reason }: { user: string; reason: string }) => {
      const question = { group: parseGroupArgument(text), user: parseUserArgument(user), reason };
      await session.operate(({ federation }) => federation.invitations.knock(question), renderKnocked);
    });
  const invitation = program.command("invitation").description("answer invitations of other gateways");
  addInvitations(invitation, session);
  addKnocks(program.command("knock").description("answer those who ask to be let in"), session);
}

/** Throws GatewayError usage unless one of the two is named. */
function parseWanted({ provider, user }: InviteOptions): string {
  if ((provider === undefined) === (user === undefined))
    throw new GatewayError("usage", "name whom you want: --provider DOMAIN, or --user URI");
  return provider === undefined ? parseUserArgument(user ?? "") : parseBaseArgument(provider);
}

function addInvitations<Bridges extends BridgeConfigSchemas>(
  invitation: Command,
  session: Session<Bridges>,
): void {
  invitation
    .command("list")
    .description("list those that wait for an answer")
    .action(async () => {
      await session.operate(
        ({ federation }) => federation.invitations.list(),
        (rows) => renderInvitations(rows, session.io.now()),
      );
    });
  invitation
    .command("accept")
    .argument("<number>", "its number in the list")
    .option("--room <room>", "also link this room, as ACCOUNT:ADDRESS, to the group")
    .description("join the group")
    .action(async (text: string, options: { room?: string }) => {
      const id = parseNumber(text, INVITATIONS);
      const room = options.room === undefined ? null : parseRoomReference(options.room);
      await session.operate(({ federation }) => federation.invitations.accept(id, room), renderAnswered);
    });
  invitation
    .command("decline")
    .argument("<number>", "its number in the list")
    .description("stay out of the group, and tell its owner so")
    .action(async (text: string) => {
      const id = parseNumber(text, INVITATIONS);
      await session.operate(({ federation }) => federation.invitations.decline(id), renderAnswered);
    });
}

function addKnocks<Bridges extends BridgeConfigSchemas>(knock: Command, session: Session<Bridges>): void {
  knock
    .command("list")
    .description("list who asks to be let in to groups of ours")
    .action(async () => {
      await session.operate(
        ({ federation }) => federation.invitations.knocks(),
        (rows) => renderKnocks(rows, session.io.now()),
      );
    });
  knock
    .command("admit")
    .argument("<number>", "its number in the list")
    .description("invite whoever has knocked")
    .action(async (text: string) => {
      const id = parseNumber(text, KNOCKS);
      await session.operate(({ federation }) => federation.invitations.admit(id), renderInvited);
    });
  knock
    .command("drop")
    .argument("<number>", "its number in the list")
    .description("forget a knock; nobody is told")
    .action(async (text: string) => {
      const id = parseNumber(text, KNOCKS);
      await session.operate(({ federation }) => federation.invitations.dropKnock(id), renderDropped);
    });
}
