/** The commands by which an operator keeps order in the groups of his own gateway. */
import type { Command } from "commander";
import type { BridgeConfigSchemas } from "../config/schema.ts";
import { GatewayError } from "../errors.ts";
import { type GroupDeed, settableProperties } from "../moderation-operations.ts";
import { parseGroupArgument, parseLifetime, parseNumber, parseUserArgument } from "./arguments.ts";
import { renderDeed, renderPolicy } from "./render-moderation.ts";
import type { Session } from "./session.ts";

const GROUP = ["<uri>", "the URI of a group of this gateway"] as const;
const USER = ["<user>", "mimi://PROVIDER/u/ID, as `group members` shows it"] as const;

const removals = [
  ["kick", "put somebody out of a group, who may come again"],
  ["ban", "put somebody out of a group, for good, or keep him out"],
  ["unban", "let somebody come again"],
] as const;

/** `group`: the command that these are parts of. */
export function addModerationCommands<Bridges extends BridgeConfigSchemas>(
  group: Command,
  session: Session<Bridges>,
): void {
  const moderate = async (text: string, deed: GroupDeed): Promise<void> => {
    const uri = parseGroupArgument(text);
    await session.operate(({ moderation }) => moderation.moderate(uri, deed), renderDeed);
  };
  addPolicy(group, session);
  for (const [act, what] of removals)
    group
      .command(act)
      .argument(...GROUP)
      .argument(...USER)
      .option("--reason <text>", "why, for everybody in the group to read", "")
      .description(what)
      .action(async (uri: string, user: string, { reason }: { reason: string }) =>
        moderate(uri, { act, user: parseUserArgument(user), reason }),
      );
  group
    .command("mute")
    .argument(...GROUP)
    .argument(...USER)
    .option("--for <time>", "for how long: such as 30m, 12h, 2d (default: until `group unmute`)")
    .description("let somebody send nothing for a while")
    .action(async (uri: string, user: string, options: { for?: string }) => {
      const forMs = options.for === undefined ? null : parseLifetime(options.for);
      await moderate(uri, { act: "mute", user: parseUserArgument(user), forMs });
    });
  group
    .command("unmute")
    .argument(...GROUP)
    .argument(...USER)
    .description("end that")
    .action(async (uri: string, user: string) =>
      moderate(uri, { act: "unmute", user: parseUserArgument(user) }),
    );
  group
    .command("role")
    .argument(...GROUP)
    .argument(...USER)
    .argument("<number>", "2 ordinary, 3 admin, 4 super_admin, unless the group has roles of its own")
    .description("give somebody a role")
    .action(async (uri: string, user: string, text: string) => {
      const role = parseNumber(text, "roles have numbers: 2 is what everybody has at first");
      await moderate(uri, { act: "role", user: parseUserArgument(user), role });
    });
  group
    .command("set")
    .argument(...GROUP)
    .argument("<property>", settableProperties.join(", "))
    .argument("<value>", "a text; true or false for isModerated and isReadOnly")
    .description("change what a group is called, or who may speak in it")
    .action(async (uri: string, property: string, value: string) => {
      const name = settableProperties.find((one) => one === property);
      if (name === undefined)
        throw new GatewayError(
          "usage",
          `${property} can't be set; these can: ${settableProperties.join(", ")}`,
        );
      await moderate(uri, { act: "set", name, value });
    });
  addErase(group, moderate);
}

function addPolicy<Bridges extends BridgeConfigSchemas>(group: Command, session: Session<Bridges>): void {
  group
    .command("policy")
    .argument(...GROUP)
    .option("--history <what>", "what new guests see of the past: none, days:N, all")
    .option("--join <how>", "who comes in: asserted (whoever speaks), invite, knock")
    .description("show or change what is laid down for whoever comes from now on")
    .action(async (text: string, options: { history?: string; join?: string }) => {
      const uri = parseGroupArgument(text);
      const change = { history: options.history ?? null, join: options.join ?? null };
      await session.operate(({ moderation }) => moderation.policy(uri, change), renderPolicy);
    });
}

function addErase(group: Command, moderate: (uri: string, deed: GroupDeed) => Promise<void>): void {
  group
    .command("erase")
    .argument(...GROUP)
    .argument("[event...]", "ids of events, as `group history` shows them")
    .option("--user <uri>", "instead: everything that this user has said so far")
    .description("have contents forgotten, here and by every other gateway, and deleted in the rooms")
    .action(async (uri: string, events: string[], options: { user?: string }) => {
      if ((options.user === undefined) === (events.length === 0))
        throw new GatewayError("usage", "name events, or somebody with --user");
      if (options.user === undefined) await moderate(uri, { act: "erase-events", events });
      else await moderate(uri, { act: "erase-user", user: parseUserArgument(options.user) });
    });
}
