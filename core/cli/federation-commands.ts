/** The commands about other gateways: peer, code, redeem, connection. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import {
  parseBaseArgument,
  parseGroupArgument,
  parseLifetime,
  parseNumber,
  parseRoomReference,
  parseUserArgument,
} from "./arguments.ts";
import { addPeerCheck } from "./peer-check-command.ts";
import {
  renderBlocks,
  renderCodes,
  renderConfirmed,
  renderConnections,
  renderEnded,
  renderMadeCode,
  renderPeerAdded,
  renderPeerBlocked,
  renderPeers,
  renderRedeemed,
  renderRevoked,
} from "./render-federation.ts";
import type { Session } from "./session.ts";

const USUAL_LIFE = "7d";

export function addFederationCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  addBlocks(program, session);
  addPeers(program.command("peer").description("look after other gateways"), session);
  addCodes(
    program.command("code").description("let other gateways in, by codes handed to their people"),
    session,
  );
  program
    .command("redeem")
    .argument("<code>", "a code that somebody of another gateway has given you")
    .option("--as <account>", "the account that gets access (default: the room's, or the only one)")
    .option("--room <room>", "also link this room, as ACCOUNT:ADDRESS, to the group that the code opens")
    .description("use a code of another gateway's")
    .action(async (code: string, options: { as?: string; room?: string }) => {
      const room = options.room === undefined ? null : parseRoomReference(options.room);
      const question = { code, as: options.as ?? null, room };
      await session.operate(({ federation }) => federation.redeem(question), renderRedeemed);
    });
  addConnections(program.command("connection").description("look after what codes have connected"), session);
}

function addPeers<Bridges extends BridgeConfigSchemas>(peer: Command, session: Session<Bridges>): void {
  addPeerCheck(peer, session);
  peer
    .command("list")
    .description("list the gateways that are known")
    .action(async () => {
      await session.operate(
        ({ federation }) => federation.peers(),
        (peers) => renderPeers(peers, session.io.now()),
      );
    });
  peer
    .command("add")
    .argument("<base>", "its base domain")
    .option("--endpoint <url>", "where it is (default: its base domain says); may be in a private network")
    .description("make a gateway known, which needs no code")
    .action(async (text: string, options: { endpoint?: string }) => {
      const base = parseBaseArgument(text);
      await session.operate(
        ({ federation }) => federation.addPeer(base, options.endpoint ?? null),
        renderPeerAdded,
      );
    });
  for (const blocked of [true, false])
    peer
      .command(blocked ? "block" : "unblock")
      .argument("<base>", "its base domain")
      .description(blocked ? "refuse whatever a gateway asks" : "end the block")
      .action(async (text: string) => {
        const base = parseBaseArgument(text);
        await session.operate(({ federation }) => federation.blockPeer(base, blocked), renderPeerBlocked);
      });
}

function addBlocks<Bridges extends BridgeConfigSchemas>(program: Command, session: Session<Bridges>): void {
  const block = program.command("block").description("keep what somebody says from our rooms");
  block
    .command("list")
    .description("list who is blocked")
    .action(async () => {
      await session.operate(
        ({ federation }) => federation.blocks(),
        (blocks) => renderBlocks(blocks, session.io.now()),
      );
    });
  const set = async (subject: string, blocked: boolean): Promise<void> => {
    await session.operate(
      ({ federation }) => federation.block(subject, blocked),
      (blocks) => renderBlocks(blocks, session.io.now()),
    );
  };
  block
    .command("user")
    .argument("<uri>", "mimi://PROVIDER/u/ID")
    .description("block one user")
    .action(async (subject: string) => set(parseUserArgument(subject), true));
  block
    .command("domain")
    .argument("<domain>", "a provider's domain; those below it are meant, too")
    .description("block everybody of a domain; nothing is asked of its gateway")
    .action(async (subject: string) => set(parseBaseArgument(subject), true));
  program
    .command("unblock")
    .argument("<subject>", "a user's URI or a domain, as `block list` has it")
    .description("end a block")
    .action(async (subject: string) => set(subject, false));
}

function addCodes<Bridges extends BridgeConfigSchemas>(code: Command, session: Session<Bridges>): void {
  code
    .command("create")
    .option("--group <uri>", "the group that it opens (default: none, it connects the gateways)")
    .option("--room <room>", "the same by a room of the group, as ACCOUNT:ADDRESS")
    .option("--uses <number>", "how often it can be redeemed", "1")
    .option("--expires <time>", "how long it can be redeemed: such as 30m, 12h, 2d", USUAL_LIFE)
    .option("--confirm", "let whoever redeems it wait for `connection confirm`")
    .description("make a code, which is shown once")
    .action(async (options: CodeOptions) => {
      const question = {
        group: options.group === undefined ? null : parseGroupArgument(options.group),
        room: options.room === undefined ? null : parseRoomReference(options.room),
        uses: parseNumber(options.uses, "how often the code is good"),
        lifeMs: parseLifetime(options.expires),
        confirm: options.confirm === true,
      };
      await session.operate(({ federation }) => federation.createCode(question), renderMadeCode);
    });
  code
    .command("list")
    .description("list the codes and who has redeemed them")
    .action(async () => {
      await session.operate(
        ({ federation }) => federation.codes(),
        (codes) => renderCodes(codes, session.io.now()),
      );
    });
  code
    .command("revoke")
    .argument("<number>", "its number in the list")
    .description("let nobody redeem it any more; connections that it made stay")
    .action(async (text: string) => {
      const number = parseNumber(text, "`mimi-gateway code list` shows the numbers");
      await session.operate(({ federation }) => federation.revokeCode(number), renderRevoked);
    });
}

interface CodeOptions {
  readonly group?: string;
  readonly room?: string;
  readonly uses: string;
  readonly expires: string;
  readonly confirm?: true;
}

function addConnections<Bridges extends BridgeConfigSchemas>(
  connection: Command,
  session: Session<Bridges>,
): void {
  connection
    .command("list")
    .description("list them, those that wait for you first")
    .action(async () => {
      await session.operate(
        ({ federation }) => federation.connections(),
        (connections) => renderConnections(connections, session.io.now()),
      );
    });
  connection
    .command("confirm")
    .argument("<id>", "its id in the list")
    .description("let in who waits")
    .action(async (id: string) => {
      await session.operate(({ federation }) => federation.confirmConnection(id), renderConfirmed);
    });
  connection
    .command("end")
    .argument("<id>", "its id in the list")
    .description("end it and all that it allowed, on both sides; also refuses who waits")
    .action(async (id: string) => {
      await session.operate(({ federation }) => federation.endConnection(id), renderEnded);
    });
}
