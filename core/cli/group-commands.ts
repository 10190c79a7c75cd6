/** The commands that look at groups. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { parseGroupArgument, parseNumber } from "./arguments.ts";
import { renderGroup, renderGroups, renderHistory, renderMembers } from "./render-groups.ts";
import type { Session } from "./session.ts";

const USUAL_EVENTS = "20";

/** The command `group`, for what else there is to do with groups. */
export function addGroupCommands<Bridges extends BridgeConfigSchemas>(
  program: Command,
  session: Session<Bridges>,
): Command {
  const group = program.command("group").description("look at groups, and keep order in our own");
  group
    .command("list")
    .description("list them")
    .action(async () => {
      await session.operate(({ federation }) => federation.groups(), renderGroups);
    });
  group
    .command("show")
    .argument("<uri>", "the group's URI")
    .description("show its rooms, and which gateways read it")
    .action(async (text: string) => {
      const uri = parseGroupArgument(text);
      await session.operate(({ federation }) => federation.group(uri), renderGroup);
    });
  group
    .command("members")
    .argument("<uri>", "the group's URI")
    .description("show who is or was in it")
    .action(async (text: string) => {
      const uri = parseGroupArgument(text);
      await session.operate(({ federation }) => federation.members(uri), renderMembers);
    });
  group
    .command("history")
    .argument("<uri>", "the group's URI")
    .option("--limit <number>", "how many of the last events", USUAL_EVENTS)
    .description("show the end of its log")
    .action(async (text: string, options: { limit: string }) => {
      const uri = parseGroupArgument(text);
      const limit = Math.max(1, parseNumber(options.limit, "how many events to show"));
      await session.operate(({ federation }) => federation.history(uri, limit), renderHistory);
    });
  return group;
}
