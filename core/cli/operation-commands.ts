/** The commands that ask a gateway or its store: status, link, unlink, resume, trace, set-aside. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import type { Operations, TraceReport } from "../operations.ts";
import { parseGroupArgument, parseNumber, parseRoomReference } from "./arguments.ts";
import { renderLinked, renderResumed, renderUnlinked } from "./render-links.ts";
import { renderDiscarded, renderRetried, renderSetAside } from "./render-set-aside.ts";
import { renderStatus } from "./render-status.ts";
import { renderTraces } from "./render-trace.ts";
import type { Session } from "./session.ts";

const NUMBERS = "`mimi-gateway set-aside list` shows the numbers";

export function addOperationCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): void {
  program
    .command("status")
    .description("show accounts, rooms, and what needs attention")
    .action(async () => {
      await session.operate(
        (operations) => operations.status(),
        (report) => renderStatus(report, session.io.now()),
      );
    });
  program
    .command("link")
    .argument("<room...>", "rooms as ACCOUNT:ADDRESS")
    .option(
      "--group <uri>",
      "the group to tie them to (default: that of a room linked already, or a new one)",
    )
    .description("tie rooms together")
    .action(async (texts: string[], options: { group?: string }) => {
      const rooms = texts.map(parseRoomReference);
      const group = options.group === undefined ? null : parseGroupArgument(options.group);
      await session.operate((operations) => operations.link(rooms, group), renderLinked);
    });
  program
    .command("unlink")
    .argument("<room>", "the room as ACCOUNT:ADDRESS")
    .option("--erase", "also forget what was stored of the room")
    .description("take a room out of its group")
    .action(async (text: string, options: { erase?: true }) => {
      const room = parseRoomReference(text);
      await session.operate((operations) => operations.unlink(room, options.erase === true), renderUnlinked);
    });
  program
    .command("resume")
    .argument("<room>", "the room as ACCOUNT:ADDRESS")
    .option("--drop", "set aside what waited in it and says again what was carried into it")
    .description("let a room go on that was paused because something went round in it")
    .action(async (text: string, options: { drop?: true }) => {
      const room = parseRoomReference(text);
      await session.operate((operations) => operations.resume(room, options.drop === true), renderResumed);
    });
  program
    .command("trace")
    .argument("<id>", "an event id or its first 8 digits or more, or a platform's id of a message")
    .description("show the way of a message, hop by hop")
    .action(async (id: string) => {
      await session.operate((operations) => traceOrThrow(operations, id), renderTraces);
    });
  addSetAside(program.command("set-aside").description("look after what was set aside"), session);
}

function addSetAside<Bridges extends BridgeConfigSchemas>(
  setAside: Command,
  session: Session<Bridges>,
): void {
  setAside
    .command("list")
    .description("list it with causes")
    .action(async () => {
      await session.operate(
        (operations) => operations.setAsideList(),
        (entries) => renderSetAside(entries, session.io.now()),
      );
    });
  setAside
    .command("retry")
    .argument("<number>", "its number in the list")
    .description("put one back on its lane")
    .action(async (text: string) => {
      const number = parseNumber(text, NUMBERS);
      await session.operate((operations) => operations.setAsideRetry(number), renderRetried);
    });
  setAside
    .command("discard")
    .argument("<number>", "its number in the list")
    .description("give one up for good")
    .action(async (text: string) => {
      const number = parseNumber(text, NUMBERS);
      await session.operate((operations) => operations.setAsideDiscard(number), renderDiscarded);
    });
}

async function traceOrThrow(operations: Operations, id: string): Promise<readonly TraceReport[]> {
  const reports = await operations.trace(id);
  if (reports.length > 0) return reports;
  throw new GatewayError("event_unknown", `nothing is known under ${id}; it may be older than what is kept`);
}
